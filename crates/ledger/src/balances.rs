//! What stands on each account: sums in 128 bits, refused when they leave 64.

use std::collections::BTreeMap;

use shoptag_commerce::{CreatorId, Currency};

use crate::{Account, CreatorFunds, Posting, PostingError};

/// Balances by currency and account, minor units, debits positive.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Balances {
    by_account: BTreeMap<(&'static str, Account), i128>,
}

impl Balances {
    /// The balance of `account` in `currency`.
    #[must_use]
    pub fn of(&self, account: &Account, currency: Currency) -> i128 {
        self.by_account
            .get(&(currency.code(), account.clone()))
            .copied()
            .unwrap_or(0)
    }

    /// Each account with a balance other than 0, with the code of its currency.
    pub fn iter(&self) -> impl Iterator<Item = (&'static str, &Account, i128)> {
        self.by_account
            .iter()
            .filter(|(_, balance)| **balance != 0)
            .map(|((currency, account), balance)| (*currency, account, *balance))
    }

    /// What a creator has posted, and owes.
    ///
    /// # Errors
    /// [`PostingError::Overflow`]; none once every posting went through [`Self::add`].
    pub fn funds(
        &self,
        creator: &CreatorId,
        currency: Currency,
    ) -> Result<CreatorFunds, PostingError> {
        let posted = -self.of(&Account::CreatorPosted(creator.clone()), currency);
        let receivable = self.of(&Account::CreatorReceivable(creator.clone()), currency);
        Ok(CreatorFunds {
            posted_minor: i64::try_from(posted).map_err(|_| PostingError::Overflow)?,
            receivable_minor: i64::try_from(receivable).map_err(|_| PostingError::Overflow)?,
        })
    }

    /// What a store knows to stand on an account.
    pub(crate) fn set(&mut self, account: Account, currency: Currency, amount_minor: i64) {
        self.by_account
            .insert((currency.code(), account), i128::from(amount_minor));
    }

    /// Adds a posting; all of it or nothing.
    ///
    /// # Errors
    /// [`PostingError::Overflow`] when a balance leaves 64 bits.
    pub fn add(&mut self, posting: &Posting) -> Result<(), PostingError> {
        let code = posting.currency.code();
        let updates = posting
            .entries
            .iter()
            .map(|entry| {
                let before = self.of(&entry.account, posting.currency);
                let after = before + i128::from(entry.amount_minor);
                i64::try_from(after).map_err(|_| PostingError::Overflow)?;
                Ok(((code, entry.account.clone()), after))
            })
            .collect::<Result<Vec<_>, PostingError>>()?;
        self.by_account.extend(updates);
        Ok(())
    }
}
