//! Reading the ledger: statements, the whole log, the decisions.

use shoptag_commerce::{OrderId, TenantId, Timestamp};
use shoptag_ledger::{
    Account, Event, LineRef, LineState, LineStatus, Outcome, Payout, Record, RecordKey,
};
use shoptag_protocol::{StatementBalance, StatementDocument, StatementLine, StatementMovement};

use super::ledger::{accrued, digest};
use super::{parties, payouts};
use crate::ledger_accounts::{
    DecisionRow, LedgerTables, LineCursor, Movements, Party, PartyKind, accounts_of, sense,
};
use crate::store::StoreError;
use crate::store::sql::{
    Connection, Row, params,
    rows::{checked, json, plain, to_json},
};

/// The statement of a party.
///
/// # Errors
/// The database's.
pub(super) fn statement(
    connection: &Connection,
    party: &Party,
    movements: &Movements,
) -> Result<StatementDocument, StoreError> {
    let mut balances = Vec::new();
    for (name, account) in accounts_of(&party.kind) {
        balances.extend(balances_of(connection, party, name, &account)?);
    }
    balances.sort_by(|a, b| a.currency.cmp(&b.currency));
    let mut moved = movements_of(connection, party, movements)?;
    let page = page_end(&moved, movements.limit);
    let next_after = (page < moved.len())
        .then(|| moved.get(page.saturating_sub(1)).map(|it| it.sequence))
        .flatten();
    moved.truncate(page);
    let (lines, next_lines) = lines(connection, party, movements)?;
    Ok(StatementDocument {
        party_id: party.kind.id().to_owned(),
        party_kind: party.kind.name().to_owned(),
        balances,
        lines,
        next_lines,
        movements: moved,
        next_after,
    })
}

/// How many movements fit a page without parting a record; a single record always fits.
fn page_end(moved: &[StatementMovement], limit: usize) -> usize {
    let Some(next) = moved.get(limit) else {
        return moved.len();
    };
    let cut = moved.partition_point(|it| it.sequence < next.sequence);
    if cut > 0 {
        cut
    } else {
        moved.partition_point(|it| it.sequence <= next.sequence)
    }
}

fn balances_of(
    connection: &Connection,
    party: &Party,
    name: &str,
    account: &Account,
) -> Result<Vec<StatementBalance>, StoreError> {
    let mut statement = connection.prepare_cached(
        "SELECT currency, balance_minor FROM ledger_balances
         WHERE tenant_id = ?1 AND account = ?2 AND balance_minor <> 0",
    )?;
    let mut rows = statement.query(params![party.tenant.as_str(), to_json(account)?])?;
    let mut balances = Vec::new();
    while let Some(row) = rows.next()? {
        balances.push(StatementBalance {
            currency: plain(row, "currency")?,
            account: name.to_owned(),
            amount_minor: sense(account, plain(row, "balance_minor")?),
        });
    }
    Ok(balances)
}

/// The party as `ledger_parties` names it.
fn party_name(kind: &PartyKind) -> String {
    match kind {
        PartyKind::Brand(id) => parties::brand(id),
        PartyKind::Creator(id) => parties::creator(id),
    }
}

/// What moved on a party's accounts: of more than a page enough to know that there is more.
fn movements_of(
    connection: &Connection,
    party: &Party,
    movements: &Movements,
) -> Result<Vec<StatementMovement>, StoreError> {
    let mut statement = connection.prepare_cached(
        "SELECT r.sequence, r.recorded_at, r.outcome, r.event ->> 'event' AS event,
                CAST(r.event -> 'line' ->> 'line' AS BIGINT) AS line, o.number
         FROM ledger_parties p JOIN ledger_records r USING (tenant_id, sequence)
         LEFT JOIN orders o
              ON o.tenant_id = r.tenant_id AND o.order_id = r.event -> 'line' ->> 'order'
         WHERE p.tenant_id = ?1 AND p.party = ?2 AND p.sequence > ?3
           AND r.recorded_at BETWEEN ?4 AND ?5
         ORDER BY p.sequence LIMIT ?6",
    )?;
    let (name, accounts) = (party_name(&party.kind), accounts_of(&party.kind));
    let mut after = movements
        .after
        .map_or(-1, |after| i64::try_from(after).unwrap_or(i64::MAX));
    let mut found = Vec::new();
    loop {
        let mut rows = statement.query(params![
            party.tenant.as_str(),
            name,
            after,
            movements.from.ms(),
            movements.until.ms(),
            // One more shows that there is more.
            movements.limit + 1,
        ])?;
        let mut read = 0;
        while let Some(row) = rows.next()? {
            read += 1;
            after = plain(row, "sequence")?;
            moved_by(row, &accounts, &mut found)?;
        }
        // An accrual of nothing moves nothing.
        if read <= movements.limit || found.len() > movements.limit {
            return Ok(found);
        }
    }
}

fn moved_by(
    row: Row<'_>,
    accounts: &[(&'static str, Account)],
    found: &mut Vec<StatementMovement>,
) -> Result<(), StoreError> {
    let Outcome::Applied(Some(posting)) = json(row, "outcome")? else {
        return Ok(());
    };
    for (name, account) in accounts {
        for entry in posting.entries.iter().filter(|it| it.account == *account) {
            found.push(StatementMovement {
                sequence: plain(row, "sequence")?,
                at: plain(row, "recorded_at")?,
                event: plain(row, "event")?,
                number: plain(row, "number")?,
                line: plain(row, "line")?,
                account: (*name).to_owned(),
                currency: posting.currency.code().to_owned(),
                amount_minor: sense(account, entry.amount_minor),
            });
        }
    }
    Ok(())
}

fn lines(
    connection: &Connection,
    party: &Party,
    movements: &Movements,
) -> Result<(Vec<StatementLine>, Option<String>), StoreError> {
    let mut statement = connection.prepare_cached(
        "SELECT CAST(r.event -> 'line' ->> 'line' AS BIGINT) AS line, r.event, l.state, o.number,
                o.order_id, o.placed_at,
                o.lines -> CAST(r.event -> 'line' ->> 'line' AS INTEGER) ->> 'title' AS title
         FROM ledger_parties p JOIN ledger_records r USING (tenant_id, sequence)
         JOIN orders o
              ON o.tenant_id = r.tenant_id AND o.order_id = r.event -> 'line' ->> 'order'
         LEFT JOIN ledger_lines l ON l.tenant_id = o.tenant_id AND l.order_id = o.order_id
              AND l.line = CAST(r.event -> 'line' ->> 'line' AS BIGINT)
         WHERE p.tenant_id = ?1 AND p.party = ?2 AND r.event ->> 'event' = 'accrue'
           AND (o.placed_at < ?3 OR (o.placed_at = ?3 AND (o.order_id > ?4 OR (o.order_id = ?4
                AND CAST(r.event -> 'line' ->> 'line' AS BIGINT) > ?5))))
         ORDER BY o.placed_at DESC, o.order_id, 1 LIMIT ?6",
    )?;
    let after = movements.lines_after.as_ref();
    let mut rows = statement.query(params![
        party.tenant.as_str(),
        party_name(&party.kind),
        after.map_or(i64::MAX, |after| after.placed_at.ms()),
        after.map_or("", |after| after.order.as_str()),
        after.map_or(0, |after| after.line),
        // One more shows that there is more.
        movements.limit + 1,
    ])?;
    let mut lines: Vec<StatementLine> = Vec::new();
    let mut last = None;
    while let Some(row) = rows.next()? {
        if lines.len() == movements.limit {
            return Ok((lines, last.map(|last: LineCursor| last.to_text())));
        }
        last = Some(LineCursor {
            placed_at: Timestamp::from_ms(plain(row, "placed_at")?),
            line: plain(row, "line")?,
            order: plain(row, "order_id")?,
        });
        let state: LineState = match plain::<Option<String>>(row, "state")? {
            Some(_) => json(row, "state")?,
            None => accrued(json(row, "event")?)?,
        };
        let terms = &state.terms;
        lines.push(StatementLine {
            number: plain(row, "number")?,
            line: plain(row, "line")?,
            title: plain(row, "title")?,
            creator_id: terms.creator.as_str().to_owned(),
            brand_id: terms.brand.as_str().to_owned(),
            currency: terms.currency.code().to_owned(),
            base_minor: state.remaining_minor,
            rate_bps: terms.rate_bps.get(),
            commission_minor: state.creator_minor(),
            fee_minor: state.fee_minor(),
            status: match state.status() {
                LineStatus::Pending => "pending",
                LineStatus::Frozen => "frozen",
                LineStatus::Posted => "posted",
                LineStatus::Paid => "paid",
                LineStatus::Reversed => "reversed",
            }
            .to_owned(),
            due_at: state.hold_over_at().map(Timestamp::ms),
        });
    }
    Ok((lines, None))
}

/// The whole log, oldest first.
///
/// # Errors
/// The database's.
pub(super) fn records(
    connection: &Connection,
    tenant: &TenantId,
) -> Result<Vec<Record>, StoreError> {
    let mut statement = connection
        .prepare_cached("SELECT * FROM ledger_records WHERE tenant_id = ?1 ORDER BY sequence")?;
    let mut rows = statement.query([tenant.as_str()])?;
    let mut records = Vec::new();
    while let Some(row) = rows.next()? {
        records.push(Record {
            sequence: plain(row, "sequence")?,
            key: checked(row, "key", RecordKey::parse)?,
            at: Timestamp::from_ms(plain(row, "recorded_at")?),
            event: json(row, "event")?,
            outcome: json(row, "outcome")?,
            digest: digest(row)?,
        });
    }
    Ok(records)
}

/// What the database keeps beside the log.
///
/// # Errors
/// The database's.
pub(super) fn tables(
    connection: &Connection,
    tenant: &TenantId,
) -> Result<LedgerTables, StoreError> {
    let mut tables = LedgerTables::default();
    let sql = "SELECT currency, account, balance_minor AS amount FROM ledger_balances
               WHERE tenant_id = ?1 AND balance_minor <> 0";
    sums(connection, tenant, sql, &mut tables.balances)?;
    let sql = "SELECT currency, account, CAST(sum(amount_minor) AS BIGINT) AS amount
               FROM ledger_entries
               WHERE tenant_id = ?1 GROUP BY currency, account HAVING sum(amount_minor) <> 0";
    sums(connection, tenant, sql, &mut tables.entries)?;
    tables.entry_count = connection.query_row(
        "SELECT count(*) FROM ledger_entries WHERE tenant_id = ?1",
        [tenant.as_str()],
        |row| row.get(0),
    )?;
    for record in records(connection, tenant)? {
        if let (Event::Accrue { line, .. }, Outcome::Applied(_)) = (&record.event, &record.outcome)
        {
            tables
                .lines
                .insert(line.clone(), accrued(record.event.clone())?);
        }
    }
    let mut statement = connection
        .prepare_cached("SELECT order_id, line, state FROM ledger_lines WHERE tenant_id = ?1")?;
    let mut rows = statement.query([tenant.as_str()])?;
    while let Some(row) = rows.next()? {
        let line = LineRef {
            order: checked(row, "order_id", OrderId::parse)?,
            line: plain(row, "line")?,
        };
        tables.lines.insert(line, json(row, "state")?);
    }
    Ok(tables)
}

fn sums(
    connection: &Connection,
    tenant: &TenantId,
    sql: &str,
    into: &mut std::collections::BTreeMap<(String, Account), i64>,
) -> Result<(), StoreError> {
    let mut statement = connection.prepare_cached(sql)?;
    let mut rows = statement.query([tenant.as_str()])?;
    while let Some(row) = rows.next()? {
        let key = (plain(row, "currency")?, json(row, "account")?);
        into.insert(key, plain(row, "amount")?);
    }
    Ok(())
}

/// Payouts of a batch, by creator.
///
/// # Errors
/// The database's.
pub(super) fn payouts(
    connection: &Connection,
    tenant: &TenantId,
    batch: Option<&str>,
) -> Result<Vec<Payout>, StoreError> {
    let mut statement = connection.prepare_cached(
        "SELECT * FROM payouts WHERE tenant_id = ?1 AND (batch_id = ?2 OR ?2 IS NULL)
         ORDER BY batch_id, creator_id",
    )?;
    let mut rows = statement.query(params![tenant.as_str(), batch])?;
    let mut payouts = Vec::new();
    while let Some(row) = rows.next()? {
        payouts.push(payouts::of_row(row)?);
    }
    Ok(payouts)
}

/// Decisions from `from` on, `limit` at most.
///
/// # Errors
/// The database's.
pub(super) fn decisions(
    connection: &Connection,
    tenant: &TenantId,
    from: u64,
    limit: usize,
) -> Result<Vec<DecisionRow>, StoreError> {
    let mut statement = connection.prepare_cached(
        "SELECT sequence, evidence, receipt, digest FROM decisions
         WHERE tenant_id = ?1 AND sequence >= ?2 ORDER BY sequence LIMIT ?3",
    )?;
    let mut rows = statement.query(params![tenant.as_str(), from, limit])?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        found.push(DecisionRow {
            sequence: plain(row, "sequence")?,
            evidence: plain(row, "evidence")?,
            receipt: plain(row, "receipt")?,
            digest: digest(row)?,
        });
    }
    Ok(found)
}
