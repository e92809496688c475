//! Makes the style sheets small: the widget carries them, and nobody reads their comments there.

use std::path::{Path, PathBuf};
use std::{env, fs, io};

const SHEETS: &str = "src/styles";

fn main() -> io::Result<()> {
    println!("cargo::rerun-if-changed={SHEETS}");
    let out = PathBuf::from(env::var_os("OUT_DIR").unwrap_or_default());
    for entry in fs::read_dir(SHEETS)? {
        let path = entry?.path();
        if let Some(name) = path.file_name().map(Path::new) {
            fs::write(out.join(name), small(&fs::read_to_string(&path)?))?;
        }
    }
    Ok(())
}

/// The sheet without comments and without the white space that means nothing. A space that may mean
/// something, between parts of a selector or of a sum, stays.
fn small(sheet: &str) -> String {
    let mut code = String::with_capacity(sheet.len());
    let mut rest = sheet;
    while let Some((before, comment)) = rest.split_once("/*") {
        code.push_str(before);
        rest = comment.split_once("*/").map_or("", |(_, after)| after);
    }
    code.push_str(rest);
    let mut text = String::with_capacity(code.len());
    for word in code.split_whitespace() {
        let is_apart = text.ends_with(['{', '}', ';', ',', ':']) || word.starts_with(['{', '}']);
        if !text.is_empty() && !is_apart {
            text.push(' ');
        }
        // The last declaration of a block needs no end.
        if word.starts_with('}') && text.ends_with(';') {
            text.pop();
        }
        text.push_str(word);
    }
    text
}
