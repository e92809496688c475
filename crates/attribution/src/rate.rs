//! Which rate a click is stamped with: the better of today's and the one that protects the creator.
//!
//! A raise holds at once. A cut reaches creators who were promoting under the better terms 30 days
//! later, with notice at the cut and again 2 days before (TikTok Shop's rule, kept per click:
//! removing a tag ends new clicks and changes no old one).

use std::cmp::Reverse;

use serde::{Deserialize, Serialize};
use shoptag_commerce::{
    BasisPoints, BrandId, CollaborationId, CreatorId, DAY_MS, ProductId, Timestamp,
};

use crate::{
    Collaboration, CollaborationScope, EndedBy, RateSource, StampedRate, Terms, TermsVersion,
};

/// How long a cut is kept from creators already promoting: 30 days. The last instant still counts.
pub const PROTECTION_MS: i64 = 30 * DAY_MS;

/// How long before a cut reaches them creators are told again: 2 days.
pub const REMINDER_BEFORE_MS: i64 = 2 * DAY_MS;

/// The terms that a click on a tag of `creator` for `product` of `brand` at `at` is stamped with.
/// `None`: no collaboration was in force.
///
/// Target beats open, a product's own terms beat the whole shop's, then the better direct rate,
/// then the smaller id.
#[must_use]
pub fn rate_at(
    history: &[Collaboration],
    creator: &CreatorId,
    brand: &BrandId,
    product: &ProductId,
    at: Timestamp,
) -> Option<Terms> {
    history
        .iter()
        .filter(|collaboration| collaboration.covers(creator, brand, product))
        .filter_map(|collaboration| stamp(collaboration, at))
        .max_by_key(|terms| {
            let own = matches!(terms.scope, CollaborationScope::Product(_));
            (
                terms.kind,
                own,
                terms.direct.rate_bps,
                Reverse(terms.collaboration.clone()),
            )
        })
}

/// The terms of one collaboration at an instant.
fn stamp(collaboration: &Collaboration, at: Timestamp) -> Option<Terms> {
    let fields = collaboration.fields();
    let in_force_from = collaboration.in_force_from();
    let in_force_until = fields.end.map(|end| match end.by {
        EndedBy::Agreement | EndedBy::Creator => end.at,
        EndedBy::Brand => end.at.plus_ms(PROTECTION_MS),
    });
    let joined_after_end = fields.end.is_some_and(|end| in_force_from > end.at);
    let over = in_force_until.is_some_and(|until| at > until);
    if at < in_force_from || over || joined_after_end {
        return None;
    }
    // After the brand's withdrawal no version begins any more.
    let last_start = fields.end.map_or(at, |end| at.min(end.at));
    let current = current_at(&fields.versions, last_start)?;
    let direct = best_rate(collaboration, at, last_start, |version| {
        Some(version.direct_bps)
    })?;
    Some(Terms {
        collaboration: fields.id.clone(),
        kind: fields.kind,
        scope: fields.scope.clone(),
        terms_version: current.version,
        direct,
        halo: best_rate(collaboration, at, last_start, |version| version.halo_bps),
        in_force_from,
        in_force_until,
    })
}

fn current_at(versions: &[TermsVersion], at: Timestamp) -> Option<&TermsVersion> {
    versions
        .iter()
        .rev()
        .find(|version| version.in_force_from <= at)
}

/// The best of the current rate and of all that protect the creator. Ties go to the newest version.
fn best_rate(
    collaboration: &Collaboration,
    at: Timestamp,
    last_start: Timestamp,
    rate: fn(&TermsVersion) -> Option<BasisPoints>,
) -> Option<StampedRate> {
    let fields = collaboration.fields();
    let started: Vec<&TermsVersion> = fields
        .versions
        .iter()
        .filter(|version| version.in_force_from <= last_start)
        .collect();
    let ends = started
        .iter()
        .skip(1)
        .map(|next| Some(next.in_force_from))
        .chain([None]);
    started
        .iter()
        .zip(ends)
        .filter_map(|(version, replaced_at)| {
            let source = match replaced_at {
                None => match fields.end.filter(|end| at > end.at) {
                    None => RateSource::Current {
                        terms_version: version.version,
                    },
                    Some(end) => RateSource::Protected {
                        terms_version: version.version,
                        until: end.at.plus_ms(PROTECTION_MS),
                    },
                },
                // Who joined under the new terms has no claim on the old ones.
                Some(replaced_at) if fields.promoting_since < replaced_at => {
                    let until = replaced_at.plus_ms(PROTECTION_MS);
                    (at <= until).then_some(())?;
                    RateSource::Protected {
                        terms_version: version.version,
                        until,
                    }
                }
                Some(_) => return None,
            };
            Some(StampedRate {
                rate_bps: rate(version)?,
                source,
            })
        })
        // `max_by_key` keeps the last of equals: the newest.
        .max_by_key(|stamped| stamped.rate_bps)
}

/// When a creator is told of a cut.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum NoticeKind {
    /// At the cut.
    Cut,
    /// Two days before it reaches the creator.
    Reminder,
}

/// A message that the platform owes a creator.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CutNotice {
    /// Whose.
    pub creator: CreatorId,
    /// About which collaboration.
    pub collaboration: CollaborationId,
    /// First message or reminder.
    pub kind: NoticeKind,
    /// When it is due.
    pub due_at: Timestamp,
    /// Direct rate until then.
    pub from_bps: BasisPoints,
    /// Direct rate from then; `None` after the brand's withdrawal.
    pub to_bps: Option<BasisPoints>,
    /// Halo rate until then.
    pub from_halo_bps: Option<BasisPoints>,
    /// Halo rate from then.
    pub to_halo_bps: Option<BasisPoints>,
    /// Last instant of the old rates.
    pub protected_until: Timestamp,
}

/// The notices of every cut in `collaboration`, in order of their due time: one at the cut and one
/// 2 days before it reaches a creator who was promoting before it.
#[must_use]
pub fn cut_notices(collaboration: &Collaboration) -> Vec<CutNotice> {
    let fields = collaboration.fields();
    let versions = fields.versions.iter();
    let mut changes: Vec<(&TermsVersion, Option<&TermsVersion>, Timestamp)> = versions
        .clone()
        .zip(versions.clone().skip(1))
        .map(|(old, new)| (old, Some(new), new.in_force_from))
        .collect();
    if let (Some(end), Some(last)) = (fields.end, fields.versions.last())
        && end.by == EndedBy::Brand
    {
        changes.push((last, None, end.at));
    }
    let mut notices: Vec<CutNotice> = changes
        .into_iter()
        .filter(|(old, new, at)| fields.promoting_since < *at && is_cut(old, *new))
        .flat_map(|(old, new, at)| {
            let protected_until = at.plus_ms(PROTECTION_MS);
            let reminder_at = protected_until.plus_ms(-REMINDER_BEFORE_MS);
            [(NoticeKind::Cut, at), (NoticeKind::Reminder, reminder_at)].map(|(kind, due_at)| {
                CutNotice {
                    creator: fields.creator.clone(),
                    collaboration: fields.id.clone(),
                    kind,
                    due_at,
                    from_bps: old.direct_bps,
                    to_bps: new.map(|new| new.direct_bps),
                    from_halo_bps: old.halo_bps,
                    to_halo_bps: new.and_then(|new| new.halo_bps),
                    protected_until,
                }
            })
        })
        .collect();
    notices.sort_by_key(|notice| (notice.due_at, notice.kind));
    notices
}

/// Either rate becomes smaller; a missing rate is the smallest.
fn is_cut(old: &TermsVersion, new: Option<&TermsVersion>) -> bool {
    new.is_none_or(|new| new.direct_bps < old.direct_bps || new.halo_bps < old.halo_bps)
}

#[cfg(test)]
mod tests;
