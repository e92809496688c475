//! What an event would move and change. Nothing is changed here.

use shoptag_commerce::{BrandId, CreatorId, Currency, PayoutBatchId, Timestamp};

use super::Book;
use crate::{Account, CreatorFunds, Event, LineRef, LineState, Payout, Posting, Refusal};

/// What an event changes beside the balances.
pub(super) enum Change {
    Nothing,
    Line(LineRef, Box<LineState>),
    Batch(PayoutBatchId, Currency, Vec<Payout>),
    Payout(Payout),
}

impl Book {
    /// What the event moves and changes; nothing is changed yet.
    pub(super) fn decide(
        &self,
        event: &Event,
        at: Timestamp,
    ) -> Result<(Option<Posting>, Change), Refusal> {
        match event {
            Event::Accrue { line, terms } => {
                if self.lines.contains_key(line) {
                    return Err(Refusal::Exists);
                }
                let (state, posting) = LineState::accrue(terms.clone())?;
                Ok((Some(posting), Change::Line(line.clone(), Box::new(state))))
            }
            Event::Deliver { line, delivered_at } => self.change_line(line, |state, _| {
                state.deliver(*delivered_at);
                Ok(None)
            }),
            Event::Freeze { line, reason } => {
                self.change_line(line, |state, _| state.freeze(*reason).map(Some))
            }
            Event::Release { line } => self.change_line(line, |state, _| state.release().map(Some)),
            Event::Post { line } => {
                self.change_line(line, |state, funds| state.post(funds, at).map(Some))
            }
            Event::Refund { line, base_minor } => self.change_line(line, |state, funds| {
                state.refund(*base_minor, funds).map(Some)
            }),
            Event::OpenPayoutBatch {
                batch,
                currency,
                minimum_minor,
            } => self.open_batch(batch, *currency, *minimum_minor),
            Event::SettlePayout { batch, creator } => {
                let mut payout = self.payout(batch, creator)?;
                Ok((Some(payout.settle()?), Change::Payout(payout)))
            }
            Event::FailPayout { batch, creator } => {
                let mut payout = self.payout(batch, creator)?;
                let funds = self.balances.funds(creator, payout.currency)?;
                Ok((Some(payout.fail(funds)?), Change::Payout(payout)))
            }
            Event::BrandPaid {
                brand,
                currency,
                amount_minor,
            } => brand_paid(brand, *currency, *amount_minor),
            Event::CreatorRepaid {
                creator,
                currency,
                amount_minor,
            } => self.creator_repaid(creator, *currency, *amount_minor),
        }
    }

    fn change_line(
        &self,
        line: &LineRef,
        change: impl FnOnce(&mut LineState, CreatorFunds) -> Result<Option<Posting>, Refusal>,
    ) -> Result<(Option<Posting>, Change), Refusal> {
        let mut state = self.lines.get(line).cloned().ok_or(Refusal::Unknown)?;
        let funds = self
            .balances
            .funds(&state.terms.creator, state.terms.currency)?;
        let posting = change(&mut state, funds)?;
        Ok((posting, Change::Line(line.clone(), Box::new(state))))
    }

    fn open_batch(
        &self,
        batch: &PayoutBatchId,
        currency: Currency,
        minimum_minor: i64,
    ) -> Result<(Option<Posting>, Change), Refusal> {
        if self.batches.contains_key(batch) {
            return Err(Refusal::Exists);
        }
        let mut payouts = Vec::new();
        for (code, account, _) in self.balances.iter() {
            let Account::CreatorPosted(creator) = account else {
                continue;
            };
            if code != currency.code() {
                continue;
            }
            let funds = self.balances.funds(creator, currency)?;
            payouts.extend(Payout::of_all(
                batch,
                creator,
                currency,
                funds,
                minimum_minor,
            ));
        }
        let amounts = payouts.iter().flat_map(Payout::sending);
        let posting = Posting::balanced(currency, amounts)?;
        Ok((
            Some(posting),
            Change::Batch(batch.clone(), currency, payouts),
        ))
    }

    fn payout(&self, batch: &PayoutBatchId, creator: &CreatorId) -> Result<Payout, Refusal> {
        let payout = self.payouts.get(&(batch.clone(), creator.clone()));
        payout.cloned().ok_or(Refusal::Unknown)
    }

    fn creator_repaid(
        &self,
        creator: &CreatorId,
        currency: Currency,
        amount_minor: i64,
    ) -> Result<(Option<Posting>, Change), Refusal> {
        let owed_minor = self.balances.funds(creator, currency)?.receivable_minor;
        if !(1..=owed_minor).contains(&amount_minor) {
            return Err(Refusal::Amount);
        }
        let amounts = [
            (Account::Bank, amount_minor),
            (Account::CreatorReceivable(creator.clone()), -amount_minor),
        ];
        Ok((Some(Posting::balanced(currency, amounts)?), Change::Nothing))
    }
}

fn brand_paid(
    brand: &BrandId,
    currency: Currency,
    amount_minor: i64,
) -> Result<(Option<Posting>, Change), Refusal> {
    if amount_minor < 1 {
        return Err(Refusal::Amount);
    }
    let amounts = [
        (Account::Bank, amount_minor),
        (Account::BrandOwes(brand.clone()), -amount_minor),
    ];
    Ok((Some(Posting::balanced(currency, amounts)?), Change::Nothing))
}
