//! What stands between the browser and the wasm: an exception that comes out of it is the last.
//!
//! A panic of the widget is a trap. wasm-bindgen lets it go on to the page's own error handlers,
//! and lets the browser call into the wasm again, whose data may be half changed.

use anyhow::{Result, ensure};

/// Where wasm-bindgen's glue enters the wasm for the browser: once for each kind of closure.
const ENTRIES: [&str; 2] = [
    "return f(state.a, state.b, ...args)",
    "return f(a, state.b, ...args)",
];

/// The same, guarded.
const GUARDED: [&str; 2] = [
    "return enter(f, state.a, state.b, args)",
    "return enter(f, a, state.b, args)",
];

/// After the first exception nothing enters any more, and `guard.tell` has heard of it.
const GUARD: &str = "
export const guard = { broken: false, tell() {} };
function enter(f, a, b, args) {
if (guard.broken) return;
try {
return f(a, b, ...args);
} catch (error) {
guard.broken = true;
guard.tell(error);
}
}
";

/// `glue` with a guard before each entry that the browser takes.
///
/// # Errors
/// The glue is not as this wasm-bindgen writes it: the entries are not where they are expected.
pub(crate) fn guarded(glue: &str) -> Result<String> {
    let mut text = glue.to_owned();
    for (entry, guarded) in ENTRIES.iter().zip(GUARDED) {
        ensure!(
            text.matches(entry).count() == 1,
            "the glue of this wasm-bindgen does not say `{entry}` once"
        );
        text = text.replace(entry, guarded);
    }
    ensure!(
        !text.contains("return f("),
        "the glue of this wasm-bindgen has another way into the wasm"
    );
    text.push_str(GUARD);
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::{ENTRIES, guarded};

    #[test]
    fn every_way_in_is_guarded_and_glue_of_another_kind_is_refused() {
        let glue = ENTRIES.join("\n");
        let text = guarded(&glue).expect("glue as it is");
        assert_eq!(
            text.matches("return f(").count(),
            1,
            "the guard's own: {text}"
        );
        assert_eq!(text.matches("return enter(f, ").count(), 2);
        for other in [ENTRIES[0], "", &format!("{glue}\nreturn f(...args);")] {
            assert!(guarded(other).is_err(), "{other}");
        }
    }
}
