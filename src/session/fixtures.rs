//! Values for tests: a document with a shirt in two colours, a lamp on sale and a rug that is sold
//! out.

use std::rc::Rc;

use shoptag_attribution::journal::Consent;
use shoptag_commerce::{Currency, OrderId, SiteKey, Timestamp, VideoId};
use shoptag_protocol::{
    Brand, CreatorInfo, CreditDays, DeliveryOption, DeliveryPromise, Image, OptionAxis,
    OptionValue, OrderStatus, OrderedLine, Payment, PaymentMethod, PricedLine, Product, Quote,
    QuotedShipment, SCHEMA_VERSION, SavedLine, SellingPolicy, Totals, Variant, Video,
    VideoDocument,
};
use shoptag_tag_track::{
    Interpolation, KeyFrame, RawTrack, SCHEMA_VERSION as TRACK_VERSION, Shape, Tag, TagTrack,
};

use crate::checkout::{Field, Form};
use crate::event::Entropy;
use crate::session::Setup;

/// Parses an id, a currency or a key.
macro_rules! parsed {
    ($text:expr) => {
        TryFrom::try_from(String::from($text)).unwrap()
    };
}

pub(crate) fn eur() -> Currency {
    Currency::parse("EUR").unwrap()
}

pub(crate) fn setup() -> Setup {
    Setup {
        site: SiteKey::parse("pk_demo").unwrap(),
        video: VideoId::parse("morning").unwrap(),
        pause_on_card: true,
        consent: Consent::Denied,
        seed: 7,
    }
}

/// Entropy that differs from that of any other number.
pub(crate) fn entropy(number: u64) -> Entropy {
    let mut bytes = [0_u8; 48];
    for (index, byte) in bytes.iter_mut().enumerate() {
        *byte = number.to_be_bytes()[index % 8] ^ u8::try_from(index / 8).unwrap();
    }
    Entropy(bytes)
}

pub(crate) fn line(variant: &str, quantity: u32, unit_price_minor: i64) -> SavedLine {
    SavedLine {
        variant_id: parsed!(variant),
        product_id: parsed!("shirt"),
        title: format!("Title of {variant}"),
        variant_label: String::new(),
        brand_name: "Halden".to_owned(),
        image_url: None,
        unit_price_minor,
        quantity,
        video: parsed!("morning"),
        tag: None,
        creator: None,
        receipt: None,
        added_at: Timestamp::from_ms(0),
    }
}

fn brand() -> Brand {
    Brand {
        id: parsed!("halden"),
        name: "Halden".to_owned(),
        legal_name: "Halden GmbH, Hamburg".to_owned(),
    }
}

fn delivery(id: &str, price_minor: i64) -> DeliveryOption {
    DeliveryOption {
        id: id.to_owned(),
        label: format!("{id} delivery"),
        price_minor,
        days_min: 2,
        days_max: 4,
    }
}

/// A quote of `(variant, quantity, unit price)`, with 490 for delivery.
pub(crate) fn quote(lines: &[(&str, u32, i64)], ready: bool) -> Quote {
    let items_minor = lines
        .iter()
        .map(|(_, quantity, price)| i64::from(*quantity) * price)
        .sum();
    Quote {
        quote_id: parsed!("quote-1"),
        checkout_attempt_id: parsed!("attempt-of-the-server"),
        quoted_at: Timestamp::from_ms(0),
        expires_at: Timestamp::from_ms(900_000),
        currency: eur(),
        lines: lines
            .iter()
            .map(|(variant, quantity, price)| PricedLine {
                variant_id: parsed!(*variant),
                product_id: parsed!("shirt"),
                brand_id: parsed!("halden"),
                title: format!("Title of {variant}"),
                variant_label: String::new(),
                image_url: None,
                quantity: *quantity,
                unit_price_minor: *price,
                discount_minor: 0,
                total_minor: i64::from(*quantity) * price,
                tax_minor: 0,
            })
            .collect(),
        shipments: vec![QuotedShipment {
            brand: brand(),
            options: vec![delivery("standard", 490), delivery("express", 990)],
            chosen: "standard".to_owned(),
        }],
        discounts: Vec::new(),
        totals: Totals {
            items_minor,
            discount_minor: 0,
            delivery_minor: 490,
            tax_minor: 0,
            total_minor: items_minor + 490,
        },
        ready,
    }
}

/// A placed order of `(variant, quantity)`.
pub(crate) fn ordered(order_id: &str, lines: &[(&str, u32)]) -> OrderStatus {
    OrderStatus {
        order_id: OrderId::parse(order_id).unwrap(),
        number: "ST-7K3Q-94MX".to_owned(),
        placed_at: Timestamp::from_ms(0),
        currency: eur(),
        lines: lines
            .iter()
            .map(|(variant, quantity)| OrderedLine {
                variant_id: parsed!(*variant),
                product_id: parsed!("shirt"),
                brand_id: parsed!("halden"),
                title: String::new(),
                variant_label: String::new(),
                image_url: None,
                quantity: *quantity,
                unit_price_minor: 1,
                discount_minor: 0,
                total_minor: 1,
                credited: None,
            })
            .collect(),
        shipments: Vec::new(),
        totals: Totals::default(),
        payment: Payment {
            method: PaymentMethod::PayOnDelivery,
        },
        status_url: "/orders/secret".to_owned(),
        cancellable: true,
    }
}

fn variant(id: &str, options: &[&str], price_minor: i64, available: bool) -> Variant {
    Variant {
        id: parsed!(id),
        options: options.iter().map(|label| (*label).to_owned()).collect(),
        price_minor,
        compare_at_minor: None,
        available,
        image: None,
    }
}

fn image(url: &str) -> Image {
    Image {
        url: url.to_owned(),
        alt: String::new(),
        width: 0,
        height: 0,
    }
}

fn product(id: &str, variants: Vec<Variant>) -> Product {
    Product {
        id: parsed!(id),
        brand: brand(),
        title: id.to_owned(),
        description: String::new(),
        images: vec![image("/1.webp"), image("/2.webp")],
        options: Vec::new(),
        variants,
        currency: eur(),
        rating: None,
        delivery: DeliveryPromise {
            price_minor: 490,
            free_from_minor: None,
            days_min: 2,
            days_max: 4,
        },
        return_days: 30,
        credit: CreditDays::default(),
    }
}

/// Sand in S, M, L; Ink in S (sold out) and M; Ink has a picture of its own.
pub(crate) fn shirt() -> Product {
    let value = |label: &str| OptionValue {
        label: label.to_owned(),
        swatch: None,
    };
    let axis = |name: &str, labels: &[&str]| OptionAxis {
        name: name.to_owned(),
        values: labels.iter().map(|label| value(label)).collect(),
    };
    let ink = |id, size, available| Variant {
        image: Some(1),
        ..variant(id, &["Ink", size], 2_500, available)
    };
    Product {
        options: vec![
            axis("Colour", &["Sand", "Ink"]),
            axis("Size", &["S", "M", "L"]),
        ],
        ..product(
            "shirt",
            vec![
                variant("shirt-sand-s", &["Sand", "S"], 2_500, true),
                variant("shirt-sand-m", &["Sand", "M"], 2_500, true),
                variant("shirt-sand-l", &["Sand", "L"], 2_500, true),
                ink("shirt-ink-s", "S", false),
                ink("shirt-ink-m", "M", true),
            ],
        )
    }
}

fn tag(id: &str, product: &str, start_s: f64) -> Tag {
    Tag {
        id: parsed!(id),
        product: parsed!(product),
        variant: None,
        start_s,
        end_s: start_s + 5.0,
        shape: Shape::Point,
        key_frames: vec![KeyFrame {
            time_s: start_s,
            x: 0.5,
            y: 0.5,
            size: None,
            hidden: false,
        }],
        interpolation: Interpolation::Linear,
        anchor: None,
        label: None,
    }
}

/// Tags `shirt` (twice), `lamp`, `rug`, and `ghost`, which names no product.
pub(crate) fn document() -> Rc<VideoDocument> {
    let track = TagTrack {
        tags: vec![
            tag("shirt", "shirt", 1.0),
            tag("lamp", "lamp", 2.0),
            tag("rug", "rug", 3.0),
            tag("ghost", "ghost", 4.0),
            tag("shirt-again", "shirt", 12.0),
        ],
    };
    Rc::new(VideoDocument {
        schema_version: SCHEMA_VERSION,
        video: Video {
            id: parsed!("morning"),
            title: "Morning".to_owned(),
            creator: CreatorInfo {
                id: parsed!("mira"),
                name: "Mira Okafor".to_owned(),
                handle: "@mira.makes".to_owned(),
            },
        },
        tag_track: RawTrack::from(&track),
        products: vec![
            shirt(),
            product("lamp", vec![variant("lamp", &[], 8_900, true)]),
            product("rug", vec![variant("rug", &[], 12_900, false)]),
        ],
        policy: SellingPolicy {
            currency: eur(),
            countries: vec!["DE".to_owned(), "FR".to_owned()],
            quantity_max: 10,
            withdrawal_days: 14,
            terms_url: "/terms".to_owned(),
            privacy_url: "/privacy".to_owned(),
            paid_partnership: true,
        },
    })
}

/// What each field holds in [`filled_form`].
pub(crate) const TYPED: [(Field, &str); 6] = [
    (Field::Email, "ada@example.org"),
    (Field::Name, "Ada Lovelace"),
    (Field::Country, "DE"),
    (Field::Line1, "Lange Reihe 1"),
    (Field::Postcode, "20099"),
    (Field::City, "Hamburg"),
];

pub(crate) fn filled_form() -> Form {
    let mut form = Form::default();
    for (field, text) in TYPED {
        form.set(field, text.to_owned());
    }
    form
}

#[test]
fn the_track_of_the_fixture_is_valid() {
    assert_eq!(TRACK_VERSION, 1);
    let (track, defects) = document().tag_track.validate();
    assert_eq!((track.tags.len(), defects), (5, Vec::new()));
}
