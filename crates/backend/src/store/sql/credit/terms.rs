//! How brands pay and what the platform takes: looked up once a transaction.

use shoptag_commerce::{BasisPoints, BrandId, TenantId};
use shoptag_ledger::{HoldPeriod, PaidBy, PlatformFee};

use crate::collaborations::BAG_BINDING_DAYS;
use crate::store::StoreError;
use crate::store::sql::{
    Connection, params,
    rows::{corrupt, plain},
};

/// How a brand pays: days of bag binding, hold.
///
/// # Errors
/// The database's.
pub(super) fn brand_terms(
    connection: &Connection,
    tenant: &TenantId,
    brand: &BrandId,
) -> Result<(u16, HoldPeriod), StoreError> {
    let key = (tenant.clone(), brand.clone());
    if let Some(known) = connection.within().known().brand_terms.get(&key) {
        return Ok(*known);
    }
    let terms = read_brand_terms(connection, tenant, brand)?;
    connection.within().known().brand_terms.insert(key, terms);
    Ok(terms)
}

fn read_brand_terms(
    connection: &Connection,
    tenant: &TenantId,
    brand: &BrandId,
) -> Result<(u16, HoldPeriod), StoreError> {
    let mut statement = connection.prepare_cached(
        "SELECT bag_binding_days, hold_days FROM brand_commission_terms
         WHERE tenant_id = ?1 AND brand_id = ?2",
    )?;
    let mut rows = statement.query(params![tenant.as_str(), brand.as_str()])?;
    match rows.next()? {
        None => Ok((BAG_BINDING_DAYS, HoldPeriod::default())),
        Some(row) => Ok((
            plain(row, "bag_binding_days")?,
            HoldPeriod::days(plain(row, "hold_days")?).map_err(corrupt)?,
        )),
    }
}

/// The platform's fee.
///
/// # Errors
/// The database's.
pub(super) fn fee(
    connection: &Connection,
    tenant: &TenantId,
) -> Result<Option<PlatformFee>, StoreError> {
    if let Some(known) = connection.within().known().fees.get(tenant) {
        return Ok(*known);
    }
    let fee = read_fee(connection, tenant)?;
    connection.within().known().fees.insert(tenant.clone(), fee);
    Ok(fee)
}

fn read_fee(connection: &Connection, tenant: &TenantId) -> Result<Option<PlatformFee>, StoreError> {
    let mut statement = connection
        .prepare_cached("SELECT rate_bp, paid_by FROM platform_fees WHERE tenant_id = ?1")?;
    let mut rows = statement.query([tenant.as_str()])?;
    let Some(row) = rows.next()? else {
        return Ok(None);
    };
    let paid_by: String = plain(row, "paid_by")?;
    Ok(Some(PlatformFee {
        rate_bps: BasisPoints::new(plain(row, "rate_bp")?).map_err(corrupt)?,
        paid_by: match paid_by.as_str() {
            "creator" => PaidBy::Creator,
            _ => PaidBy::Brand,
        },
    }))
}
