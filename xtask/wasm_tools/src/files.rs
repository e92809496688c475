//! The embeddable files: the loader, the glue and the wasm, under names that never change.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use wasm_bindgen_cli_support::Bindgen;

use crate::{guard, names, order, size, start, terse};

/// Writes `shop-tags.js`, `shoptag.js`, `shoptag_bg.wasm` and `sizes.tsv` to the folder `out`.
///
/// # Errors
/// A file cannot be read or written, or the wasm was built with another wasm-bindgen.
pub(crate) fn write(wasm: &Path, loader: &Path, out: &Path) -> Result<()> {
    fs::create_dir_all(out).with_context(|| format!("cannot make {}", out.display()))?;
    Bindgen::new()
        .input_path(wasm)
        .out_name("shoptag")
        .web(true)?
        .typescript(false)
        .remove_name_section(true)
        .remove_producers_section(true)
        .generate(out)
        .context("wasm-bindgen could not make the glue")?;
    let glue = out.join("shoptag.js");
    let text = fs::read_to_string(&glue).context("wasm-bindgen wrote no shoptag.js")?;
    let module = out.join("shoptag_bg.wasm");
    let text = guard::guarded(&start::only_from_a_response(&text)?)?;
    let text = terse::terse(&without_comments(&text));
    let (text, bytes) = names::shorten(&text, &fs::read(&module)?)?;
    fs::write(&glue, text)?;
    fs::write(&module, order::put_like_beside_like(&bytes)?)?;
    let text =
        fs::read_to_string(loader).with_context(|| format!("cannot read {}", loader.display()))?;
    fs::write(out.join("shop-tags.js"), without_comments(&text))?;
    let mut table = String::new();
    for name in ["shop-tags.js", "shoptag.js", "shoptag_bg.wasm"] {
        let bytes = fs::read(out.join(name))?;
        table.push_str(&format!(
            "{name}\t{}\t{}\n",
            bytes.len(),
            size::brotli_11(&bytes)?
        ));
    }
    fs::write(out.join("sizes.tsv"), table)?;
    Ok(())
}

/// A script without its whole-line comments and indentation.
///
/// By lines, not by a JavaScript parser: wasm-bindgen and our loader have their comments on lines
/// of their own and no template literal over several lines, which is all that this relies on.
fn without_comments(script: &str) -> String {
    let mut kept = String::with_capacity(script.len());
    let mut in_comment = false;
    for line in script.lines().map(str::trim) {
        let opens = line.starts_with("/*");
        let whole_line = in_comment || opens || line.starts_with("//") || line.is_empty();
        in_comment = (in_comment || opens) && !line.ends_with("*/");
        if !whole_line {
            kept.push_str(line);
            kept.push('\n');
        }
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::without_comments;

    #[test]
    fn comments_on_their_own_lines_are_dropped_and_code_stays() {
        #[track_caller]
        fn check(script: &str, expected: &str) {
            assert_eq!(without_comments(script), expected, "for {script:?}");
        }
        check("/* one */\na();\n", "a();\n");
        check(
            "/**\n * doc\n */\nexport function f() {\n    g();\n}\n",
            "export function f() {\ng();\n}\n",
        );
        check(
            "// why\nlet a = 1; // stays: not on a line of its own\n",
            "let a = 1; // stays: not on a line of its own\n",
        );
        check(
            "const url = 'https://example.com';\n\n",
            "const url = 'https://example.com';\n",
        );
    }
}
