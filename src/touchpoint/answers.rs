//! What comes back: the view session, receipts for clicks and for lines.

use shoptag_commerce::{MINUTE_MS, SmallMap, TagId, Timestamp, TouchId, VariantId, ViewSessionId};
use shoptag_protocol::{BagReceipt, ClickReceipt, ViewSession, code};

use super::attempt::Attempt;
use super::state::{Touchpoints, View};
use crate::event::Failure;

/// How long before their end tokens are renewed, milliseconds.
const RENEWAL_LEAD_MS: i64 = MINUTE_MS;

impl Touchpoints {
    /// The view session has come, or not.
    pub fn view_session(&mut self, answer: Result<&ViewSession, &Failure>, now: Timestamp) {
        let session = match answer {
            Ok(session) => session,
            Err(failure) if failure.is_retryable() => {
                self.asking.failed(now, self.jitter_ms());
                return;
            }
            // The site or the video has none; everything else goes on.
            Err(_) => {
                self.asking = Attempt::default();
                return;
            }
        };
        let Ok(id) = ViewSessionId::parse(session.view_session_id.clone()) else {
            return;
        };
        let life_ms = session.expires_at.since_ms(session.issued_at).max(0);
        let renew_at = now.plus_ms((life_ms - RENEWAL_LEAD_MS).max(life_ms / 2));
        let mut tokens = SmallMap::new();
        for token in &session.tokens {
            tokens.insert(token.tag.clone(), token.token.clone());
        }
        self.clicks.retain(|click| tokens.contains_key(&click.tag));
        self.view = Some(View {
            id: session.view_session_id.clone(),
            tokens,
            renew_at,
            ends_at: now.plus_ms(life_ms),
        });
        self.asking = Attempt::at(renew_at);
        if self.journal.is_none() {
            self.open_journal(id);
        }
        self.early(now);
    }

    /// A click's receipt has come, or not. The tag, if it has a receipt now.
    pub fn click(
        &mut self,
        touch: &TouchId,
        answer: Result<&ClickReceipt, &Failure>,
        now: Timestamp,
    ) -> Option<TagId> {
        let index = self.clicks.iter().position(|click| click.touch == *touch)?;
        let jitter_ms = self.jitter_ms();
        let failure = match answer {
            Ok(receipt) => {
                let click = self.clicks.remove(index);
                self.hold(click.tag.clone(), receipt);
                if let Some(journal) = &mut self.journal {
                    journal.acknowledge(std::slice::from_ref(touch));
                }
                return Some(click.tag);
            }
            Err(failure) => failure,
        };
        let ended = failure.problem().is_some_and(|problem| {
            [
                code::TOKEN_EXPIRED,
                code::TOKEN_SESSION,
                code::TOKEN_INVALID,
            ]
            .contains(&problem.code.as_str())
        });
        if ended {
            self.end_tokens(now);
        }
        let click = self.clicks.get_mut(index)?;
        click.attempt.failed(now, jitter_ms);
        if click.attempt.is_hopeless() || !(ended || failure.is_retryable()) {
            self.clicks.remove(index);
        }
        None
    }

    /// A line's receipt has come, or not. The receipt, if there is one.
    pub fn binding<'a>(
        &mut self,
        variant: &VariantId,
        answer: Result<&'a BagReceipt, &Failure>,
        now: Timestamp,
    ) -> Option<&'a str> {
        let jitter_ms = self.jitter_ms();
        let binding = self
            .bindings
            .iter_mut()
            .find(|binding| binding.variant == *variant)?;
        let again = match answer {
            Ok(_) => false,
            Err(failure) => {
                binding.attempt.failed(now, jitter_ms);
                failure.is_retryable() && !binding.attempt.is_hopeless()
            }
        };
        if !again {
            self.bindings.retain(|binding| binding.variant != *variant);
        }
        answer.ok().map(|receipt| receipt.receipt.as_str())
    }

    /// The tokens are no good any more: others are wanted before anything is sent.
    fn end_tokens(&mut self, now: Timestamp) {
        if let Some(view) = &mut self.view
            && view.ends_at > now
        {
            view.renew_at = now;
            view.ends_at = now;
            if self.asking.due().is_some() {
                self.asking = Attempt::at(now);
            }
        }
    }
}
