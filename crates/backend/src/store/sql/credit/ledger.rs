//! The ledger's log and what follows from it. Which entries an event makes is decided by
//! `shoptag_ledger` on the lines, balances and payouts that the event names.

use shoptag_commerce::{CreatorId, Currency, Digest, PayoutBatchId, TenantId, Timestamp};
use shoptag_ledger::{
    Account, Book, Event, LedgerError, LineRef, LineState, LineTerms, Outcome, Position, Record,
    RecordKey, Refusal, Stage,
};

use super::{parties, payouts};
use crate::store::StoreError;
use crate::store::sql::{
    Connection, OptionalExtension, Row, ToSql, params,
    rows::{checked, corrupt, json, plain, to_json},
    within::settle,
};

/// Records `event` under `key`, once. The inner error is the ledger's refusal, which is recorded
/// too.
///
/// # Errors
/// The database's.
pub(super) fn record(
    connection: &Connection,
    tenant: &TenantId,
    key: RecordKey,
    event: Event,
    now: Timestamp,
) -> Result<Result<(), Refusal>, StoreError> {
    if let Some((known, outcome)) = by_key(connection, tenant, &key)? {
        return match outcome {
            // The key stands for another event.
            _ if known != event => Ok(Err(Refusal::Exists)),
            Outcome::Applied(_) => Ok(Ok(())),
            Outcome::Refused(refusal) => Ok(Err(refusal)),
        };
    }
    let mut book = Book::resume(position(connection, tenant)?);
    let lines = teach(connection, tenant, &mut book, &event)?;
    write(connection, tenant, book, &lines, key, event, now)
}

/// Accrues a line that was written in this transaction, as [`record`] would: there is nothing to
/// look up.
///
/// # Errors
/// The database's.
pub(super) fn accrue(
    connection: &Connection,
    tenant: &TenantId,
    key: RecordKey,
    line: LineRef,
    terms: LineTerms,
    now: Timestamp,
) -> Result<Result<(), Refusal>, StoreError> {
    let book = Book::resume(position(connection, tenant)?);
    let event = Event::Accrue { line, terms };
    // The line is as the record says: it is written when something else happens to it.
    write(connection, tenant, book, &[], key, event, now)
}

fn write(
    connection: &Connection,
    tenant: &TenantId,
    mut book: Book,
    lines: &[LineRef],
    key: RecordKey,
    event: Event,
    now: Timestamp,
) -> Result<Result<(), Refusal>, StoreError> {
    let answer = match book.record(key, event.clone(), now) {
        Ok(_) => Ok(()),
        Err(LedgerError::Refused(refusal)) => Err(refusal),
        Err(error) => return Err(corrupt(error)),
    };
    for made in book.records() {
        append(connection, tenant, made)?;
    }
    if answer.is_ok() {
        for line in lines {
            if let Some(state) = book.line(line) {
                write_line(connection, tenant, line, state)?;
            }
        }
        if let Event::OpenPayoutBatch {
            batch, currency, ..
        } = &event
        {
            connection.execute(
                "INSERT INTO payout_batches (tenant_id, batch_id, currency)
                 VALUES (?1, ?2, ?3)",
                params![tenant.as_str(), batch.as_str(), currency.code()],
            )?;
        }
        for payout in book.payouts() {
            payouts::write(connection, tenant, payout)?;
        }
    }
    Ok(answer)
}

fn by_key(
    connection: &Connection,
    tenant: &TenantId,
    key: &RecordKey,
) -> Result<Option<(Event, Outcome)>, StoreError> {
    let mut statement = connection.prepare_cached(
        "SELECT event, outcome FROM ledger_records WHERE tenant_id = ?1 AND key = ?2",
    )?;
    let mut rows = statement.query(params![tenant.as_str(), key.as_str()])?;
    rows.next()?
        .map(|row| Ok((json(row, "event")?, json(row, "outcome")?)))
        .transpose()
}

fn position(connection: &Connection, tenant: &TenantId) -> Result<Position, StoreError> {
    if let Some(known) = connection.within().known().ledger.get(tenant) {
        return Ok(*known);
    }
    let mut statement = connection.prepare_cached(
        "SELECT sequence, recorded_at, digest FROM ledger_records
         WHERE tenant_id = ?1 ORDER BY sequence DESC LIMIT 1",
    )?;
    let mut rows = statement.query([tenant.as_str()])?;
    let Some(row) = rows.next()? else {
        return Ok(Position::default());
    };
    Ok(Position {
        next_sequence: plain::<u64>(row, "sequence")? + 1,
        head: digest(row)?,
        last_at: Some(Timestamp::from_ms(plain(row, "recorded_at")?)),
    })
}

/// The digest column.
pub(super) fn digest(row: Row<'_>) -> Result<Digest, StoreError> {
    let text: String = plain(row, "digest")?;
    Digest::parse(&text).map_err(corrupt)
}

/// Tells the book what the event bears on; the lines that it may change.
fn teach(
    connection: &Connection,
    tenant: &TenantId,
    book: &mut Book,
    event: &Event,
) -> Result<Vec<LineRef>, StoreError> {
    match event {
        Event::Accrue { line, .. } => {
            if let Some(state) = line_state(connection, tenant, line)? {
                book.know_line(line.clone(), state);
            }
            Ok(vec![line.clone()])
        }
        Event::Deliver { line, .. }
        | Event::Freeze { line, .. }
        | Event::Release { line }
        | Event::Post { line }
        | Event::Refund { line, .. } => {
            let Some(state) = line_state(connection, tenant, line)? else {
                return Ok(Vec::new());
            };
            let (creator, currency) = (state.terms.creator.clone(), state.terms.currency);
            teach_funds(connection, tenant, book, &creator, currency)?;
            book.know_line(line.clone(), state);
            Ok(vec![line.clone()])
        }
        Event::OpenPayoutBatch {
            batch, currency, ..
        } => teach_batch(connection, tenant, book, batch, *currency),
        Event::SettlePayout { batch, creator } | Event::FailPayout { batch, creator } => {
            let Some(payout) = payouts::find(connection, tenant, batch, creator)? else {
                return Ok(Vec::new());
            };
            teach_funds(connection, tenant, book, creator, payout.currency)?;
            book.know_payout(payout);
            let sql = "SELECT order_id, line, state FROM ledger_lines
                       WHERE tenant_id = ?1 AND payout = ?2 AND creator_id = ?3";
            let key = params![tenant.as_str(), batch.as_str(), creator.as_str()];
            teach_lines(connection, book, sql, key)
        }
        Event::BrandPaid { .. } => Ok(Vec::new()),
        Event::CreatorRepaid {
            creator, currency, ..
        } => {
            teach_funds(connection, tenant, book, creator, *currency)?;
            Ok(Vec::new())
        }
    }
}

fn teach_batch(
    connection: &Connection,
    tenant: &TenantId,
    book: &mut Book,
    batch: &PayoutBatchId,
    currency: Currency,
) -> Result<Vec<LineRef>, StoreError> {
    settle(connection)?;
    let opened = connection
        .prepare_cached("SELECT 1 FROM payout_batches WHERE tenant_id = ?1 AND batch_id = ?2")?
        .exists(params![tenant.as_str(), batch.as_str()])?;
    if opened {
        book.know_batch(batch.clone(), currency);
        return Ok(Vec::new());
    }
    let mut statement = connection.prepare_cached(
        "SELECT account, balance_minor FROM ledger_balances
         WHERE tenant_id = ?1 AND currency = ?2",
    )?;
    let mut rows = statement.query(params![tenant.as_str(), currency.code()])?;
    while let Some(row) = rows.next()? {
        book.know_balance(
            json(row, "account")?,
            currency,
            plain(row, "balance_minor")?,
        );
    }
    let sql = "SELECT order_id, line, state FROM ledger_lines
               WHERE tenant_id = ?1 AND currency = ?2 AND is_unpaid = 1";
    let key = params![tenant.as_str(), currency.code()];
    teach_lines(connection, book, sql, key)
}

fn teach_lines(
    connection: &Connection,
    book: &mut Book,
    sql: &str,
    key: &[&dyn ToSql],
) -> Result<Vec<LineRef>, StoreError> {
    let mut statement = connection.prepare_cached(sql)?;
    let mut rows = statement.query(key)?;
    let mut lines = Vec::new();
    while let Some(row) = rows.next()? {
        let line = LineRef {
            order: checked(row, "order_id", shoptag_commerce::OrderId::parse)?,
            line: plain(row, "line")?,
        };
        book.know_line(line.clone(), json(row, "state")?);
        lines.push(line);
    }
    Ok(lines)
}

/// What the creator has posted, and owes: all that an entry can bear on.
fn teach_funds(
    connection: &Connection,
    tenant: &TenantId,
    book: &mut Book,
    creator: &CreatorId,
    currency: Currency,
) -> Result<(), StoreError> {
    settle(connection)?;
    for account in [
        Account::CreatorPosted(creator.clone()),
        Account::CreatorReceivable(creator.clone()),
    ] {
        let balance: Option<i64> = connection
            .prepare_cached(
                "SELECT balance_minor FROM ledger_balances
                 WHERE tenant_id = ?1 AND currency = ?2 AND account = ?3",
            )?
            .query_row(
                params![tenant.as_str(), currency.code(), to_json(&account)?],
                |row| row.get(0),
            )
            .optional()?;
        book.know_balance(account, currency, balance.unwrap_or(0));
    }
    Ok(())
}

/// One line's commission: as it was left by what happened to it last, or by its accrual.
///
/// # Errors
/// The database's.
pub(super) fn line_state(
    connection: &Connection,
    tenant: &TenantId,
    line: &LineRef,
) -> Result<Option<LineState>, StoreError> {
    let mut statement = connection.prepare_cached(
        "SELECT state FROM ledger_lines WHERE tenant_id = ?1 AND order_id = ?2 AND line = ?3",
    )?;
    let mut rows = statement.query(params![tenant.as_str(), line.order.as_str(), line.line])?;
    if let Some(row) = rows.next()? {
        return json(row, "state").map(Some);
    }
    match by_key(connection, tenant, &accrual(line)?)? {
        Some((event, Outcome::Applied(_))) => accrued(event).map(Some),
        _ => Ok(None),
    }
}

/// The key under which a line is accrued.
///
/// # Errors
/// [`StoreError::Corrupt`]: it is no key.
pub(super) fn accrual(line: &LineRef) -> Result<RecordKey, StoreError> {
    RecordKey::parse(format!("{}/{}/accrue", line.order, line.line)).map_err(corrupt)
}

/// A line as its accrual left it.
///
/// # Errors
/// [`StoreError::Corrupt`]: the event accrues nothing.
pub(super) fn accrued(event: Event) -> Result<LineState, StoreError> {
    let Event::Accrue { terms, .. } = event else {
        return Err(corrupt("a line was accrued by another event"));
    };
    let (state, _) = LineState::accrue(terms).map_err(corrupt)?;
    Ok(state)
}

fn append(connection: &Connection, tenant: &TenantId, record: &Record) -> Result<(), StoreError> {
    connection
        .prepare_cached(
            "INSERT INTO ledger_records (tenant_id, sequence, key, recorded_at, event,
                         outcome, digest)
                     VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        )?
        .execute(params![
            tenant.as_str(),
            record.sequence,
            record.key.as_str(),
            record.at.ms(),
            to_json(&record.event)?,
            to_json(&record.outcome)?,
            record.digest.to_string(),
        ])?;
    let position = Position {
        next_sequence: record.sequence + 1,
        head: record.digest,
        last_at: Some(record.at),
    };
    connection
        .within()
        .known()
        .ledger
        .insert(tenant.clone(), position);
    let Outcome::Applied(posting) = &record.outcome else {
        return Ok(());
    };
    for party in parties::of_record(&record.event, posting.as_ref()) {
        connection
            .prepare_cached(
                "INSERT INTO ledger_parties (tenant_id, party, sequence)
                 VALUES (?1, ?2, ?3)",
            )?
            .execute(params![tenant.as_str(), party, record.sequence])?;
    }
    let Some(posting) = posting else {
        return Ok(());
    };
    for entry in &posting.entries {
        let account = to_json(&entry.account)?;
        let currency = posting.currency.code().to_owned();
        let key = (tenant.as_str().to_owned(), currency, account);
        connection.within().add_balance(key, entry.amount_minor);
    }
    Ok(())
}

fn write_line(
    connection: &Connection,
    tenant: &TenantId,
    line: &LineRef,
    state: &LineState,
) -> Result<(), StoreError> {
    let waits = state.stage == Stage::Pending;
    let due_at = state.hold_over_at().filter(|_| waits).map(Timestamp::ms);
    let is_unpaid = state.stage == Stage::Posted && state.payout.is_none();
    connection
        .prepare_cached(
            "INSERT INTO ledger_lines (tenant_id, order_id, line, creator_id, brand_id, currency,
                 due_at, is_unpaid, payout, state)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)
             ON CONFLICT (tenant_id, order_id, line) DO UPDATE
             SET due_at = excluded.due_at, is_unpaid = excluded.is_unpaid,
                 payout = excluded.payout, state = excluded.state",
        )?
        .execute(params![
            tenant.as_str(),
            line.order.as_str(),
            line.line,
            state.terms.creator.as_str(),
            state.terms.brand.as_str(),
            state.terms.currency.code(),
            due_at,
            is_unpaid,
            state.payout.as_ref().map(PayoutBatchId::as_str),
            to_json(state)?,
        ])?;
    Ok(())
}
