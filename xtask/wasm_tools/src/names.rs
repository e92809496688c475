//! Short names for what the glue and the wasm say to each other.
//!
//! wasm-bindgen names every function that crosses by a hash, 430 of them, once in each file. No
//! compression shrinks a hash: together they are 8 KB of what a browser downloads.

use anyhow::{Context, Result};
use walrus::ModuleConfig;

/// What all generated names begin with; no name of ours does.
const GENERATED: [&str; 4] = ["__wbg_", "__wbindgen_", "__wasm_bindgen_", "wasm_bindgen_"];

/// What all short names begin with, as nothing else in generated code does.
const SHORT: char = '$';

/// The digits of a short name.
const DIGITS: &[u8; 36] = b"0123456789abcdefghijklmnopqrstuvwxyz";

/// The glue and the wasm with each generated name replaced by a short one, the same in both.
///
/// # Errors
/// The wasm cannot be read.
pub(crate) fn shorten(glue: &str, wasm: &[u8]) -> Result<(String, Vec<u8>)> {
    let mut names = Names(Vec::new());
    let mut short_glue = String::with_capacity(glue.len());
    let mut rest = glue;
    while !rest.is_empty() {
        let other = rest.find(is_of_name).unwrap_or(rest.len());
        let (before, from_name) = rest.split_at(other);
        let end = from_name
            .find(|c| !is_of_name(c))
            .unwrap_or(from_name.len());
        let (name, after) = from_name.split_at(end);
        short_glue.push_str(before);
        short_glue.push_str(&names.short(name));
        rest = after;
    }
    let mut module = ModuleConfig::new()
        .generate_name_section(false)
        .generate_producers_section(false)
        .parse(wasm)
        .context("wasm-bindgen made no wasm")?;
    for import in module.imports.iter_mut() {
        import.name = names.short(&import.name);
    }
    for export in module.exports.iter_mut() {
        export.name = names.short(&export.name);
    }
    Ok((short_glue, module.emit_wasm()))
}

fn is_of_name(letter: char) -> bool {
    letter.is_ascii_alphanumeric() || letter == '_' || letter == SHORT
}

/// The generated names so far; the place of one makes its short name.
struct Names(Vec<String>);

impl Names {
    fn short(&mut self, name: &str) -> String {
        if !GENERATED.iter().any(|begin| name.starts_with(begin)) {
            return name.to_owned();
        }
        let known = self.0.iter().position(|known| known == name);
        let mut place = known.unwrap_or_else(|| {
            self.0.push(name.to_owned());
            self.0.len() - 1
        });
        let mut digits = Vec::new();
        loop {
            digits.push(char::from(DIGITS[place % DIGITS.len()]));
            place /= DIGITS.len();
            if place == 0 {
                break;
            }
        }
        digits.push(SHORT);
        digits.into_iter().rev().collect()
    }
}

#[cfg(test)]
mod tests {
    use walrus::{Module, ValType};

    use super::{Names, shorten};

    #[test]
    fn a_name_is_the_same_in_the_glue_and_the_wasm_and_other_names_stay() {
        let mut module = Module::default();
        let kind = module.types.add(&[ValType::I32], &[]);
        let (called, _) = module.add_import_func("./glue.js", "__wbg_call_0011223344556677", kind);
        module.exports.add("__wbindgen_start", called);
        module.exports.add("mount", called);
        let glue = "const a = {\n__wbg_call_0011223344556677: f,\nx__wbg_y: 1 };\n\
                    wasm.__wbindgen_start(); wasm.mount();";
        let (glue, wasm) = shorten(glue, &module.emit_wasm()).expect("reads what walrus wrote");
        assert_eq!(
            glue,
            "const a = {\n$0: f,\nx__wbg_y: 1 };\nwasm.$1(); wasm.mount();"
        );
        let module = Module::from_buffer(&wasm).expect("reads what was written");
        let imports: Vec<_> = module.imports.iter().map(|import| &import.name).collect();
        assert_eq!(imports, ["$0"]);
        let exports: Vec<_> = module.exports.iter().map(|export| &export.name).collect();
        assert_eq!(exports, ["$1", "mount"]);
    }

    #[test]
    fn no_two_names_share_a_short_one() {
        let mut names = Names(Vec::new());
        let shorts: std::collections::BTreeSet<_> = (0..2_000)
            .map(|n| names.short(&format!("__wbg_{n}")))
            .collect();
        assert_eq!(shorts.len(), 2_000);
        assert_eq!(names.short("__wbg_0"), "$0");
        assert_eq!(names.short("__wbg_36"), "$10");
    }
}
