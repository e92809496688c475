//! Payouts: what is posted leaves in batches, one payout a creator, and comes back when a bank
//! refuses.

use serde::{Deserialize, Serialize};
use shoptag_commerce::{CreatorId, Currency, PayoutBatchId};

use crate::line::fund_entries;
use crate::{Account, CreatorFunds, Posting, Refusal};

/// How far a payout is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PayoutStatus {
    /// On its way to the creator's bank.
    InTransit,
    /// Arrived.
    Paid,
    /// Refused; posted again.
    Failed,
}

/// What one creator gets in one batch.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Payout {
    /// The batch.
    pub batch: PayoutBatchId,
    /// Who is paid.
    pub creator: CreatorId,
    /// Of the amount.
    pub currency: Currency,
    /// Minor units, at least 1.
    pub amount_minor: i64,
    /// How far it is.
    pub status: PayoutStatus,
}

impl Payout {
    /// A payout of everything posted; `None` if that is less than `minimum_minor` or than 1.
    #[must_use]
    pub fn of_all(
        batch: &PayoutBatchId,
        creator: &CreatorId,
        currency: Currency,
        funds: CreatorFunds,
        minimum_minor: i64,
    ) -> Option<Self> {
        let amount_minor = funds.posted_minor;
        (amount_minor >= minimum_minor.max(1)).then(|| Self {
            batch: batch.clone(),
            creator: creator.clone(),
            currency,
            amount_minor,
            status: PayoutStatus::InTransit,
        })
    }

    /// The entries that send it off.
    #[must_use]
    pub fn sending(&self) -> [(Account, i64); 2] {
        [
            (
                Account::CreatorPosted(self.creator.clone()),
                self.amount_minor,
            ),
            (
                Account::CreatorInTransit(self.creator.clone()),
                -self.amount_minor,
            ),
        ]
    }

    /// It arrived.
    ///
    /// # Errors
    /// [`Refusal::Stage`]: it is not on its way.
    pub fn settle(&mut self) -> Result<Posting, Refusal> {
        self.arrive(PayoutStatus::Paid)?;
        let amounts = [
            (
                Account::CreatorInTransit(self.creator.clone()),
                self.amount_minor,
            ),
            (Account::Bank, -self.amount_minor),
        ];
        Ok(Posting::balanced(self.currency, amounts)?)
    }

    /// The bank refused it: what the creator owes by now is taken, the rest is posted again.
    ///
    /// # Errors
    /// [`Refusal::Stage`]: it is not on its way.
    pub fn fail(&mut self, funds: CreatorFunds) -> Result<Posting, Refusal> {
        self.arrive(PayoutStatus::Failed)?;
        let sent = (
            Account::CreatorInTransit(self.creator.clone()),
            self.amount_minor,
        );
        let back = fund_entries(&self.creator, funds, self.amount_minor);
        Ok(Posting::balanced(
            self.currency,
            [sent].into_iter().chain(back),
        )?)
    }

    fn arrive(&mut self, status: PayoutStatus) -> Result<(), Refusal> {
        if self.status != PayoutStatus::InTransit {
            return Err(Refusal::Stage);
        }
        self.status = status;
        Ok(())
    }
}
