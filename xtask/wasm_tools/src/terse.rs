//! Shorter words for what wasm-bindgen's glue says once for each function of the browser that the
//! wasm calls: a tenth of what is left of the glue.

/// How an import begins and ends whose exceptions go back to the wasm, and how it is said here.
const CAUGHT: (&str, &str) = (
    "function() { return handleError(function (",
    "}, arguments); },",
);
const CAUGHT_TERSE: (&str, &str) = ("caught((", "}),");

/// The function that makes one of the terse ones.
const CATCH: &str = "const caught = (f) => (...args) => handleError(f, args);\n";

/// `glue`, without comments or indentation, in fewer words.
pub(crate) fn terse(glue: &str) -> String {
    let mut terse = String::with_capacity(glue.len());
    let mut lines = glue.lines().peekable();
    while let Some(line) = lines.next() {
        let value = line.strip_prefix("const ret = ");
        if let (Some(value), Some(&"return ret;")) = (value, lines.peek()) {
            lines.next();
            terse.push_str("return ");
            terse.push_str(value);
        } else if line == CAUGHT.1 {
            terse.push_str(CAUGHT_TERSE.1);
        } else {
            terse.push_str(&head(line).unwrap_or_else(|| line.to_owned()));
        }
        terse.push('\n');
    }
    terse + CATCH
}

/// The first line of an import as an arrow function; `None` for any other line.
fn head(line: &str) -> Option<String> {
    let (name, function) = line.split_once(": function")?;
    let function = ["function", function.strip_suffix(") {")?].concat();
    let (begin, parameters) = match function.strip_prefix(CAUGHT.0) {
        Some(parameters) => (CAUGHT_TERSE.0, parameters),
        None => ("(", function.strip_prefix("function(")?),
    };
    Some([name, ": ", begin, parameters, ") => {"].concat())
}

#[cfg(test)]
mod tests {
    use super::{CATCH, terse};

    #[track_caller]
    fn check(glue: &str, expected: &str) {
        assert_eq!(terse(glue), [expected, CATCH].concat());
    }

    #[test]
    fn imports_become_arrow_functions_and_everything_else_stays() {
        check(
            "$1: function(arg0, arg1) {\nconst ret = arg0.is(arg1);\nreturn ret;\n},\n",
            "$1: (arg0, arg1) => {\nreturn arg0.is(arg1);\n},\n",
        );
        check(
            "$2: function() { return handleError(function (arg0) {\narg0.abort();\n}, arguments); },\n",
            "$2: caught((arg0) => {\narg0.abort();\n}),\n",
        );
        let other = "function f(a) {\nconst ret = a;\ng(ret);\nreturn ret;\n}\n";
        check(other, other);
    }
}
