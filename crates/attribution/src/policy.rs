//! The attribution policy as data: versioned, so that every decision can name the one it followed.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use shoptag_commerce::{BrandId, DAY_MS, HOUR_MS, SECOND_MS};

/// The version of the rules in [`crate::decide()`]. Other numbers in a policy are other data under
/// the same rules; other rules get another version.
pub const POLICY_VERSION: u32 = 1;

/// Longest window that a policy may set, in days. Safari keeps script-writable storage for 7 days;
/// what is longer rests on receipts in the bag, which a brand may hold open for 90.
const DAYS_MAX: u16 = 90;

/// Which of several clicks is paid.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Claim {
    /// The last one before the quote.
    #[default]
    LatestClick,
    /// The first one within the window. For what-if reports.
    EarliestClick,
}

/// Whether another product of the same brand may earn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum HaloRule {
    /// As the collaboration says; without a halo rate it is reported only.
    #[default]
    AsAgreed,
    /// Reported only, whatever was agreed. For what-if reports.
    Never,
}

/// Why a policy is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PolicyError {
    /// Written for other rules than these.
    #[error("the policy's version is not {POLICY_VERSION}")]
    Version,
    /// A window is not 1..=90 days (hours for impressions: 1..=2160).
    #[error("a window is from 1 to 90 days")]
    Window,
    /// The least time from tap to order is not 0..=60 000 ms.
    #[error("the least time from click to order is at most 60 seconds")]
    Dwell,
}

/// The fields of a policy, as they stand in a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PolicyFields {
    /// [`POLICY_VERSION`].
    pub version: u32,
    /// For people: "policy v1".
    pub name: String,
    /// How long a click counts, days, 1..=90. Default 7: what TikTok, Meta and AppsFlyer take.
    pub click_window_days: u16,
    /// How long an impression is reported, hours, 1..=2160. Default 24.
    pub view_window_hours: u16,
    /// How long a line in the bag stays bound, days, 1..=90. Default 30.
    pub bag_binding_days: u16,
    /// A brand's own number of days, 1..=90.
    #[serde(default)]
    pub bag_binding_days_by_brand: BTreeMap<BrandId, u16>,
    /// Whether halo may pay.
    #[serde(default)]
    pub halo: HaloRule,
    /// Which click is paid.
    #[serde(default)]
    pub claim: Claim,
    /// Least time from a click to the order that a person needs, milliseconds, 0..=60 000.
    pub click_to_order_ms_min: u32,
}

/// A checked policy. All windows are inclusive: a touch exactly as old as the window still counts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "PolicyFields", into = "PolicyFields")]
pub struct Policy(PolicyFields);

impl Policy {
    /// Policy v1 with its default numbers.
    ///
    /// ```
    /// use shoptag_attribution::{Policy, PolicyFields};
    /// let policy = Policy::v1();
    /// assert_eq!(policy.fields().click_window_days, 7);
    /// let endless = PolicyFields { click_window_days: 91, ..policy.fields().clone() };
    /// assert!(Policy::try_from(endless).is_err());
    /// ```
    #[must_use]
    pub fn v1() -> Self {
        Self(PolicyFields {
            version: POLICY_VERSION,
            name: "policy v1".to_owned(),
            click_window_days: 7,
            view_window_hours: 24,
            bag_binding_days: 30,
            bag_binding_days_by_brand: BTreeMap::new(),
            halo: HaloRule::AsAgreed,
            claim: Claim::LatestClick,
            // Tap, card, contact, confirm: faster than 2 s is no person, even with autofill.
            click_to_order_ms_min: 2_000,
        })
    }

    /// The numbers.
    #[must_use]
    pub fn fields(&self) -> &PolicyFields {
        &self.0
    }

    /// Length of the click window, milliseconds.
    #[must_use]
    pub fn click_window_ms(&self) -> i64 {
        i64::from(self.0.click_window_days) * DAY_MS
    }

    /// Length of the window in which impressions are reported, milliseconds.
    #[must_use]
    pub fn view_window_ms(&self) -> i64 {
        i64::from(self.0.view_window_hours) * HOUR_MS
    }

    /// How long a bag line of `brand` stays bound, milliseconds.
    #[must_use]
    pub fn bag_binding_ms(&self, brand: &BrandId) -> i64 {
        let own = self.0.bag_binding_days_by_brand.get(brand);
        i64::from(own.copied().unwrap_or(self.0.bag_binding_days)) * DAY_MS
    }
}

impl TryFrom<PolicyFields> for Policy {
    type Error = PolicyError;

    fn try_from(fields: PolicyFields) -> Result<Self, PolicyError> {
        if fields.version != POLICY_VERSION {
            return Err(PolicyError::Version);
        }
        let days = [fields.click_window_days, fields.bag_binding_days];
        let own = fields.bag_binding_days_by_brand.values().copied();
        let days_fit = days
            .into_iter()
            .chain(own)
            .all(|days| (1..=DAYS_MAX).contains(&days));
        if !days_fit || !(1..=DAYS_MAX * 24).contains(&fields.view_window_hours) {
            return Err(PolicyError::Window);
        }
        if i64::from(fields.click_to_order_ms_min) > 60 * SECOND_MS {
            return Err(PolicyError::Dwell);
        }
        Ok(Self(fields))
    }
}

impl From<Policy> for PolicyFields {
    fn from(policy: Policy) -> Self {
        policy.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_policy_is_checked_once_when_it_is_read() {
        let check = |change: fn(&mut PolicyFields), expected: Option<PolicyError>| {
            let mut fields = Policy::v1().fields().clone();
            change(&mut fields);
            assert_eq!(
                Policy::try_from(fields.clone()).err(),
                expected,
                "{fields:?}"
            );
        };
        check(|_| {}, None);
        check(|fields| fields.version = 2, Some(PolicyError::Version));
        check(
            |fields| fields.click_window_days = 0,
            Some(PolicyError::Window),
        );
        check(|fields| fields.click_window_days = 90, None);
        check(
            |fields| fields.click_window_days = 91,
            Some(PolicyError::Window),
        );
        check(
            |fields| fields.view_window_hours = 2_161,
            Some(PolicyError::Window),
        );
        check(
            |fields| fields.bag_binding_days = 91,
            Some(PolicyError::Window),
        );
        check(
            |fields| fields.click_to_order_ms_min = 60_001,
            Some(PolicyError::Dwell),
        );
        check(
            |fields| {
                let brand = BrandId::parse("halden").unwrap();
                fields.bag_binding_days_by_brand.insert(brand, 0);
            },
            Some(PolicyError::Window),
        );
    }

    #[test]
    fn a_policy_survives_its_json_and_refuses_fields_it_does_not_know() {
        let json = serde_json::to_string(&Policy::v1()).unwrap();
        assert_eq!(serde_json::from_str::<Policy>(&json).unwrap(), Policy::v1());
        let extra = json.replacen('{', "{\"pay_views\":true,", 1);
        assert!(serde_json::from_str::<Policy>(&extra).is_err());
    }
}
