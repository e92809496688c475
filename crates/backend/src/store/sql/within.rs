//! What a transaction knows and owes. A group of jobs looks up once what does not change under it,
//! and writes a row once that many of its orders count on: the stock of a product, the balance of a
//! brand. Each job sees what the jobs before it have left, as if it were written.

use std::collections::{BTreeMap, HashMap};

use shoptag_commerce::{BrandId, Digest, TenantId, Timestamp};
use shoptag_ledger::{HoldPeriod, PlatformFee, Position};

use super::{Connection, Error, params};

/// Tenant and variant.
type StockKey = (String, String);

/// Tenant, currency and account.
type BalanceKey = (String, String, String);

/// What is to be added to a row.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct StockChange {
    pub held: i64,
    pub on_hand: i64,
}

/// What is to be added to rows.
#[derive(Debug, Default)]
struct Owed {
    stock: BTreeMap<StockKey, StockChange>,
    /// Wide enough for the sum of any number of amounts: whether it fits is the row's to say.
    balances: BTreeMap<BalanceKey, i128>,
}

/// See the module.
#[derive(Debug, Default)]
pub(super) struct Within {
    /// The connection writes groups. One that reads remembers nothing: nobody tells it when what it
    /// has read is over.
    is_begun: bool,
    known: Known,
    owed: Owed,
    mark: Option<Mark>,
}

/// Where what is owed can go back to.
#[derive(Debug, Default)]
struct Mark {
    /// Owed since.
    since: Owed,
    /// What was owed before it, if that has been written since.
    before: Option<Owed>,
}

/// What was looked up, or follows from what was written.
#[derive(Debug, Default)]
pub(super) struct Known {
    /// Next place in the chain of decisions, and its head.
    pub decisions: HashMap<TenantId, (u64, Digest)>,
    /// Where the ledger's log ends.
    pub ledger: HashMap<TenantId, Position>,
    /// The platform's fee.
    pub fees: HashMap<TenantId, Option<PlatformFee>>,
    /// Days of bag binding, and the hold.
    pub brand_terms: HashMap<(TenantId, BrandId), (u16, HoldPeriod)>,
    /// Before this no hold expires.
    pub next_expiry: Option<Timestamp>,
}

impl Owed {
    fn add_stock(&mut self, key: StockKey, change: StockChange) {
        let sum = self.stock.entry(key).or_default();
        sum.held += change.held;
        sum.on_hand += change.on_hand;
    }

    fn add_balance(&mut self, key: BalanceKey, amount_minor: i128) {
        *self.balances.entry(key).or_default() += amount_minor;
    }

    fn take_off(&mut self, other: Self) {
        for (key, change) in other.stock {
            let less = StockChange {
                held: -change.held,
                on_hand: -change.on_hand,
            };
            self.add_stock(key, less);
        }
        for (key, amount_minor) in other.balances {
            self.add_balance(key, -amount_minor);
        }
    }
}

impl Within {
    /// What is known.
    pub(super) fn known(&mut self) -> &mut Known {
        if !self.is_begun {
            self.forget();
        }
        &mut self.known
    }

    /// Owes a change of the stock.
    pub(super) fn add_stock(&mut self, tenant: &str, variant: &str, change: StockChange) {
        let key = (tenant.to_owned(), variant.to_owned());
        if let Some(mark) = &mut self.mark {
            mark.since.add_stock(key.clone(), change);
        }
        self.owed.add_stock(key, change);
    }

    /// What is owed to the stock of a variant.
    pub(super) fn stock(&self, tenant: &str, variant: &str) -> StockChange {
        let key = (tenant.to_owned(), variant.to_owned());
        self.owed.stock.get(&key).copied().unwrap_or_default()
    }

    /// Owes a change of a balance.
    pub(super) fn add_balance(&mut self, key: BalanceKey, amount_minor: i64) {
        let amount_minor = i128::from(amount_minor);
        if let Some(mark) = &mut self.mark {
            mark.since.add_balance(key.clone(), amount_minor);
        }
        self.owed.add_balance(key, amount_minor);
    }

    /// Forgets what is known: it is about to change.
    pub(super) fn forget(&mut self) {
        self.known = Known::default();
    }

    /// Forgets everything: a transaction begins.
    pub(super) fn begin(&mut self) {
        *self = Self {
            is_begun: true,
            ..Self::default()
        };
    }

    /// From here on what is owed, and what is written of it, can be taken back.
    pub(super) fn mark(&mut self) {
        self.mark = Some(Mark::default());
    }

    /// What is owed since the mark stays.
    pub(super) fn keep(&mut self) {
        self.mark = None;
    }

    /// Back to the mark, as the rows are; what is known may be of what is gone.
    pub(super) fn take_back(&mut self) {
        self.known = Known::default();
        match self.mark.take() {
            None => {}
            Some(Mark {
                before: Some(before),
                ..
            }) => self.owed = before,
            Some(Mark { since, .. }) => self.owed.take_off(since),
        }
    }

    /// What is to be written now.
    fn take(&mut self) -> Owed {
        let owed = std::mem::take(&mut self.owed);
        if let Some(mark) = &mut self.mark {
            let since = std::mem::take(&mut mark.since);
            if mark.before.is_none() {
                let mut before = Owed {
                    stock: owed.stock.clone(),
                    balances: owed.balances.clone(),
                };
                before.take_off(since);
                mark.before = Some(before);
            }
        }
        owed
    }
}

/// Writes what is owed. Whoever reads these rows, or ends the transaction, asks for it.
///
/// # Errors
/// The database's; a count or a balance that a row refuses.
pub(super) fn settle(connection: &Connection) -> Result<(), Error> {
    let Owed { stock, balances } = connection.within().take();
    for ((tenant, variant), change) in stock {
        if change == StockChange::default() {
            continue;
        }
        // What is not counted stays uncounted.
        connection
            .prepare_cached(
                "UPDATE stock SET held = held + ?3, on_hand = on_hand + ?4
                 WHERE tenant_id = ?1 AND variant_id = ?2",
            )?
            .execute(params![tenant, variant, change.held, change.on_hand])?;
    }
    for ((tenant, currency, account), amount_minor) in balances {
        let Ok(amount_minor) = i64::try_from(amount_minor) else {
            return Err(Error::Type("a balance would leave 64 bits".into()));
        };
        connection
            .prepare_cached(
                "INSERT INTO ledger_balances (tenant_id, currency, account, balance_minor)
                 VALUES (?1, ?2, ?3, ?4)
                 ON CONFLICT (tenant_id, currency, account) DO UPDATE
                 SET balance_minor = ledger_balances.balance_minor + excluded.balance_minor",
            )?
            .execute(params![tenant, currency, account, amount_minor])?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    const TWO: StockChange = StockChange {
        held: -2,
        on_hand: -2,
    };

    fn owed(within: &Within) -> (StockChange, i128) {
        let sum = within.owed.balances.values().sum();
        (within.stock("t", "mug"), sum)
    }

    fn owe(within: &mut Within) {
        within.add_stock("t", "mug", TWO);
        within.add_balance(("t".into(), "EUR".into(), "bank".into()), 5);
    }

    #[test]
    fn a_connection_that_reads_remembers_nothing() {
        let tenant = TenantId::parse("t").unwrap();
        for (is_begun, kept) in [(false, 0), (true, 1)] {
            let mut within = Within::default();
            if is_begun {
                within.begin();
            }
            within.known().fees.insert(tenant.clone(), None);
            assert_eq!(within.known().fees.len(), kept);
        }
    }

    #[test]
    fn a_sum_beyond_64_bits_is_kept_exactly_and_no_row_gets_it() {
        let mut within = Within::default();
        let key: BalanceKey = ("t".into(), "EUR".into(), "bank".into());
        within.add_balance(key.clone(), i64::MAX);
        within.mark();
        within.add_balance(key.clone(), i64::MAX);
        assert_eq!(within.owed.balances[&key], 2 * i128::from(i64::MAX));
        within.take_back();
        assert_eq!(within.owed.balances[&key], i128::from(i64::MAX));
        within.add_balance(key, 1);
        let connection = Connection::from(rusqlite::Connection::open_in_memory().unwrap());
        *connection.within() = within;
        let refused = settle(&connection).unwrap_err();
        assert_eq!(refused.to_string(), "a balance would leave 64 bits");
    }

    #[test]
    fn what_is_taken_back_leaves_what_was_owed_before_written_or_not() {
        let mut within = Within::default();
        owe(&mut within);
        for is_written in [false, true] {
            within.mark();
            owe(&mut within);
            if is_written {
                assert_eq!(within.take().balances.len(), 1);
                owe(&mut within);
                // What is written a second time was owed since the mark alone.
                let _ = within.take();
                owe(&mut within);
            }
            within.take_back();
            assert_eq!(owed(&within), (TWO, 5), "{is_written}");
        }
        within.mark();
        owe(&mut within);
        within.keep();
        let twice = StockChange {
            held: -4,
            on_hand: -4,
        };
        assert_eq!(owed(&within), (twice, 10));
        let _ = within.take();
        assert_eq!(owed(&within), (StockChange::default(), 0));
    }
}
