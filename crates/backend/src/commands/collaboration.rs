//! `collaboration list|set|end|notices`.

use clap::{Args, Subcommand, ValueEnum};
use shoptag_attribution::{
    CollaborationEnd, CollaborationFields, CollaborationKind, CollaborationScope, CutNotice,
    EndedBy, NoticeKind,
};
use shoptag_backend::clock::{Clock, SystemClock};
use shoptag_backend::collaborations::{CollaborationEntry, CreditSetup, check};
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
    /// Messages on cuts of a rate that creators are owed: at the cut, and 2 days before it reaches
    /// them.
    Notices(Notices),
}

#[derive(Args)]
struct Notices {
    /// On which platform.
    #[arg(long, value_name = "ID")]
    tenant: String,
    /// Hand out those that are due now, each once: they count as told from then on. Without it,
    /// all are listed and nothing changes.
    #[arg(long)]
    due: bool,
    /// One JSON object a line, for the program that sends them.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    database: Database,
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
            Verb::Notices(notices) => notices.run().await,
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

impl Notices {
    async fn run(self) -> Result<(), Failure> {
        let store = self.database.open()?;
        let tenant = TenantId::parse(self.tenant)?;
        let notices: Vec<(CutNotice, Option<Timestamp>)> = if self.due {
            let told = store.tell_cut_notices(tenant, SystemClock.now()).await?;
            told.into_iter().map(|notice| (notice, None)).collect()
        } else {
            store.cut_notices(tenant).await?
        };
        for (notice, told_at) in &notices {
            if self.json {
                println!("{}", serde_json::to_string(notice)?);
            } else {
                println!("{}", sentence(notice, *told_at));
            }
        }
        if notices.is_empty() && !self.json {
            println!("nobody is owed a message");
        }
        Ok(())
    }
}

/// "mira, mira/halden/*/open: 1200 bp become 800 bp, the old rate holds until ..."
fn sentence(notice: &CutNotice, told_at: Option<Timestamp>) -> String {
    let rates = |from: Option<BasisPoints>, to: Option<BasisPoints>| {
        let bp = |rate: Option<BasisPoints>| rate.map_or(0, BasisPoints::get);
        format!("{} bp become {} bp", bp(from), bp(to))
    };
    let mut text = format!(
        "{}, {}: {}",
        notice.creator,
        notice.collaboration,
        rates(Some(notice.from_bps), notice.to_bps)
    );
    if notice.from_halo_bps != notice.to_halo_bps {
        let halo = rates(notice.from_halo_bps, notice.to_halo_bps);
        text.push_str(&format!(", halo {halo}"));
    }
    let kind = match notice.kind {
        NoticeKind::Cut => "notice",
        NoticeKind::Reminder => "reminder",
    };
    text.push_str(&format!(
        "; the old rate holds until {}; {kind} due {}",
        instant(notice.protected_until),
        instant(notice.due_at)
    ));
    if let Some(told_at) = told_at {
        text.push_str(&format!(", told {}", instant(told_at)));
    }
    text
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
