//! `collaboration list|set|end`.

use clap::{Args, Subcommand, ValueEnum};
use shoptag_attribution::{
    CollaborationEnd, CollaborationFields, CollaborationKind, CollaborationScope, EndedBy,
};
use shoptag_backend::clock::{Clock, SystemClock};
use shoptag_backend::collaborations::{CollaborationEntry, CreditSetup, check};
use shoptag_backend::store::CreditStore;
use shoptag_commerce::{
    BasisPoints, BrandId, CollaborationId, CreatorId, ProductId, TenantId, Timestamp,
};

use super::{Database, Failure};

/// Arguments of `collaboration`.
#[derive(Args)]
pub(crate) struct Collaboration {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Subcommand)]
enum Verb {
    /// Every collaboration with its terms.
    List(List),
    /// Make one, or change its rates from now on: a cut reaches who promotes already after 30 days.
    Set(Set),
    /// End one.
    End(End),
}

#[derive(Args)]
struct List {
    /// On which platform.
    #[arg(long, value_name = "ID")]
    tenant: String,
    #[command(flatten)]
    database: Database,
}

#[derive(Args)]
struct Set {
    /// On which platform.
    #[arg(long, value_name = "ID")]
    tenant: String,
    /// Who promotes.
    #[arg(long, value_name = "ID")]
    creator: String,
    /// Who pays.
    #[arg(long, value_name = "ID")]
    brand: String,
    /// One product; the whole shop when left out.
    #[arg(long, value_name = "ID")]
    product: Option<String>,
    /// Rate on the tagged product, basis points, 100 to 8000.
    #[arg(long, value_name = "BP")]
    direct: u16,
    /// Rate on other products of the brand, basis points; left out: none.
    #[arg(long, value_name = "BP")]
    halo: Option<u16>,
    /// Open to everyone, or for an invited creator.
    #[arg(long, default_value = "open")]
    kind: Kind,
    /// First instant, RFC 3339; now when left out.
    #[arg(long, value_name = "INSTANT")]
    from: Option<String>,
    /// Last instant, RFC 3339; no end when left out.
    #[arg(long, value_name = "INSTANT")]
    until: Option<String>,
    #[command(flatten)]
    database: Database,
}

#[derive(Args)]
struct End {
    /// Which one.
    id: String,
    /// On which platform.
    #[arg(long, value_name = "ID")]
    tenant: String,
    /// Who ends it. A brand's end reaches who promotes already after 30 days.
    #[arg(long, default_value = "brand")]
    by: Side,
    #[command(flatten)]
    database: Database,
}

#[derive(Clone, Copy, ValueEnum)]
enum Kind {
    Open,
    Target,
}

#[derive(Clone, Copy, ValueEnum)]
enum Side {
    Brand,
    Creator,
    Agreement,
}

impl Collaboration {
    pub(super) async fn run(self) -> Result<(), Failure> {
        match self.verb {
            Verb::List(list) => list.run().await,
            Verb::Set(set) => set.run().await,
            Verb::End(end) => end.run().await,
        }
    }
}

impl List {
    async fn run(self) -> Result<(), Failure> {
        let store = self.database.open()?;
        let tenant = TenantId::parse(self.tenant)?;
        for collaboration in store.collaborations(tenant).await? {
            show(collaboration.fields());
        }
        Ok(())
    }
}

impl Set {
    async fn run(self) -> Result<(), Failure> {
        let store = self.database.open()?;
        let now = SystemClock.now();
        let entry = CollaborationEntry {
            creator: CreatorId::parse(self.creator)?,
            brand: BrandId::parse(self.brand)?,
            product: self.product.map(ProductId::parse).transpose()?,
            direct_bp: BasisPoints::new(self.direct)?,
            halo_bp: self.halo.map(BasisPoints::new).transpose()?,
            kind: match self.kind {
                Kind::Open => CollaborationKind::Open,
                Kind::Target => CollaborationKind::Target,
            },
            from: self.from.unwrap_or_else(|| instant(now)),
            until: self.until,
        };
        let wish = check(&entry).map_err(|(field, message)| format!("{field}: {message}"))?;
        let setup = CreditSetup {
            wishes: vec![wish],
            ..CreditSetup::default()
        };
        let tenant = TenantId::parse(self.tenant)?;
        let changed = store.apply_credit(tenant, setup, now).await?;
        if changed.is_empty() {
            println!("nothing changed");
        }
        changed.iter().for_each(show);
        Ok(())
    }
}

impl End {
    async fn run(self) -> Result<(), Failure> {
        let store = self.database.open()?;
        let end = CollaborationEnd {
            at: SystemClock.now(),
            by: match self.by {
                Side::Brand => EndedBy::Brand,
                Side::Creator => EndedBy::Creator,
                Side::Agreement => EndedBy::Agreement,
            },
        };
        let tenant = TenantId::parse(self.tenant)?;
        let id = CollaborationId::parse(self.id)?;
        if store.end_collaboration(tenant, id, end).await? {
            println!("ended");
            Ok(())
        } else {
            Err("no such collaboration without an end".into())
        }
    }
}

fn show(fields: &CollaborationFields) {
    let what = match &fields.scope {
        CollaborationScope::WholeShop => "whole shop",
        CollaborationScope::Product(product) => product.as_str(),
    };
    let end = fields
        .end
        .map(|end| format!(", ended {} by {:?}", instant(end.at), end.by));
    println!("{} ({what}){}", fields.id, end.unwrap_or_default());
    for version in &fields.versions {
        let halo = version
            .halo_bps
            .map(|halo| format!(", halo {} bp", halo.get()));
        println!(
            "  v{} from {}: {} bp{}",
            version.version,
            instant(version.in_force_from),
            version.direct_bps.get(),
            halo.unwrap_or_default()
        );
    }
}

/// An instant as people read it.
fn instant(at: Timestamp) -> String {
    jiff::Timestamp::from_millisecond(at.ms())
        .map_or_else(|_| at.ms().to_string(), |at| at.to_string())
}
