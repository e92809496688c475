//! Reading typed values out of rows. A row that breaks our own rules is a defect, never a default.

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::{FromSql, Row, StoreError};

/// What is stored breaks our own rules.
pub(super) fn corrupt(error: impl std::fmt::Display) -> StoreError {
    StoreError::Corrupt(error.to_string())
}

/// A column that a type of ours checks.
///
/// # Errors
/// [`StoreError::Corrupt`].
pub(super) fn checked<T, E: std::fmt::Display>(
    row: Row<'_>,
    column: &str,
    parse: impl FnOnce(String) -> Result<T, E>,
) -> Result<T, StoreError> {
    let text: String = plain(row, column)?;
    parse(text).map_err(|error| StoreError::Corrupt(format!("{column}: {error}")))
}

/// A column of a plain type.
///
/// # Errors
/// [`StoreError::Corrupt`] when the value does not fit the type.
pub(super) fn plain<T: FromSql>(row: Row<'_>, column: &str) -> Result<T, StoreError> {
    Ok(row.get(column)?)
}

/// A column that holds JSON.
///
/// # Errors
/// [`StoreError::Corrupt`].
pub(super) fn json<T: DeserializeOwned>(row: Row<'_>, column: &str) -> Result<T, StoreError> {
    let text = row.text(column)?;
    serde_json::from_str(text).map_err(|error| StoreError::Corrupt(format!("{column}: {error}")))
}

/// A value as JSON text for a column.
///
/// # Errors
/// [`StoreError::Corrupt`] when the value cannot be JSON.
pub(super) fn to_json<T: Serialize>(value: &T) -> Result<String, StoreError> {
    serde_json::to_string(value).map_err(corrupt)
}
