//! What every run begins with: two brands, two creators with a video each, and little stock.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Arc, OnceLock};

use shoptag_attribution::{CollaborationKind, CollaborationScope};
use shoptag_backend::catalogue::{
    BrandSetup, CatalogueOption, CatalogueProduct, CatalogueVariant, CreatorSetup, TenantSetup,
    VideoSetup,
};
use shoptag_backend::collaborations::{BrandTerms, CreditSetup, Wish};
use shoptag_backend::ledger_accounts::{ApiSecret, Party, PartyKind};
use shoptag_backend::pricing::{DeliveryTerms, DiscountTerms, TaxRate};
use shoptag_backend::sites::Site;
use shoptag_backend::store::sqlite::{SqliteOptions, SqliteStore};
use shoptag_backend::store::{CreditStore, Store};
use shoptag_backend::tokens::StoredKey;
use shoptag_commerce::{
    BasisPoints, BrandId, CreatorId, Currency, ProductId, SiteKey, TenantId, Timestamp, VariantId,
    VideoId,
};
use shoptag_ledger::{HoldPeriod, PaidBy, PlatformFee};
use shoptag_protocol::Brand;
use tokio::runtime::Runtime;

use crate::dice::{Dice, SeededEntropy};

pub(crate) const SITE: &str = "pk_sim";
pub(crate) const ORIGIN: &str = "https://shop.example";
pub(crate) const VIDEOS: [&str; 2] = ["day", "night"];
pub(crate) const BRANDS: [&str; 2] = ["halden", "norrby"];

/// 2026-11-22T10:00:00Z.
pub(crate) const START_MS: i64 = 1_795_341_600_000;

/// Variants whose stock is counted, with what there is at first. Little, so that it runs out.
pub(crate) const STOCK: [(&str, i64); 4] =
    [("lamp-sand", 8), ("lamp-ink", 3), ("mug", 9), ("rug", 2)];

/// RFC 8032, 7.1, test 1: seed and public key, as PASERK. A published key, so that signatures are
/// the same in every run.
const SIGNING_KEY: &str = concat!(
    "k4.secret.nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2DXWpgB",
    "grEKt9VL_tPJZAc6DuFy89qmIyWvAhpo9wdRGg",
);

/// An empty shop, as the bytes of its database, with the keys of the brands.
pub(crate) struct Market {
    pub(crate) database: Vec<u8>,
    pub(crate) brand_keys: BTreeMap<String, String>,
}

/// Made once a process: it is the same for every run.
pub(crate) fn market(runtime: &Runtime, folder: &Path) -> &'static Market {
    static MARKET: OnceLock<Market> = OnceLock::new();
    MARKET.get_or_init(|| {
        let path = folder.join("market.sqlite");
        let store = Arc::new(SqliteStore::open(&SqliteOptions::new(&path)).unwrap());
        let brand_keys = runtime.block_on(fill(&store));
        drop(store);
        let database = std::fs::read(&path).unwrap();
        Market {
            database,
            brand_keys,
        }
    })
}

async fn fill(store: &SqliteStore) -> BTreeMap<String, String> {
    let start = Timestamp::from_ms(START_MS);
    store.apply(setup()).await.unwrap();
    store.upsert_products(tenant(), catalogue()).await.unwrap();
    store.apply_credit(tenant(), credit(), start).await.unwrap();
    let key = StoredKey {
        kid: "simulation".into(),
        secret: SIGNING_KEY.into(),
        signs_from: Timestamp::from_ms(0),
        accepted_until: None,
    };
    let keys = store
        .change_token_keys(Box::new(move |_| vec![key.clone()]))
        .await
        .unwrap();
    assert_eq!(keys.len(), 1);
    let entropy = SeededEntropy::new(Dice::new(0));
    let mut secrets = BTreeMap::new();
    for brand in BRANDS {
        let kind = PartyKind::Brand(BrandId::parse(brand).unwrap());
        let tenant = tenant();
        let (secret, key) = ApiSecret::generate(&entropy, &Party { tenant, kind }).unwrap();
        assert!(store.add_api_key(key, start).await.unwrap());
        secrets.insert(brand.to_owned(), secret.as_str().to_owned());
    }
    secrets
}

pub(crate) fn tenant() -> TenantId {
    TenantId::parse("sim").unwrap()
}

pub(crate) fn euro() -> Currency {
    Currency::parse("EUR").unwrap()
}

fn rate(bp: u16) -> BasisPoints {
    BasisPoints::new(bp).unwrap()
}

fn brand(id: &str, price_minor: i64, discounts: Vec<DiscountTerms>) -> BrandSetup {
    let option = |id: &str, price_minor, free_from_minor| DeliveryTerms {
        id: id.into(),
        label: id.into(),
        countries: vec!["DE".into(), "NL".into()],
        price_minor,
        free_from_minor,
        days_min: 2,
        days_max: 4,
    };
    BrandSetup {
        brand: Brand {
            id: BrandId::parse(id).unwrap(),
            name: id.into(),
            legal_name: id.into(),
        },
        return_days: 30,
        delivery: vec![
            option("standard", price_minor, Some(10_000)),
            option("express", price_minor + 800, None),
        ],
        discounts,
    }
}

fn video(id: &str, creator: &str, products: [&str; 2]) -> VideoSetup {
    let tag = |product: &str, start: u8| {
        let place = format!(r#""start":{start},"end":9,"x":0.5,"y":0.5"#);
        format!(r#"{{"id":"{product}","product":"{product}",{place}}}"#)
    };
    let tags = [tag(products[0], 0), tag(products[1], 1)].join(",");
    VideoSetup {
        id: VideoId::parse(id).unwrap(),
        title: id.into(),
        creator: CreatorId::parse(creator).unwrap(),
        duration_ms: 20_000,
        paid_partnership: true,
        tag_track: format!(r#"{{"schema_version":1,"tags":[{tags}]}}"#),
        products: products.map(|id| ProductId::parse(id).unwrap()).to_vec(),
    }
}

fn setup() -> TenantSetup {
    let pair = DiscountTerms {
        id: "pair".into(),
        label: "pair".into(),
        quantity_min: 2,
        rate: rate(1_000),
    };
    let creator = |id: &str| CreatorSetup {
        id: CreatorId::parse(id).unwrap(),
        name: id.into(),
        handle: format!("@{id}"),
        followers: 2_000,
    };
    let tax = |country: &str, bp| TaxRate {
        country: country.into(),
        category: "*".into(),
        rate: rate(bp),
    };
    TenantSetup {
        id: tenant(),
        name: "Simulation".into(),
        currency: euro(),
        countries: vec!["DE".into(), "NL".into()],
        quantity_max: 5,
        withdrawal_days: 14,
        terms_url: "/terms".into(),
        privacy_url: "/privacy".into(),
        sites: vec![Site {
            key: SiteKey::parse(SITE).unwrap(),
            tenant: tenant(),
            origins: vec![ORIGIN.into()],
        }],
        tax: vec![tax("DE", 1_900), tax("NL", 2_100)],
        brands: vec![
            brand("halden", 490, vec![pair]),
            brand("norrby", 550, vec![]),
        ],
        creators: vec![creator("mira"), creator("ben")],
        videos: vec![
            video("day", "mira", ["lamp", "mug"]),
            video("night", "ben", ["rug", "post"]),
        ],
        ratings: Vec::new(),
        swatches: BTreeMap::new(),
    }
}

fn credit() -> CreditSetup {
    let wish = |creator: &str, brand: &str, direct: u16| Wish {
        creator: CreatorId::parse(creator).unwrap(),
        brand: BrandId::parse(brand).unwrap(),
        scope: CollaborationScope::WholeShop,
        kind: CollaborationKind::Open,
        direct: rate(direct),
        halo: Some(rate(direct / 3)),
        from: Timestamp::from_ms(START_MS - 1_000_000_000),
        until: None,
    };
    CreditSetup {
        fee: Some(PlatformFee {
            rate_bps: rate(1_000),
            paid_by: PaidBy::Brand,
        }),
        brands: vec![BrandTerms {
            brand: BrandId::parse("norrby").unwrap(),
            bag_binding_days: 3,
            hold: HoldPeriod::days(0).unwrap(),
        }],
        wishes: vec![
            wish("mira", "halden", 1_200),
            wish("mira", "norrby", 1_000),
            wish("ben", "halden", 1_500),
            wish("ben", "norrby", 800),
        ],
        ..CreditSetup::default()
    }
}

fn product(id: &str, brand: &str, variants: Vec<CatalogueVariant>) -> CatalogueProduct {
    CatalogueProduct {
        id: ProductId::parse(id).unwrap(),
        brand: BrandId::parse(brand).unwrap(),
        title: id.into(),
        description: String::new(),
        category: "Home".into(),
        images: Vec::new(),
        options: Vec::new(),
        variants,
    }
}

fn variant(id: &str, price_minor: i64) -> CatalogueVariant {
    let counted = STOCK.iter().find(|(counted, _)| *counted == id);
    CatalogueVariant {
        id: VariantId::parse(id).unwrap(),
        options: Vec::new(),
        price_minor,
        compare_at_minor: None,
        on_hand: counted.map(|(_, count)| u32::try_from(*count).unwrap()),
        image: None,
    }
}

/// A lamp in two colours, a mug, a rug, and a postcard of which there are always enough.
pub(crate) fn catalogue() -> Vec<CatalogueProduct> {
    let colour = |id: &str, label: &str| CatalogueVariant {
        options: vec![label.into()],
        ..variant(id, 4_900)
    };
    let mut lamp = product(
        "lamp",
        "halden",
        vec![colour("lamp-sand", "Sand"), colour("lamp-ink", "Ink")],
    );
    lamp.options = vec![CatalogueOption {
        name: "Colour".into(),
        values: vec!["Sand".into(), "Ink".into()],
    }];
    vec![
        lamp,
        product("mug", "norrby", vec![variant("mug", 1_990)]),
        product("rug", "halden", vec![variant("rug", 12_900)]),
        product("post", "norrby", vec![variant("post", 333)]),
    ]
}
