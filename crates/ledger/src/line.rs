//! The commission of one order line: what is due, where it stands, and the entries that move it.
//!
//! Every amount is a function of the base that remains: `due = round(rate x remaining)`, and what
//! is posted is `due - already posted`. So no series of refunds can drift, and a full refund leaves
//! 0.

use serde::{Deserialize, Serialize};
use shoptag_commerce::{
    BasisPoints, BrandId, CreatorId, Currency, Money, PayoutBatchId, Timestamp,
};

use crate::{Account, FreezeReason, HoldPeriod, Posting, Refusal};

/// Who bears the platform's fee.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PaidBy {
    /// It comes on top of the commission.
    Brand,
    /// It comes out of the commission.
    Creator,
}

/// The platform's fee: a share of each commission, a setting of the tenant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PlatformFee {
    /// Share of the commission, basis points.
    pub rate_bps: BasisPoints,
    /// Who bears it.
    pub paid_by: PaidBy,
}

/// What was decided about a line, as it enters the ledger.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LineTerms {
    /// Who earned it.
    pub creator: CreatorId,
    /// Who sold it.
    pub brand: BrandId,
    /// Of every amount.
    pub currency: Currency,
    /// What the commission is a share of, minor units, 0 or more.
    pub base_minor: i64,
    /// The rate of the decision.
    pub rate_bps: BasisPoints,
    /// The platform's fee of that day. `None`: none.
    pub fee: Option<PlatformFee>,
    /// Days after delivery.
    pub hold_days: HoldPeriod,
}

/// Where a commission stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Stage {
    /// Earned; the hold is not over.
    Pending,
    /// Kept back.
    Frozen(FreezeReason),
    /// May be paid out, or was.
    Posted,
}

/// What a creator sees of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LineStatus {
    /// Waits for the delivery or the end of the hold.
    Pending,
    /// Kept back.
    Frozen,
    /// Will be in the next payout.
    Posted,
    /// In a payout.
    Paid,
    /// Refunded in full: nothing is due any more.
    Reversed,
}

/// What a creator has in one currency that bears on the next entry, minor units, 0 or more. One of
/// the two is always 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct CreatorFunds {
    /// Posted and not yet in a payout.
    pub posted_minor: i64,
    /// Paid out and reversed since.
    pub receivable_minor: i64,
}

/// What is due on a line, minor units.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Due {
    creator: i64,
    fee: i64,
}

/// The commission of one order line. Made of its events alone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LineState {
    /// As decided.
    pub terms: LineTerms,
    /// Base that was not refunded, minor units, `0..=terms.base_minor`.
    pub remaining_minor: i64,
    /// Where it stands.
    pub stage: Stage,
    /// Earliest report of the delivery.
    pub delivered_at: Option<Timestamp>,
    /// The payout that it is in.
    pub payout: Option<PayoutBatchId>,
}

impl LineState {
    /// A commission is earned: the brand owes it, and it is pending.
    ///
    /// # Errors
    /// [`Refusal::Amount`]: a negative base. [`Refusal::Overflow`].
    pub fn accrue(terms: LineTerms) -> Result<(Self, Posting), Refusal> {
        if terms.base_minor < 0 {
            return Err(Refusal::Amount);
        }
        let remaining_minor = terms.base_minor;
        let (stage, delivered_at, payout) = (Stage::Pending, None, None);
        let state = Self {
            terms,
            remaining_minor,
            stage,
            delivered_at,
            payout,
        };
        let posting = state.pending_posting(Due { creator: 0, fee: 0 }, state.due())?;
        Ok((state, posting))
    }

    /// What the creator has of this line, minor units, after refunds.
    #[must_use]
    pub fn creator_minor(&self) -> i64 {
        self.due().creator
    }

    /// What the platform has of this line, minor units, after refunds.
    #[must_use]
    pub fn fee_minor(&self) -> i64 {
        self.due().fee
    }

    /// First instant at which it may be posted; `None` before the delivery.
    #[must_use]
    pub fn hold_over_at(&self) -> Option<Timestamp> {
        self.delivered_at
            .map(|delivered_at| self.terms.hold_days.over_at(delivered_at))
    }

    /// Whether [`Self::post`] would post at `now`.
    #[must_use]
    pub fn is_due(&self, now: Timestamp) -> bool {
        let over = self.hold_over_at().is_some_and(|over_at| over_at <= now);
        self.stage == Stage::Pending && over
    }

    /// What the creator sees.
    #[must_use]
    pub fn status(&self) -> LineStatus {
        match self.stage {
            _ if self.remaining_minor == 0 && self.terms.base_minor > 0 => LineStatus::Reversed,
            Stage::Pending => LineStatus::Pending,
            Stage::Frozen(_) => LineStatus::Frozen,
            Stage::Posted if self.payout.is_some() => LineStatus::Paid,
            Stage::Posted => LineStatus::Posted,
        }
    }

    /// The delivery was reported. Moves no money; of several reports the earliest counts, so their
    /// order does not matter.
    pub fn deliver(&mut self, delivered_at: Timestamp) {
        let earliest = self
            .delivered_at
            .map_or(delivered_at, |known| known.min(delivered_at));
        self.delivered_at = Some(earliest);
    }

    /// Keeps a pending commission back.
    ///
    /// # Errors
    /// [`Refusal::Stage`]: it is not pending.
    pub fn freeze(&mut self, reason: FreezeReason) -> Result<Posting, Refusal> {
        if self.stage != Stage::Pending {
            return Err(Refusal::Stage);
        }
        self.stage = Stage::Frozen(reason);
        let creator = &self.terms.creator;
        let due = self.due().creator;
        self.posting([
            (Account::CreatorPending(creator.clone()), due),
            (Account::CreatorFrozen(creator.clone()), -due),
        ])
    }

    /// Lets a frozen commission go on.
    ///
    /// # Errors
    /// [`Refusal::Stage`]: it is not frozen.
    pub fn release(&mut self) -> Result<Posting, Refusal> {
        if !matches!(self.stage, Stage::Frozen(_)) {
            return Err(Refusal::Stage);
        }
        self.stage = Stage::Pending;
        let creator = &self.terms.creator;
        let due = self.due().creator;
        self.posting([
            (Account::CreatorFrozen(creator.clone()), due),
            (Account::CreatorPending(creator.clone()), -due),
        ])
    }

    /// The hold is over: what is pending may be paid out, after what the creator owes.
    ///
    /// # Errors
    /// [`Refusal::Stage`]: not pending. [`Refusal::HoldNotOver`]: not delivered, or too early.
    pub fn post(&mut self, funds: CreatorFunds, now: Timestamp) -> Result<Posting, Refusal> {
        if self.stage != Stage::Pending {
            return Err(Refusal::Stage);
        }
        if !self.is_due(now) {
            return Err(Refusal::HoldNotOver);
        }
        self.stage = Stage::Posted;
        let due = self.due();
        let pending = Account::CreatorPending(self.terms.creator.clone());
        let fee = [
            (Account::FeePending, due.fee),
            (Account::FeeEarned, -due.fee),
        ];
        let own = [(pending, due.creator)];
        let funds = fund_entries(&self.terms.creator, funds, due.creator);
        self.posting(own.into_iter().chain(funds).chain(fee))
    }

    /// `base_minor` of the line's base were refunded (positive), or a refund was taken back
    /// (negative). The commission follows at once, also after it was paid.
    ///
    /// # Errors
    /// [`Refusal::Amount`]: 0, more than remains, or more taken back than was refunded.
    pub fn refund(&mut self, base_minor: i64, funds: CreatorFunds) -> Result<Posting, Refusal> {
        let remaining_minor = self.remaining_minor.checked_sub(base_minor);
        let remaining_minor = remaining_minor
            .filter(|remaining| (0..=self.terms.base_minor).contains(remaining) && base_minor != 0)
            .ok_or(Refusal::Amount)?;
        let before = self.due();
        self.remaining_minor = remaining_minor;
        let after = self.due();
        if self.stage != Stage::Posted {
            return self.pending_posting(before, after);
        }
        let (creator, fee) = (after.creator - before.creator, after.fee - before.fee);
        let moved = [
            (Account::BrandOwes(self.terms.brand.clone()), creator),
            (Account::BrandOwes(self.terms.brand.clone()), fee),
            (Account::FeeEarned, -fee),
        ];
        let funds = fund_entries(&self.terms.creator, funds, creator);
        self.posting(moved.into_iter().chain(funds))
    }

    /// The parts of the commission on what remains. The fee is a share of the whole commission.
    fn due(&self) -> Due {
        let base = Money::new(self.remaining_minor, self.terms.currency);
        let commission = base.share(self.terms.rate_bps);
        let Some(fee) = self.terms.fee else {
            return Due {
                creator: commission.amount_minor,
                fee: 0,
            };
        };
        let share = commission.share(fee.rate_bps).amount_minor;
        match fee.paid_by {
            PaidBy::Brand => Due {
                creator: commission.amount_minor,
                fee: share,
            },
            PaidBy::Creator => Due {
                creator: commission.amount_minor - share,
                fee: share,
            },
        }
    }

    fn pending_posting(&self, before: Due, after: Due) -> Result<Posting, Refusal> {
        let creator = self.terms.creator.clone();
        let account = match self.stage {
            Stage::Frozen(_) => Account::CreatorFrozen(creator),
            Stage::Pending | Stage::Posted => Account::CreatorPending(creator),
        };
        // Both are 0 or more: their difference fits.
        let (creator, fee) = (after.creator - before.creator, after.fee - before.fee);
        self.posting([
            (Account::BrandOwes(self.terms.brand.clone()), creator),
            (Account::BrandOwes(self.terms.brand.clone()), fee),
            (account, -creator),
            (Account::FeePending, -fee),
        ])
    }

    fn posting(
        &self,
        amounts: impl IntoIterator<Item = (Account, i64)>,
    ) -> Result<Posting, Refusal> {
        Ok(Posting::balanced(self.terms.currency, amounts)?)
    }
}

/// Gives `amount_minor` to a creator (what is owed first, the rest is posted), or takes it when
/// negative (from what is posted, the rest is owed).
pub(crate) fn fund_entries(
    creator: &CreatorId,
    funds: CreatorFunds,
    amount_minor: i64,
) -> [(Account, i64); 2] {
    let (posted, receivable) = if amount_minor >= 0 {
        let settled = amount_minor.min(funds.receivable_minor.max(0));
        (amount_minor - settled, settled)
    } else {
        let taken = amount_minor.max(-funds.posted_minor.max(0));
        (taken, amount_minor - taken)
    };
    [
        (Account::CreatorPosted(creator.clone()), -posted),
        (Account::CreatorReceivable(creator.clone()), -receivable),
    ]
}
