//! One way to run a statement, on whichever database it is. Statements are written once, with `?1`
//! for the first value; a connection is used by one thread at a time.

use std::cell::{RefCell, RefMut};

use super::value::{Error, FromSql, Params, Value, unfit};
use super::within::Within;
use crate::store::postgres::{self, Session};

/// To which database a connection is.
#[derive(Debug)]
pub(in crate::store) enum Link {
    /// A SQLite file.
    Sqlite(rusqlite::Connection),
    /// A PostgreSQL server.
    Postgres(Box<Session>),
}

/// An open connection, with what its transaction knows and owes.
#[derive(Debug)]
pub(in crate::store) struct Connection {
    link: Link,
    within: RefCell<Within>,
}

impl From<rusqlite::Connection> for Connection {
    fn from(connection: rusqlite::Connection) -> Self {
        Self::to(Link::Sqlite(connection))
    }
}

impl From<Session> for Connection {
    fn from(session: Session) -> Self {
        Self::to(Link::Postgres(Box::new(session)))
    }
}

impl Connection {
    fn to(link: Link) -> Self {
        Self {
            link,
            within: RefCell::default(),
        }
    }

    /// The database behind it.
    pub(in crate::store) fn link(&self) -> &Link {
        &self.link
    }

    /// What its transaction knows and owes. Not to be kept while a statement runs.
    pub(super) fn within(&self) -> RefMut<'_, Within> {
        self.within.borrow_mut()
    }

    /// A statement, prepared once a connection.
    ///
    /// # Errors
    /// The database's.
    pub(in crate::store) fn prepare_cached(&self, sql: &str) -> Result<Statement<'_>, Error> {
        Ok(match &self.link {
            Link::Sqlite(connection) => Statement::Sqlite(connection.prepare_cached(sql)?),
            Link::Postgres(session) => Statement::Postgres(session, session.prepare(sql)?),
        })
    }

    /// Runs a statement; how many rows it changed.
    ///
    /// # Errors
    /// The database's.
    pub(in crate::store) fn execute(&self, sql: &str, params: impl Params) -> Result<usize, Error> {
        self.prepare_cached(sql)?.execute(params)
    }

    /// The first row of a query.
    ///
    /// # Errors
    /// The database's; [`Error::NoRows`].
    pub(in crate::store) fn query_row<T>(
        &self,
        sql: &str,
        params: impl Params,
        read: impl FnOnce(Row<'_>) -> Result<T, Error>,
    ) -> Result<T, Error> {
        self.prepare_cached(sql)?.query_row(params, read)
    }

    /// Runs several statements that take no values.
    ///
    /// # Errors
    /// The database's.
    pub(in crate::store) fn execute_batch(&self, sql: &str) -> Result<(), Error> {
        match &self.link {
            Link::Sqlite(connection) => Ok(connection.execute_batch(sql)?),
            Link::Postgres(session) => session.batch(sql),
        }
    }
}

/// A prepared statement.
pub(in crate::store) enum Statement<'c> {
    /// Of SQLite.
    Sqlite(rusqlite::CachedStatement<'c>),
    /// Of PostgreSQL, with its session.
    Postgres(&'c Session, ::postgres::Statement),
}

impl Statement<'_> {
    /// Runs it; how many rows it changed.
    ///
    /// # Errors
    /// The database's.
    pub(in crate::store) fn execute(&mut self, params: impl Params) -> Result<usize, Error> {
        let values = params.values()?;
        match self {
            Self::Sqlite(statement) => Ok(statement.execute(rusqlite::params_from_iter(values))?),
            Self::Postgres(session, statement) => session.execute(statement, &values),
        }
    }

    /// Runs it; its rows.
    ///
    /// # Errors
    /// The database's.
    pub(in crate::store) fn query(&mut self, params: impl Params) -> Result<Rows<'_>, Error> {
        let values = params.values()?;
        Ok(match self {
            Self::Sqlite(statement) => {
                Rows::Sqlite(statement.query(rusqlite::params_from_iter(values))?)
            }
            Self::Postgres(session, statement) => {
                Rows::Postgres(session.query(statement, &values)?, 0)
            }
        })
    }

    /// The first row.
    ///
    /// # Errors
    /// The database's; [`Error::NoRows`].
    pub(in crate::store) fn query_row<T>(
        &mut self,
        params: impl Params,
        read: impl FnOnce(Row<'_>) -> Result<T, Error>,
    ) -> Result<T, Error> {
        read(self.query(params)?.next()?.ok_or(Error::NoRows)?)
    }

    /// Every row, read.
    ///
    /// # Errors
    /// The database's, at once.
    pub(in crate::store) fn query_map<T>(
        &mut self,
        params: impl Params,
        read: impl Fn(Row<'_>) -> Result<T, Error>,
    ) -> Result<std::vec::IntoIter<Result<T, Error>>, Error> {
        let mut rows = self.query(params)?;
        let mut found = Vec::new();
        while let Some(row) = rows.next()? {
            found.push(read(row));
        }
        Ok(found.into_iter())
    }

    /// Whether there is a row.
    ///
    /// # Errors
    /// The database's.
    pub(in crate::store) fn exists(&mut self, params: impl Params) -> Result<bool, Error> {
        Ok(self.query(params)?.next()?.is_some())
    }
}

/// The rows of a query.
pub(in crate::store) enum Rows<'s> {
    /// Of SQLite, read one after another.
    Sqlite(rusqlite::Rows<'s>),
    /// Of PostgreSQL, all of them, and how many have been given out.
    Postgres(Vec<::postgres::Row>, usize),
}

impl Rows<'_> {
    /// The next row.
    ///
    /// # Errors
    /// The database's.
    pub(in crate::store) fn next(&mut self) -> Result<Option<Row<'_>>, Error> {
        match self {
            Self::Sqlite(rows) => Ok(rows.next()?.map(Row::Sqlite)),
            Self::Postgres(rows, given) => {
                let row = rows.get(*given);
                *given += 1;
                Ok(row.map(Row::Postgres))
            }
        }
    }
}

/// A row.
#[derive(Clone, Copy)]
pub(in crate::store) enum Row<'r> {
    /// Of SQLite.
    Sqlite(&'r rusqlite::Row<'r>),
    /// Of PostgreSQL.
    Postgres(&'r ::postgres::Row),
}

impl<'r> Row<'r> {
    /// A column, by name or number.
    ///
    /// # Errors
    /// [`Error::Type`] when it does not fit the type.
    pub(in crate::store) fn get<C: Column, T: FromSql>(self, column: C) -> Result<T, Error> {
        T::from_sql(self.value(column)?)
    }

    /// A column of text, where it lies.
    ///
    /// # Errors
    /// [`Error::Type`] when it holds something else.
    pub(in crate::store) fn text(self, column: &str) -> Result<&'r str, Error> {
        match self.value(column)? {
            Value::Text(text) => Ok(text),
            other => Err(unfit::<String>(other)),
        }
    }

    fn value(self, column: impl Column) -> Result<Value<'r>, Error> {
        match self {
            Self::Sqlite(row) => sqlite_value(row, column),
            Self::Postgres(row) => postgres::value(row, column),
        }
    }
}

/// What names a column.
pub(in crate::store) trait Column:
    rusqlite::RowIndex + ::postgres::row::RowIndex + std::fmt::Display + Copy
{
}

impl Column for &str {}
impl Column for usize {}

fn sqlite_value<'r>(row: &'r rusqlite::Row<'_>, column: impl Column) -> Result<Value<'r>, Error> {
    use rusqlite::types::ValueRef;
    match row.get_ref(column)? {
        ValueRef::Null => Ok(Value::Null),
        ValueRef::Integer(number) => Ok(Value::Integer(number)),
        ValueRef::Text(text) => std::str::from_utf8(text)
            .map(Value::Text)
            .map_err(|error| Error::Type(error.to_string())),
        ValueRef::Blob(bytes) => Ok(Value::Bytes(bytes)),
        ValueRef::Real(_) => Err(Error::Type("a column holds a fraction".into())),
    }
}

impl rusqlite::ToSql for Value<'_> {
    fn to_sql(&self) -> rusqlite::Result<rusqlite::types::ToSqlOutput<'_>> {
        use rusqlite::types::{ToSqlOutput, ValueRef};
        Ok(ToSqlOutput::Borrowed(match *self {
            Self::Null => ValueRef::Null,
            Self::Integer(number) => ValueRef::Integer(number),
            Self::Text(text) => ValueRef::Text(text.as_bytes()),
            Self::Bytes(bytes) => ValueRef::Blob(bytes),
        }))
    }
}
