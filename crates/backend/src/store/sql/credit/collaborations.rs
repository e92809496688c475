//! Collaborations with every version of their terms, and the settings of commission.

use shoptag_attribution::{
    Collaboration, CollaborationEnd, CollaborationFields, CollaborationKind, CollaborationScope,
    CutNotice, EndedBy, NoticeKind, TermsVersion, cut_notices as notices_of,
};
use shoptag_commerce::{
    BasisPoints, BrandId, CollaborationId, CreatorId, ProductId, TenantId, Timestamp,
};
use shoptag_ledger::PaidBy;

use super::own;
use crate::collaborations::{Changed, CreditSetup, changed};
use crate::store::StoreError;
use crate::store::sql::{
    Connection, Row, ToSql, params,
    rows::{checked, corrupt, plain},
};

/// Writes a setup.
///
/// # Errors
/// The database's; [`StoreError::Unavailable`] when a wish names a creator or brand that is not
/// there.
pub(super) fn apply(
    connection: &Connection,
    tenant: &TenantId,
    setup: &CreditSetup,
    now: Timestamp,
) -> Result<Changed, StoreError> {
    connection.within().forget();
    if let Some(fee) = &setup.fee {
        connection.execute(
            "INSERT INTO platform_fees (tenant_id, rate_bp, paid_by)
             VALUES (?1, ?2, ?3)
             ON CONFLICT (tenant_id) DO UPDATE
             SET rate_bp = excluded.rate_bp, paid_by = excluded.paid_by",
            params![tenant.as_str(), fee.rate_bps.get(), payer(fee.paid_by)],
        )?;
    }
    for terms in &setup.brands {
        connection.execute(
            "INSERT INTO brand_commission_terms (tenant_id, brand_id, bag_binding_days, hold_days)
             VALUES (?1, ?2, ?3, ?4)
             ON CONFLICT (tenant_id, brand_id) DO UPDATE
             SET bag_binding_days = excluded.bag_binding_days, hold_days = excluded.hold_days",
            params![
                tenant.as_str(),
                terms.brand.as_str(),
                terms.bag_binding_days,
                u16::from(terms.hold),
            ],
        )?;
    }
    for (creator, hash) in &setup.emails {
        connection.execute(
            "INSERT INTO creator_emails (tenant_id, creator_id, email_hash)
             VALUES (?1, ?2, ?3)
             ON CONFLICT (tenant_id, creator_id) DO UPDATE
             SET email_hash = excluded.email_hash",
            params![tenant.as_str(), creator.as_str(), hash],
        )?;
    }
    for (creator, mark) in &setup.marks {
        own::save(connection, tenant, creator, mark)?;
    }
    let mut changes = Vec::new();
    for wish in &setup.wishes {
        let existing = of_creator(connection, tenant, &wish.creator)?;
        if let Some(fields) = changed(&existing, wish, now)
            .map_err(|error| StoreError::Unavailable(error.to_string()))?
        {
            save(connection, tenant, &fields)?;
            changes.push(fields);
        }
    }
    Ok(changes)
}

/// Writes a collaboration over what is there; terms that are there stay as they are.
fn save(
    connection: &Connection,
    tenant: &TenantId,
    fields: &CollaborationFields,
) -> Result<(), StoreError> {
    let product = match &fields.scope {
        CollaborationScope::WholeShop => None,
        CollaborationScope::Product(product) => Some(product.as_str()),
    };
    connection.execute(
        "INSERT INTO collaborations (tenant_id, collaboration_id, creator_id, brand_id,
             product_id, kind, promoting_since, ended_at, ended_by)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)
         ON CONFLICT (tenant_id, collaboration_id) DO UPDATE
         SET ended_at = excluded.ended_at, ended_by = excluded.ended_by",
        params![
            tenant.as_str(),
            fields.id.as_str(),
            fields.creator.as_str(),
            fields.brand.as_str(),
            product,
            match fields.kind {
                CollaborationKind::Open => "open",
                CollaborationKind::Target => "target",
            },
            fields.promoting_since.ms(),
            fields.end.map(|end| end.at.ms()),
            fields.end.map(|end| ender(end.by)),
        ],
    )?;
    for version in &fields.versions {
        connection.execute(
            "INSERT INTO collaboration_terms (tenant_id, collaboration_id, version, in_force_from,
                 direct_bp, halo_bp)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6)
             ON CONFLICT DO NOTHING",
            params![
                tenant.as_str(),
                fields.id.as_str(),
                version.version,
                version.in_force_from.ms(),
                version.direct_bps.get(),
                version.halo_bps.map(BasisPoints::get),
            ],
        )?;
    }
    Ok(())
}

/// Ends a collaboration that has no end yet.
///
/// # Errors
/// The database's.
pub(super) fn end(
    connection: &Connection,
    tenant: &TenantId,
    id: &CollaborationId,
    end: CollaborationEnd,
) -> Result<bool, StoreError> {
    let changed = connection.execute(
        "UPDATE collaborations SET ended_at = ?3, ended_by = ?4
         WHERE tenant_id = ?1 AND collaboration_id = ?2 AND ended_at IS NULL",
        params![tenant.as_str(), id.as_str(), end.at.ms(), ender(end.by)],
    )?;
    Ok(changed > 0)
}

/// Every message on a cut, in order of their due time, and when it was handed out.
///
/// # Errors
/// The database's.
pub(super) fn cut_notices(
    connection: &Connection,
    tenant: &TenantId,
) -> Result<Vec<(CutNotice, Option<Timestamp>)>, StoreError> {
    let mut found = Vec::new();
    for notice in all(connection, tenant)?.iter().flat_map(notices_of) {
        let mut statement = connection.prepare_cached(
            "SELECT told_at FROM cut_notices_told
             WHERE tenant_id = ?1 AND collaboration_id = ?2 AND kind = ?3 AND due_at = ?4",
        )?;
        let mut rows = statement.query(params![
            tenant.as_str(),
            notice.collaboration.as_str(),
            notice_kind(notice.kind),
            notice.due_at.ms()
        ])?;
        let told_at: Option<i64> = match rows.next()? {
            Some(row) => Some(plain(row, "told_at")?),
            None => None,
        };
        found.push((notice, told_at.map(Timestamp::from_ms)));
    }
    found.sort_by_key(|(notice, _)| (notice.due_at, notice.kind));
    Ok(found)
}

/// Messages that are due and were not handed out yet, which they are now.
///
/// # Errors
/// The database's.
pub(super) fn tell_cut_notices(
    connection: &Connection,
    tenant: &TenantId,
    now: Timestamp,
) -> Result<Vec<CutNotice>, StoreError> {
    let mut due = Vec::new();
    for (notice, told_at) in cut_notices(connection, tenant)? {
        if told_at.is_some() || notice.due_at > now {
            continue;
        }
        connection.execute(
            "INSERT INTO cut_notices_told (tenant_id, collaboration_id, kind, due_at, told_at)
             VALUES (?1, ?2, ?3, ?4, ?5)",
            params![
                tenant.as_str(),
                notice.collaboration.as_str(),
                notice_kind(notice.kind),
                notice.due_at.ms(),
                now.ms()
            ],
        )?;
        due.push(notice);
    }
    Ok(due)
}

fn notice_kind(kind: NoticeKind) -> &'static str {
    match kind {
        NoticeKind::Cut => "cut",
        NoticeKind::Reminder => "reminder",
    }
}

const COLUMNS: &str = "SELECT collaboration_id, creator_id, brand_id, product_id, kind,
    promoting_since, ended_at, ended_by FROM collaborations";

/// Every collaboration of a tenant.
///
/// # Errors
/// The database's.
pub(super) fn all(
    connection: &Connection,
    tenant: &TenantId,
) -> Result<Vec<Collaboration>, StoreError> {
    let sql = format!("{COLUMNS} WHERE tenant_id = ?1 ORDER BY creator_id, collaboration_id");
    read(connection, tenant, &sql, params![tenant.as_str()])
}

/// Those of a creator.
///
/// # Errors
/// The database's.
pub(super) fn of_creator(
    connection: &Connection,
    tenant: &TenantId,
    creator: &CreatorId,
) -> Result<Vec<Collaboration>, StoreError> {
    let sql = format!("{COLUMNS} WHERE tenant_id = ?1 AND creator_id = ?2");
    let key = params![tenant.as_str(), creator.as_str()];
    read(connection, tenant, &sql, key)
}

/// Those of a creator with a brand.
///
/// # Errors
/// The database's.
pub(super) fn of_creator_and_brand(
    connection: &Connection,
    tenant: &TenantId,
    creator: &CreatorId,
    brand: &BrandId,
) -> Result<Vec<Collaboration>, StoreError> {
    let sql = format!("{COLUMNS} WHERE tenant_id = ?1 AND creator_id = ?2 AND brand_id = ?3");
    let key = params![tenant.as_str(), creator.as_str(), brand.as_str()];
    read(connection, tenant, &sql, key)
}

fn read(
    connection: &Connection,
    tenant: &TenantId,
    sql: &str,
    key: &[&dyn ToSql],
) -> Result<Vec<Collaboration>, StoreError> {
    let mut statement = connection.prepare_cached(sql)?;
    let mut rows = statement.query(key)?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        let fields = fields(connection, tenant, row)?;
        found.push(Collaboration::try_from(fields).map_err(corrupt)?);
    }
    Ok(found)
}

fn fields(
    connection: &Connection,
    tenant: &TenantId,
    row: Row<'_>,
) -> Result<CollaborationFields, StoreError> {
    let id = checked(row, "collaboration_id", CollaborationId::parse)?;
    let product: Option<String> = plain(row, "product_id")?;
    let kind: String = plain(row, "kind")?;
    let ended_at: Option<i64> = plain(row, "ended_at")?;
    let ended_by: Option<String> = plain(row, "ended_by")?;
    Ok(CollaborationFields {
        versions: versions(connection, tenant, &id)?,
        id,
        creator: checked(row, "creator_id", CreatorId::parse)?,
        brand: checked(row, "brand_id", BrandId::parse)?,
        scope: match product {
            None => CollaborationScope::WholeShop,
            Some(product) => {
                CollaborationScope::Product(ProductId::parse(product).map_err(corrupt)?)
            }
        },
        kind: match kind.as_str() {
            "target" => CollaborationKind::Target,
            _ => CollaborationKind::Open,
        },
        promoting_since: Timestamp::from_ms(plain(row, "promoting_since")?),
        end: ended_at.map(|at| CollaborationEnd {
            at: Timestamp::from_ms(at),
            by: match ended_by.as_deref() {
                Some("brand") => EndedBy::Brand,
                Some("creator") => EndedBy::Creator,
                _ => EndedBy::Agreement,
            },
        }),
    })
}

fn versions(
    connection: &Connection,
    tenant: &TenantId,
    id: &CollaborationId,
) -> Result<Vec<TermsVersion>, StoreError> {
    let mut statement = connection.prepare_cached(
        "SELECT version, in_force_from, direct_bp, halo_bp FROM collaboration_terms
         WHERE tenant_id = ?1 AND collaboration_id = ?2 ORDER BY version",
    )?;
    let mut rows = statement.query(params![tenant.as_str(), id.as_str()])?;
    let mut versions = Vec::new();
    while let Some(row) = rows.next()? {
        let halo: Option<u16> = plain(row, "halo_bp")?;
        versions.push(TermsVersion {
            version: plain(row, "version")?,
            in_force_from: Timestamp::from_ms(plain(row, "in_force_from")?),
            direct_bps: BasisPoints::new(plain(row, "direct_bp")?).map_err(corrupt)?,
            halo_bps: halo.map(BasisPoints::new).transpose().map_err(corrupt)?,
        });
    }
    Ok(versions)
}

fn payer(paid_by: PaidBy) -> &'static str {
    match paid_by {
        PaidBy::Brand => "brand",
        PaidBy::Creator => "creator",
    }
}

fn ender(by: EndedBy) -> &'static str {
    match by {
        EndedBy::Agreement => "agreement",
        EndedBy::Creator => "creator",
        EndedBy::Brand => "brand",
    }
}
