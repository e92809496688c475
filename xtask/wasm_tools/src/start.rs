//! How the wasm starts: from the response that the loader has fetched, and in no other way.
//!
//! wasm-bindgen's glue starts from addresses, modules and bytes too, and warns of its older ways.
//! Nobody calls those, and they would be a tenth of the glue.

use anyhow::{Context, Result};

/// Where the ways to start begin and end in wasm-bindgen's glue.
const BEGIN: &str = "\nasync function __wbg_load(";
const END: &str = "\nexport { initSync, __wbg_init as default };";

/// The one that is left. A server that sends another content type than that of wasm has it read
/// whole, which is slower.
const START: &str = "
export default async function ({ module_or_path: response }) {
const imports = __wbg_get_imports();
const streams = response.headers.get('content-type') === 'application/wasm';
const { instance, module } = streams
? await WebAssembly.instantiateStreaming(response, imports)
: await WebAssembly.instantiate(await response.arrayBuffer(), imports);
return __wbg_finalize_init(instance, module);
}
";

/// `glue` with one way to start.
///
/// # Errors
/// The glue is not as this wasm-bindgen writes it.
pub(crate) fn only_from_a_response(glue: &str) -> Result<String> {
    let unknown = "the glue of this wasm-bindgen starts in another way";
    let (before, rest) = glue.split_once(BEGIN).context(unknown)?;
    let (_, after) = rest.split_once(END).context(unknown)?;
    Ok([before, START, after].concat())
}

#[cfg(test)]
mod tests {
    use super::only_from_a_response;

    #[test]
    fn one_way_is_left_and_glue_of_another_kind_is_refused() {
        let glue = "let wasm;\nasync function __wbg_load(module, imports) {\nold\n}\n\
                    function initSync() {}\nexport { initSync, __wbg_init as default };\nlast();\n";
        let start = only_from_a_response(glue).expect("has the known ends");
        assert!(start.starts_with("let wasm;\nexport default async function"));
        assert!(start.ends_with("}\n\nlast();\n"), "{start}");
        assert!(!start.contains("old") && !start.contains("initSync"));
        assert!(only_from_a_response("export { init };").is_err());
    }
}
