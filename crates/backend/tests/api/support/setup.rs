//! Two tenants with two brands and a few products.

use std::collections::BTreeMap;

use shoptag_backend::catalogue::{
    BrandSetup, CatalogueOption, CatalogueProduct, CatalogueVariant, CreatorSetup, RatingSetup,
    TenantSetup, VideoSetup,
};
use shoptag_backend::pricing::{DeliveryTerms, DiscountTerms, TaxRate};
use shoptag_backend::sites::Site;
use shoptag_commerce::{
    BasisPoints, BrandId, CreatorId, Currency, ProductId, SiteKey, TenantId, VariantId, VideoId,
};
use shoptag_protocol::{Brand, Image};

use super::ORIGIN;

pub(crate) fn tenant(id: &str) -> TenantId {
    TenantId::parse(id).unwrap()
}

fn rate(bp: u16) -> BasisPoints {
    BasisPoints::new(bp).unwrap()
}

fn brand(id: &str, name: &str, price_minor: i64, discounts: Vec<DiscountTerms>) -> BrandSetup {
    let option = |id: &str, price_minor, free_from_minor| DeliveryTerms {
        id: id.into(),
        label: format!("{id} delivery"),
        countries: vec!["DE".into(), "NL".into()],
        price_minor,
        free_from_minor,
        days_min: 2,
        days_max: 4,
    };
    BrandSetup {
        brand: Brand {
            id: BrandId::parse(id).unwrap(),
            name: name.into(),
            legal_name: format!("{name} GmbH, Hamburg"),
        },
        return_days: 30,
        delivery: vec![
            option("standard", price_minor, Some(10_000)),
            option("express", price_minor + 800, None),
        ],
        discounts,
    }
}

/// A tenant with one site.
pub(crate) fn setup(id: &str, site: &str) -> TenantSetup {
    let pair = DiscountTerms {
        id: "pair".into(),
        label: "10 % off two or more from Halden".into(),
        quantity_min: 2,
        rate: rate(1_000),
    };
    let tax = |country: &str, bp| TaxRate {
        country: country.into(),
        category: "*".into(),
        rate: rate(bp),
    };
    let track = r#"{"schema_version":1,"tags":[
        {"id":"lamp","product":"lamp","start":0,"end":5,"x":0.5,"y":0.5},
        {"id":"mug","product":"mug","start":1,"end":6,"x":0.2,"y":0.5}]}"#;
    TenantSetup {
        id: tenant(id),
        name: "Daylight".into(),
        currency: Currency::parse("EUR").unwrap(),
        countries: vec!["DE".into(), "NL".into(), "FR".into()],
        quantity_max: 1_000,
        withdrawal_days: 14,
        terms_url: "/terms.html".into(),
        privacy_url: "/privacy.html".into(),
        sites: vec![Site {
            key: SiteKey::parse(site).unwrap(),
            tenant: tenant(id),
            origins: vec![ORIGIN.into()],
        }],
        tax: vec![tax("DE", 1_900), tax("NL", 2_100), tax("FR", 2_000)],
        brands: vec![
            brand("halden", "Halden", 490, vec![pair]),
            brand("norrby", "Norrby", 550, vec![]),
        ],
        creators: vec![CreatorSetup {
            id: CreatorId::parse("mira").unwrap(),
            name: "Mira Okafor".into(),
            handle: "@mira.makes".into(),
            followers: 48_200,
        }],
        videos: vec![VideoSetup {
            id: VideoId::parse("day").unwrap(),
            title: "A day".into(),
            creator: CreatorId::parse("mira").unwrap(),
            duration_ms: 36_000,
            paid_partnership: true,
            tag_track: track.into(),
            products: ["lamp", "mug"]
                .map(|id| ProductId::parse(id).unwrap())
                .to_vec(),
        }],
        ratings: vec![RatingSetup {
            product: ProductId::parse("lamp").unwrap(),
            average_hundredths: 462,
            count: 218,
        }],
        swatches: BTreeMap::from([("Sand".into(), "#d8c4a0".into())]),
    }
}

/// A product with one variant of the same id.
pub(crate) fn product(
    id: &str,
    brand: &str,
    price_minor: i64,
    on_hand: Option<u32>,
) -> CatalogueProduct {
    CatalogueProduct {
        id: ProductId::parse(id).unwrap(),
        brand: BrandId::parse(brand).unwrap(),
        title: format!("The {id}"),
        description: "Plain words.".into(),
        category: "Home".into(),
        images: vec![Image {
            url: format!("/media/{id}.webp"),
            alt: String::new(),
            width: 0,
            height: 0,
        }],
        options: Vec::new(),
        variants: vec![CatalogueVariant {
            id: VariantId::parse(id).unwrap(),
            options: Vec::new(),
            price_minor,
            compare_at_minor: None,
            on_hand,
            image: Some(0),
        }],
    }
}

/// lamp (two colours), mug, rug; `last` has one left, `gone` none; `post` is not counted.
pub(crate) fn catalogue() -> Vec<CatalogueProduct> {
    let mut lamp = product("lamp", "halden", 4_900, Some(50));
    lamp.options = vec![CatalogueOption {
        name: "Colour".into(),
        values: vec!["Sand".into(), "Ink".into()],
    }];
    lamp.variants[0].id = VariantId::parse("lamp-sand").unwrap();
    lamp.variants[0].options = vec!["Sand".into()];
    lamp.variants[0].compare_at_minor = Some(5_900);
    let mut ink = lamp.variants[0].clone();
    ink.id = VariantId::parse("lamp-ink").unwrap();
    ink.options = vec!["Ink".into()];
    ink.on_hand = Some(0);
    lamp.variants.push(ink);
    vec![
        lamp,
        product("mug", "norrby", 1_990, Some(1_000)),
        product("rug", "halden", 12_900, Some(5)),
        product("last", "halden", 2_500, Some(1)),
        product("gone", "norrby", 2_500, Some(0)),
        product("post", "norrby", 300, None),
        product("gold", "norrby", 9_000_000_000_000_000, None),
    ]
}
