//! What a wish for a collaboration makes of those that are there. Pure. The past is never changed:
//! other rates are a new version from now on, and the protected rate
//! (`shoptag_attribution::rate_at`) softens cuts.

use shoptag_attribution::{
    Collaboration, CollaborationEnd, CollaborationFields, CollaborationKind, CollaborationScope,
    EndedBy, TermsVersion,
};
use shoptag_commerce::{BasisPoints, BrandId, CollaborationId, CreatorId, IdError, Timestamp};

/// A collaboration as somebody wants it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wish {
    /// Who promotes.
    pub creator: CreatorId,
    /// Who pays.
    pub brand: BrandId,
    /// One product or the whole shop.
    pub scope: CollaborationScope,
    /// Open or target.
    pub kind: CollaborationKind,
    /// Rate on the tagged product.
    pub direct: BasisPoints,
    /// Rate on other products of the brand; `None`: none.
    pub halo: Option<BasisPoints>,
    /// First instant in force.
    pub from: Timestamp,
    /// Last instant in force; `None`: no end.
    pub until: Option<Timestamp>,
}

impl Wish {
    fn is_about(&self, fields: &CollaborationFields) -> bool {
        fields.creator == self.creator
            && fields.brand == self.brand
            && fields.scope == self.scope
            && fields.kind == self.kind
    }

    fn id(&self, earlier: usize) -> Result<CollaborationId, IdError> {
        let scope = match &self.scope {
            CollaborationScope::WholeShop => "*",
            CollaborationScope::Product(product) => product.as_str(),
        };
        let kind = match self.kind {
            CollaborationKind::Open => "open",
            CollaborationKind::Target => "target",
        };
        let (creator, brand) = (&self.creator, &self.brand);
        let id = format!("{creator}/{brand}/{scope}/{kind}");
        CollaborationId::parse(match earlier {
            0 => id,
            count => format!("{id}/{}", count + 1),
        })
    }
}

/// The collaboration that `wish` makes or changes, as it stands then; `None` when nothing changes.
///
/// Other rates begin at `now`, or at `wish.from` when that is later. What has ended stays ended: a
/// wish that begins after its end makes another one.
///
/// # Errors
/// [`IdError`] when creator, brand and product together are too long for an id.
pub fn changed(
    existing: &[Collaboration],
    wish: &Wish,
    now: Timestamp,
) -> Result<Option<CollaborationFields>, IdError> {
    let own: Vec<&CollaborationFields> = existing
        .iter()
        .map(Collaboration::fields)
        .filter(|fields| wish.is_about(fields))
        .collect();
    let running = own
        .iter()
        .find(|fields| fields.end.is_none_or(|end| end.at >= now));
    let Some(&running) = running else {
        let is_past = own
            .iter()
            .any(|fields| fields.end.is_some_and(|end| end.at >= wish.from));
        return if is_past {
            Ok(None)
        } else {
            new(wish, own.len()).map(Some)
        };
    };
    let mut fields = running.clone();
    let last = fields.versions.last();
    if let Some(last) = last
        && (last.direct_bps, last.halo_bps) != (wish.direct, wish.halo)
    {
        let version = last.version.saturating_add(1);
        let earliest = last.in_force_from.plus_ms(1);
        fields.versions.push(TermsVersion {
            version,
            in_force_from: now.max(wish.from).max(earliest),
            direct_bps: wish.direct,
            halo_bps: wish.halo,
        });
    }
    if let Some(until) = wish.until
        && fields.end.is_none_or(|end| end.at != until)
    {
        // Agreed terms are not cut short for the past.
        fields.end = Some(CollaborationEnd {
            at: until.max(now),
            by: EndedBy::Agreement,
        });
    }
    Ok((fields != *running).then_some(fields))
}

fn new(wish: &Wish, earlier: usize) -> Result<CollaborationFields, IdError> {
    Ok(CollaborationFields {
        id: wish.id(earlier)?,
        creator: wish.creator.clone(),
        brand: wish.brand.clone(),
        scope: wish.scope.clone(),
        kind: wish.kind,
        promoting_since: wish.from,
        end: wish.until.map(|at| CollaborationEnd {
            at,
            by: EndedBy::Agreement,
        }),
        versions: vec![TermsVersion {
            version: 1,
            in_force_from: wish.from,
            direct_bps: wish.direct,
            halo_bps: wish.halo,
        }],
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wish(direct: u16, from: i64, until: Option<i64>) -> Wish {
        Wish {
            creator: CreatorId::parse("mira").unwrap(),
            brand: BrandId::parse("halden").unwrap(),
            scope: CollaborationScope::WholeShop,
            kind: CollaborationKind::Open,
            direct: BasisPoints::new(direct).unwrap(),
            halo: None,
            from: Timestamp::from_ms(from),
            until: until.map(Timestamp::from_ms),
        }
    }

    /// Id, direct rates with their beginnings, end.
    type Seen = (String, Vec<(u16, i64)>, Option<i64>);

    /// Applies wishes one after another; the direct rates with their beginnings, and the end, of
    /// the collaborations that result.
    fn after(wishes: &[(i64, Wish)]) -> Vec<Seen> {
        let mut all: Vec<Collaboration> = Vec::new();
        for (now, wish) in wishes {
            if let Some(fields) = changed(&all, wish, Timestamp::from_ms(*now)).unwrap() {
                all.retain(|known| known.fields().id != fields.id);
                all.push(Collaboration::try_from(fields).unwrap());
            }
        }
        all.iter()
            .map(|one| {
                let fields = one.fields();
                let versions = fields.versions.iter();
                (
                    fields.id.as_str().to_owned(),
                    versions
                        .map(|it| (it.direct_bps.get(), it.in_force_from.ms()))
                        .collect(),
                    fields.end.map(|end| end.at.ms()),
                )
            })
            .collect()
    }

    #[test]
    fn a_changed_rate_is_a_new_version_and_the_same_wish_changes_nothing() {
        let id = "mira/halden/*/open".to_owned();
        let twice = [(50, wish(1_000, 10, None)), (60, wish(1_000, 10, None))];
        assert_eq!(after(&twice), [(id.clone(), vec![(1_000, 10)], None)]);
        let cut = [
            (50, wish(1_000, 10, None)),
            (60, wish(800, 10, None)),
            (60, wish(900, 99, None)),
        ];
        let versions = vec![(1_000, 10), (800, 60), (900, 99)];
        assert_eq!(after(&cut), [(id, versions, None)]);
    }

    #[test]
    fn what_has_ended_stays_ended_and_a_later_one_is_another() {
        let id = "mira/halden/*/open".to_owned();
        let ended = (50, wish(1_000, 10, Some(70)));
        let same = (80, wish(1_000, 10, None));
        let later = (80, wish(900, 75, None));
        let first = (id.clone(), vec![(1_000, 10)], Some(70));
        assert_eq!(after(&[ended.clone(), same]), vec![first.clone()]);
        let second = (format!("{id}/2"), vec![(900, 75)], None);
        assert_eq!(after(&[ended, later]), [first, second]);
    }

    #[test]
    fn an_end_is_not_put_into_the_past() {
        let id = "mira/halden/*/open".to_owned();
        let wishes = [(50, wish(1_000, 10, None)), (60, wish(1_000, 10, Some(20)))];
        assert_eq!(after(&wishes), [(id, vec![(1_000, 10)], Some(60))]);
    }
}
