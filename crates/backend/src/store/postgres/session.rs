//! One connection to a PostgreSQL server, with its prepared statements. It also remembers whether a
//! statement has failed for a reason that goes away when the transaction is run again.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::error::Error as _;

use postgres::error::SqlState;
use postgres::types::{FromSql, IsNull, ToSql, Type, to_sql_checked};
use postgres::{Client, Row, Statement};

use crate::store::StoreError;
use crate::store::sql::{Column, Error, Value};

/// An open session. One thread at a time uses it, and none that runs async tasks: it waits.
pub(in crate::store) struct Session {
    client: RefCell<Client>,
    statements: RefCell<HashMap<String, Statement>>,
    trouble: Cell<Option<Trouble>>,
}

/// Why a transaction cannot go on, and what helps.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Trouble {
    /// Another transaction was in the way. Running this one again may do.
    Conflict,
    /// A row was there that this transaction could not see, or one that is really there. Running it
    /// again tells the two apart.
    Duplicate,
    /// A lock or a statement took longer than allowed.
    Slow,
}

impl std::fmt::Debug for Session {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Session").finish_non_exhaustive()
    }
}

impl Session {
    /// A session on an open connection.
    pub(super) fn new(client: Client) -> Self {
        Self {
            client: RefCell::new(client),
            statements: RefCell::default(),
            trouble: Cell::new(None),
        }
    }

    /// Whether the connection is lost.
    pub(super) fn is_closed(&self) -> bool {
        self.client.borrow().is_closed()
    }

    /// What has failed since this was asked last.
    pub(super) fn take_trouble(&self) -> Option<Trouble> {
        self.trouble.take()
    }

    /// A statement with `?1` for the first value, prepared once.
    ///
    /// # Errors
    /// The server's.
    pub(in crate::store) fn prepare(&self, sql: &str) -> Result<Statement, Error> {
        if let Some(known) = self.statements.borrow().get(sql) {
            return Ok(known.clone());
        }
        let prepared = self.client.borrow_mut().prepare(&numbered(sql));
        let statement = self.noted(prepared)?;
        let mut statements = self.statements.borrow_mut();
        statements.insert(sql.to_owned(), statement.clone());
        Ok(statement)
    }

    /// Runs a statement; how many rows it changed.
    ///
    /// # Errors
    /// The server's.
    pub(in crate::store) fn execute(
        &self,
        statement: &Statement,
        values: &[Value<'_>],
    ) -> Result<usize, Error> {
        let done = self
            .client
            .borrow_mut()
            .execute(statement, &dynamic(values));
        let count = self.noted(done)?;
        Ok(usize::try_from(count).unwrap_or(usize::MAX))
    }

    /// Runs a query; every row.
    ///
    /// # Errors
    /// The server's.
    pub(in crate::store) fn query(
        &self,
        statement: &Statement,
        values: &[Value<'_>],
    ) -> Result<Vec<Row>, Error> {
        let rows = self.client.borrow_mut().query(statement, &dynamic(values));
        self.noted(rows)
    }

    /// Runs several statements that take no values.
    ///
    /// # Errors
    /// The server's.
    pub(in crate::store) fn batch(&self, sql: &str) -> Result<(), Error> {
        let done = self.client.borrow_mut().batch_execute(sql);
        self.noted(done)
    }

    fn noted<T>(&self, result: Result<T, postgres::Error>) -> Result<T, Error> {
        if let Err(error) = &result
            && let Some(trouble) = error.code().and_then(trouble)
        {
            self.trouble.set(Some(trouble));
        }
        Ok(result?)
    }
}

fn trouble(code: &SqlState) -> Option<Trouble> {
    match *code {
        SqlState::T_R_SERIALIZATION_FAILURE | SqlState::T_R_DEADLOCK_DETECTED => {
            Some(Trouble::Conflict)
        }
        SqlState::UNIQUE_VIOLATION => Some(Trouble::Duplicate),
        SqlState::LOCK_NOT_AVAILABLE | SqlState::QUERY_CANCELED => Some(Trouble::Slow),
        _ => None,
    }
}

/// `?1` as PostgreSQL writes it. No statement of ours has a question mark for anything else.
fn numbered(sql: &str) -> String {
    sql.replace('?', "$")
}

fn dynamic<'a>(values: &'a [Value<'a>]) -> Vec<&'a (dyn ToSql + Sync)> {
    values
        .iter()
        .map(|value| -> &(dyn ToSql + Sync) { value })
        .collect()
}

/// What the server said, for the log: never the values, which its details may hold.
pub(in crate::store) fn describe(error: &postgres::Error) -> String {
    match error.as_db_error() {
        Some(refused) => format!("{}: {}", refused.code().code(), refused.message()),
        None => match error.source() {
            Some(source) => format!("{error}: {source}"),
            None => error.to_string(),
        },
    }
}

impl From<postgres::Error> for StoreError {
    fn from(error: postgres::Error) -> Self {
        Error::from(error).into()
    }
}

/// A column's value.
///
/// # Errors
/// [`Error::Type`] for a type that our schema does not have.
pub(in crate::store) fn value(row: &Row, column: impl Column) -> Result<Value<'_>, Error> {
    let raw: Raw<'_> = row
        .try_get(column)
        .map_err(|error| Error::Type(format!("{column}: {}", describe(&error))))?;
    Ok(raw.0)
}

/// A value as it comes over the wire.
struct Raw<'a>(Value<'a>);

impl<'a> FromSql<'a> for Raw<'a> {
    fn from_sql(
        kind: &Type,
        bytes: &'a [u8],
    ) -> Result<Self, Box<dyn std::error::Error + Sync + Send>> {
        Ok(Self(match *kind {
            Type::INT8 => Value::Integer(i64::from_sql(kind, bytes)?),
            Type::INT4 => Value::Integer(i64::from(i32::from_sql(kind, bytes)?)),
            Type::BOOL => Value::Integer(i64::from(bool::from_sql(kind, bytes)?)),
            Type::BYTEA => Value::Bytes(bytes),
            _ => Value::Text(<&str>::from_sql(&Type::TEXT, bytes)?),
        }))
    }

    fn from_sql_null(_: &Type) -> Result<Self, Box<dyn std::error::Error + Sync + Send>> {
        Ok(Self(Value::Null))
    }

    fn accepts(kind: &Type) -> bool {
        matches!(
            *kind,
            Type::INT8 | Type::INT4 | Type::BOOL | Type::BYTEA | Type::TEXT | Type::JSON
        )
    }
}

impl ToSql for Value<'_> {
    fn to_sql(
        &self,
        kind: &Type,
        out: &mut postgres::types::private::BytesMut,
    ) -> Result<IsNull, Box<dyn std::error::Error + Sync + Send>> {
        match (self, kind) {
            (Self::Null, _) => Ok(IsNull::Yes),
            (Self::Integer(number), &Type::INT4) => i32::try_from(*number)?.to_sql(kind, out),
            (Self::Integer(number), &Type::INT8) => number.to_sql(kind, out),
            (Self::Text(text), &Type::TEXT | &Type::JSON) => text.to_sql(&Type::TEXT, out),
            (Self::Bytes(bytes), &Type::BYTEA) => bytes.to_sql(kind, out),
            _ => Err(format!("a value of another kind for {kind}").into()),
        }
    }

    fn accepts(kind: &Type) -> bool {
        matches!(
            *kind,
            Type::INT8 | Type::INT4 | Type::BYTEA | Type::TEXT | Type::JSON
        )
    }

    to_sql_checked!();
}
