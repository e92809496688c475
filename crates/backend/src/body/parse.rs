//! From checked JSON text to a typed request, with a code and a JSON pointer for whatever does not
//! fit.

use serde::de::DeserializeOwned;
use shoptag_protocol::code;

use super::{Defect, scan};
use crate::error::ApiError;

/// Parses `bytes` as `T`.
///
/// # Errors
/// The problem to answer: `json-*` for shape, `quantity`, `currency`, `id-format`, `amount-*` or
/// `payment` for values that the type itself refuses.
pub fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, ApiError> {
    scan(bytes).map_err(|defect| match defect {
        Defect::Syntax(at) => ApiError::new(code::JSON_SYNTAX)
            .detail(format!("The text stops being JSON at byte {at}.")),
        Defect::Depth => ApiError::new(code::JSON_DEPTH),
        Defect::Duplicate(pointer) => {
            ApiError::field(code::JSON_DUPLICATE, pointer, "This field stands twice.")
        }
    })?;
    if let Ok(parsed) = serde_json::from_slice(bytes) {
        return Ok(parsed);
    }
    // Once more, to know where it does not fit.
    let mut deserializer = serde_json::Deserializer::from_slice(bytes);
    serde_path_to_error::deserialize(&mut deserializer).map_err(|error| {
        let pointer = pointer(error.path());
        refusal(&error.into_inner(), pointer)
    })
}

/// Serde's messages are its interface here: their beginnings have been the same since 1.0, and the
/// tests below hold them.
fn refusal(error: &serde_json::Error, pointer: String) -> ApiError {
    if !error.is_data() {
        // JSON, but with a number that no type of ours can hold.
        return ApiError::new(code::JSON_SYNTAX);
    }
    let message = error.to_string();
    let is_amount = pointer.ends_with("_minor");
    let (code, detail) = if message.starts_with("unknown field") {
        (code::JSON_UNKNOWN_FIELD, "This field does not exist.")
    } else if message.starts_with("missing field") {
        let name = message.split('`').nth(1).unwrap_or_default();
        let detail = format!("The field {name} is missing.");
        return ApiError::field(
            code::JSON_MISSING_FIELD,
            format!("{pointer}/{name}"),
            detail,
        );
    } else if message.starts_with("invalid type: floating point") && is_amount {
        (code::AMOUNT_PRECISION, "Amounts are whole minor units.")
    } else if message.starts_with("invalid value: integer") && is_amount {
        (code::AMOUNT_OVERFLOW, "This amount is too large.")
    } else if message.starts_with("invalid value: integer") && pointer.ends_with("/quantity") {
        (code::QUANTITY, "Choose a quantity of at least 1.")
    } else if message.starts_with("unknown variant") {
        (code::PAYMENT, "This is not one of the values offered.")
    } else if message.starts_with("invalid type") || message.starts_with("invalid value") {
        (code::JSON_TYPE, "This value has the wrong type.")
    } else if pointer.ends_with("/currency") {
        (code::CURRENCY, "This is not a currency code of ISO 4217.")
    } else {
        (code::ID_FORMAT, "This id has the wrong form.")
    };
    ApiError::field(code, pointer, detail)
}

/// An RFC 6901 pointer of serde's path. A name that the path repeats for an unknown field is kept.
fn pointer(path: &serde_path_to_error::Path) -> String {
    use serde_path_to_error::Segment;
    path.iter()
        .map(|segment| match segment {
            Segment::Seq { index } => format!("/{index}"),
            Segment::Map { key } => format!("/{}", key.replace('~', "~0").replace('/', "~1")),
            Segment::Enum { variant } => format!("/{variant}"),
            Segment::Unknown => "/?".to_owned(),
        })
        .collect()
}
