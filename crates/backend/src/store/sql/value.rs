//! Values between Rust and a database: whole numbers, text, bytes, nothing. A boolean is 0 or 1.

use crate::store::StoreError;

/// Why the database gave no value.
#[derive(Debug, thiserror::Error)]
pub(in crate::store) enum Error {
    /// A query that has one row had none.
    #[error("no row")]
    NoRows,
    /// A value is not of the type that the column promises.
    #[error("{0}")]
    Type(String),
    /// SQLite's.
    #[error(transparent)]
    Sqlite(#[from] rusqlite::Error),
    /// PostgreSQL's.
    #[error("{}", crate::store::postgres::describe(.0))]
    Postgres(#[from] postgres::Error),
}

impl From<Error> for StoreError {
    fn from(error: Error) -> Self {
        match error {
            Error::Type(_) => Self::Corrupt(error.to_string()),
            _ => Self::Unavailable(error.to_string()),
        }
    }
}

/// A missing row as `None`.
pub(in crate::store) trait OptionalExtension<T> {
    /// `None` for [`Error::NoRows`].
    ///
    /// # Errors
    /// Every other.
    fn optional(self) -> Result<Option<T>, Error>;
}

impl<T> OptionalExtension<T> for Result<T, Error> {
    fn optional(self) -> Result<Option<T>, Error> {
        match self {
            Ok(value) => Ok(Some(value)),
            Err(Error::NoRows) => Ok(None),
            Err(error) => Err(error),
        }
    }
}

/// A value, borrowed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::store) enum Value<'a> {
    /// SQL's NULL.
    Null,
    /// A whole number.
    Integer(i64),
    /// Text.
    Text(&'a str),
    /// Bytes.
    Bytes(&'a [u8]),
}

/// What can be given to a statement.
pub(in crate::store) trait ToSql {
    /// As a value.
    ///
    /// # Errors
    /// [`Error::Type`] when a number is above what a database holds.
    fn to_sql(&self) -> Result<Value<'_>, Error>;
}

impl<T: ToSql + ?Sized> ToSql for &T {
    fn to_sql(&self) -> Result<Value<'_>, Error> {
        (**self).to_sql()
    }
}

impl<T: ToSql> ToSql for Option<T> {
    fn to_sql(&self) -> Result<Value<'_>, Error> {
        self.as_ref().map_or(Ok(Value::Null), T::to_sql)
    }
}

impl ToSql for str {
    fn to_sql(&self) -> Result<Value<'_>, Error> {
        Ok(Value::Text(self))
    }
}

impl ToSql for String {
    fn to_sql(&self) -> Result<Value<'_>, Error> {
        Ok(Value::Text(self))
    }
}

impl ToSql for [u8; 32] {
    fn to_sql(&self) -> Result<Value<'_>, Error> {
        Ok(Value::Bytes(self))
    }
}

impl ToSql for Vec<u8> {
    fn to_sql(&self) -> Result<Value<'_>, Error> {
        Ok(Value::Bytes(self))
    }
}

impl ToSql for bool {
    fn to_sql(&self) -> Result<Value<'_>, Error> {
        Ok(Value::Integer(i64::from(*self)))
    }
}

/// What can be read out of a column.
pub(in crate::store) trait FromSql: Sized {
    /// Out of a value.
    ///
    /// # Errors
    /// [`Error::Type`] when the value does not fit.
    fn from_sql(value: Value<'_>) -> Result<Self, Error>;
}

/// `value` is of another kind than `T`.
pub(super) fn unfit<T>(value: Value<'_>) -> Error {
    // The value itself may be personal.
    let kind = match value {
        Value::Null => "NULL",
        Value::Integer(_) => "a number",
        Value::Text(_) => "text",
        Value::Bytes(_) => "bytes",
    };
    Error::Type(format!("{kind} is no {}", std::any::type_name::<T>()))
}

impl<T: FromSql> FromSql for Option<T> {
    fn from_sql(value: Value<'_>) -> Result<Self, Error> {
        match value {
            Value::Null => Ok(None),
            value => T::from_sql(value).map(Some),
        }
    }
}

impl FromSql for String {
    fn from_sql(value: Value<'_>) -> Result<Self, Error> {
        match value {
            Value::Text(text) => Ok(text.to_owned()),
            other => Err(unfit::<Self>(other)),
        }
    }
}

impl FromSql for Vec<u8> {
    fn from_sql(value: Value<'_>) -> Result<Self, Error> {
        match value {
            Value::Bytes(bytes) => Ok(bytes.to_vec()),
            other => Err(unfit::<Self>(other)),
        }
    }
}

impl FromSql for [u8; 32] {
    fn from_sql(value: Value<'_>) -> Result<Self, Error> {
        match value {
            Value::Bytes(bytes) => bytes.try_into().map_err(|_| unfit::<Self>(value)),
            other => Err(unfit::<Self>(other)),
        }
    }
}

impl FromSql for bool {
    fn from_sql(value: Value<'_>) -> Result<Self, Error> {
        match value {
            Value::Integer(0) => Ok(false),
            Value::Integer(1) => Ok(true),
            other => Err(unfit::<Self>(other)),
        }
    }
}

/// Whole numbers, checked both ways.
macro_rules! whole_numbers {
    ($($number:ty),*) => {$(
        impl ToSql for $number {
            fn to_sql(&self) -> Result<Value<'_>, Error> {
                i64::try_from(*self)
                    .map(Value::Integer)
                    .map_err(|_| Error::Type("a number is too large for the database".into()))
            }
        }

        impl FromSql for $number {
            fn from_sql(value: Value<'_>) -> Result<Self, Error> {
                match value {
                    Value::Integer(number) => {
                        Self::try_from(number).map_err(|_| unfit::<Self>(value))
                    }
                    other => Err(unfit::<Self>(other)),
                }
            }
        }
    )*};
}

whole_numbers!(u8, u16, u32, u64, usize, i32, i64);

/// What a statement is given, in order.
pub(in crate::store) trait Params {
    /// As values.
    ///
    /// # Errors
    /// Those of [`ToSql::to_sql`].
    fn values(&self) -> Result<Vec<Value<'_>>, Error>;
}

impl Params for [&dyn ToSql; 0] {
    fn values(&self) -> Result<Vec<Value<'_>>, Error> {
        Ok(Vec::new())
    }
}

impl<T: ToSql> Params for [T; 1] {
    fn values(&self) -> Result<Vec<Value<'_>>, Error> {
        self.iter().map(ToSql::to_sql).collect()
    }
}

impl Params for &[&dyn ToSql] {
    fn values(&self) -> Result<Vec<Value<'_>>, Error> {
        self.iter().map(|value| value.to_sql()).collect()
    }
}

/// Values of different types, by reference.
macro_rules! params {
    ($($value:expr),* $(,)?) => {
        &[$(&$value as &dyn $crate::store::sql::ToSql),*] as &[&dyn $crate::store::sql::ToSql]
    };
}
pub(in crate::store) use params;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_that_does_not_fit_is_an_error_and_never_another_number() {
        assert!(u64::MAX.to_sql().is_err());
        assert!(u16::from_sql(Value::Integer(65_536)).is_err());
        assert!(u32::from_sql(Value::Integer(-1)).is_err());
        assert!(bool::from_sql(Value::Integer(2)).is_err());
        assert!(<[u8; 32]>::from_sql(Value::Bytes(&[0; 31])).is_err());
        assert!(String::from_sql(Value::Null).is_err());
    }

    #[test]
    fn null_is_read_as_none_only() {
        assert_eq!(Option::<i64>::from_sql(Value::Null).unwrap(), None);
        assert_eq!(Option::<i64>::from_sql(Value::Integer(7)).unwrap(), Some(7));
        assert_eq!(None::<String>.to_sql().unwrap(), Value::Null);
    }
}
