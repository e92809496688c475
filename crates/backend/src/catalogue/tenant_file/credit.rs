//! What a tenant file says about credit and commission.

use super::ApplyError;
use super::check::refuse;
use super::entries::TenantFile;
use crate::collaborations::{self, BAG_BINDING_DAYS, BrandTerms, CreditSetup, Mark, email_hash};

/// The checked setup.
///
/// # Errors
/// [`ApplyError::Value`].
pub(super) fn check(file: &TenantFile) -> Result<CreditSetup, ApplyError> {
    let mut setup = CreditSetup {
        fee: file.tenant.platform_fee.map(Into::into),
        ..CreditSetup::default()
    };
    for (index, brand) in file.brands.iter().enumerate() {
        if brand.bag_binding_days.is_none() && brand.hold_days.is_none() {
            continue;
        }
        let bag_binding_days = brand.bag_binding_days.unwrap_or(BAG_BINDING_DAYS);
        if !(1..=90).contains(&bag_binding_days) {
            let pointer = format!("/brands/{index}/bag_binding_days");
            return refuse(pointer, "choose 1 to 90");
        }
        setup.brands.push(BrandTerms {
            brand: brand.id.clone(),
            bag_binding_days,
            hold: brand.hold_days.unwrap_or_default(),
        });
    }
    for creator in &file.creators {
        if let Some(email) = &creator.email {
            setup.emails.push((creator.id.clone(), email_hash(email)));
        }
        let accounts = creator.accounts.iter().map(|text| Mark::account(text));
        let payments = creator.payment_fingerprints.iter();
        let marks = accounts.chain(payments.map(|text| Mark::payment(text)));
        setup
            .marks
            .extend(marks.map(|mark| (creator.id.clone(), mark)));
    }
    for (index, entry) in file.collaborations.iter().enumerate() {
        match collaborations::check(entry) {
            Ok(wish) => setup.wishes.push(wish),
            Err((field, message)) => {
                return refuse(format!("/collaborations/{index}/{field}"), message);
            }
        }
    }
    Ok(setup)
}
