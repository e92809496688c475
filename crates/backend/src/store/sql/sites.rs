//! Sites and their origins.

use shoptag_commerce::{SiteKey, TenantId};

use super::rows::{checked, plain};
use super::{Connection, StoreError};
use crate::sites::Site;

/// All sites.
///
/// # Errors
/// The database's.
pub(super) fn all(connection: &Connection) -> Result<Vec<Site>, StoreError> {
    let mut statement = connection.prepare_cached(
        "SELECT site_key, tenant_id, origin FROM sites LEFT JOIN site_origins USING (site_key)
         ORDER BY site_key",
    )?;
    let mut rows = statement.query([])?;
    let mut sites: Vec<Site> = Vec::new();
    while let Some(row) = rows.next()? {
        let key = checked(row, "site_key", SiteKey::parse)?;
        if sites.last().is_none_or(|site| site.key != key) {
            let tenant = checked(row, "tenant_id", TenantId::parse)?;
            sites.push(Site {
                key,
                tenant,
                origins: Vec::new(),
            });
        }
        if let (Some(site), Some(origin)) = (sites.last_mut(), plain(row, "origin")?) {
            site.origins.push(origin);
        }
    }
    Ok(sites)
}
