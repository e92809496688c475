//! What the shopper's widget sends, gets and keeps.

use shoptag_commerce::Timestamp;
use shoptag_json::assert_agrees_with_serde;
use shoptag_protocol::{
    Address, AppliedDiscount, Brand, ClaimedCredits, Contact, CreatorInfo, CreditDays,
    DeliveryChoice, DeliveryOption, DeliveryPromise, FieldError, FulfilmentStatus, Image,
    OptionAxis, OptionValue, OrderLine, OrderRequest, OrderStatus, OrderedLine, Payment,
    PaymentMethod, PricedLine, Problem, Product, Quote, QuoteLine, QuoteRequest, QuotedShipment,
    Rating, SavedBag, SavedLine, SellingPolicy, Shipment, Totals, Variant, Video, VideoDocument,
    code,
};

use crate::{check, check_both, id};

const NOON: Timestamp = Timestamp::from_ms(1_795_348_800_000);

fn halden() -> Brand {
    Brand {
        id: id!("halden"),
        name: "Halden".to_owned(),
        legal_name: "Halden GmbH, Hamburg".to_owned(),
    }
}

fn mira() -> CreatorInfo {
    CreatorInfo {
        id: id!("mira"),
        name: "Mira Okafor".to_owned(),
        handle: "@mira.makes".to_owned(),
    }
}

fn standard() -> DeliveryOption {
    DeliveryOption {
        id: "standard".to_owned(),
        label: "Standard delivery".to_owned(),
        price_minor: 490,
        days_min: 2,
        days_max: 4,
    }
}

fn totals() -> Totals {
    Totals {
        items_minor: 9_800,
        discount_minor: 980,
        delivery_minor: 490,
        tax_minor: 1_486,
        total_minor: 9_310,
    }
}

fn lamp() -> Product {
    Product {
        id: id!("lamp"),
        brand: halden(),
        title: "Linen lamp".to_owned(),
        description: "Linen over oak.".to_owned(),
        images: vec![Image {
            url: "/media/lamp.webp".to_owned(),
            alt: "A lamp".to_owned(),
            width: 800,
            height: 1_000,
        }],
        options: vec![OptionAxis {
            name: "Colour".to_owned(),
            values: vec![
                OptionValue {
                    label: "Sand".to_owned(),
                    swatch: Some("#d8c4a0".to_owned()),
                },
                OptionValue {
                    label: "Ink".to_owned(),
                    swatch: None,
                },
            ],
        }],
        variants: vec![Variant {
            id: id!("lamp-sand"),
            options: vec!["Sand".to_owned()],
            price_minor: 4_900,
            compare_at_minor: Some(5_900),
            available: true,
            image: Some(0),
        }],
        currency: id!("EUR"),
        rating: Some(Rating {
            average_hundredths: 462,
            count: 218,
        }),
        delivery: DeliveryPromise {
            price_minor: 490,
            free_from_minor: Some(10_000),
            days_min: 2,
            days_max: 4,
        },
        return_days: 30,
        credit: CreditDays { click: 7, bag: 14 },
    }
}

fn quote() -> Quote {
    Quote {
        quote_id: id!("019a0000-0000-7000-8000-000000000001"),
        checkout_attempt_id: id!("019a0000-0000-7000-8000-000000000002"),
        quoted_at: NOON,
        expires_at: NOON.plus_ms(900_000),
        currency: id!("EUR"),
        lines: vec![PricedLine {
            variant_id: id!("lamp-sand"),
            product_id: id!("lamp"),
            brand_id: id!("halden"),
            title: "Linen lamp".to_owned(),
            variant_label: "Sand".to_owned(),
            image_url: Some("/media/lamp.webp".to_owned()),
            quantity: 2,
            unit_price_minor: 4_900,
            discount_minor: 980,
            total_minor: 8_820,
            tax_minor: 1_408,
        }],
        shipments: vec![QuotedShipment {
            brand: halden(),
            options: vec![standard()],
            chosen: "standard".to_owned(),
        }],
        discounts: vec![AppliedDiscount {
            label: "10 % off two or more from Halden".to_owned(),
            amount_minor: 980,
        }],
        totals: totals(),
        ready: true,
    }
}

#[test]
fn video() {
    let track = r#"{"schema_version":1,"tags":[{"id":"t1","product":"lamp","start":0,"end":5.5,
        "key_frames":[{"t":0,"x":0.5,"y":0.25},{"t":5.5,"x":0.75,"y":0.25}]}]}"#;
    let document = VideoDocument {
        schema_version: shoptag_protocol::SCHEMA_VERSION,
        video: Video {
            id: id!("day"),
            title: "A day".to_owned(),
            creator: mira(),
        },
        tag_track: serde_json::from_str(track).unwrap(),
        products: vec![lamp()],
        policy: SellingPolicy {
            currency: id!("EUR"),
            countries: vec!["DE".to_owned(), "NL".to_owned()],
            quantity_max: 1_000,
            withdrawal_days: 14,
            terms_url: "/terms.html".to_owned(),
            privacy_url: "/privacy.html".to_owned(),
            paid_partnership: true,
        },
    };
    check_both("video", &document);
}

#[test]
fn a_quote_and_its_request() {
    let least = QuoteRequest {
        site: id!("pk_demo"),
        video: None,
        checkout_attempt_id: id!("019a0000-0000-7000-8000-000000000002"),
        sequence: None,
        currency: id!("EUR"),
        lines: vec![QuoteLine {
            variant_id: id!("lamp-sand"),
            quantity: 2,
            receipt: None,
        }],
        country: "DE".to_owned(),
        contact: None,
        address: None,
        delivery: Vec::new(),
    };
    check("quote_request_least", &least);
    let whole = QuoteRequest {
        video: Some(id!("day")),
        sequence: Some(3),
        lines: vec![QuoteLine {
            receipt: Some("v4.public.bag".to_owned()),
            ..least.lines[0].clone()
        }],
        contact: Some(Contact {
            email: "jo@example.com".to_owned(),
            name: "Jo Example".to_owned(),
            phone: Some("+49 40 123456".to_owned()),
        }),
        address: Some(Address {
            line1: "Lange Reihe 5".to_owned(),
            line2: Some("2nd floor".to_owned()),
            postcode: "20099".to_owned(),
            city: "Hamburg".to_owned(),
        }),
        delivery: vec![DeliveryChoice {
            brand_id: id!("halden"),
            option_id: "standard".to_owned(),
        }],
        ..least
    };
    check("quote_request", &whole);
    check_both("quote", &quote());
}

#[test]
fn an_order_and_its_request() {
    let least = OrderRequest {
        site: id!("pk_demo"),
        order_id: id!("019a0000-0000-7000-8000-000000000003"),
        checkout_attempt_id: id!("019a0000-0000-7000-8000-000000000002"),
        quote_id: id!("019a0000-0000-7000-8000-000000000001"),
        currency: id!("EUR"),
        lines: vec![OrderLine {
            variant_id: id!("lamp-sand"),
            quantity: 2,
            unit_price_minor: 4_900,
            receipt: None,
        }],
        total_minor: 9_310,
        discount_minor: None,
        payment: Payment {
            method: PaymentMethod::PayOnDelivery,
        },
        created_at: "2026-11-22T12:00:00.000Z".to_owned(),
        receipts: Vec::new(),
        account: None,
        credits: ClaimedCredits::default(),
    };
    check("order_request_least", &least);
    let mut whole = least.clone();
    whole.discount_minor = Some(980);
    whole.lines[0].receipt = Some("v4.public.bag".to_owned());
    whole.receipts = vec!["v4.public.click".to_owned()];
    whole.account = Some("customer-81".to_owned());
    check("order_request", &whole);
    let status = OrderStatus {
        order_id: least.order_id,
        number: "ST-7K3Q-94MX".to_owned(),
        placed_at: NOON,
        currency: id!("EUR"),
        lines: vec![OrderedLine {
            variant_id: id!("lamp-sand"),
            product_id: id!("lamp"),
            brand_id: id!("halden"),
            title: "Linen lamp".to_owned(),
            variant_label: "Sand".to_owned(),
            image_url: None,
            quantity: 2,
            unit_price_minor: 4_900,
            discount_minor: 980,
            total_minor: 8_820,
            credited: Some(mira()),
        }],
        shipments: vec![Shipment {
            brand: halden(),
            delivery: standard(),
            status: FulfilmentStatus::Placed,
        }],
        totals: totals(),
        payment: least.payment,
        status_url: "/orders/secret".to_owned(),
        cancellable: true,
    };
    check_both("order_status", &status);
    for status in [
        FulfilmentStatus::Placed,
        FulfilmentStatus::Shipped,
        FulfilmentStatus::Delivered,
        FulfilmentStatus::Returned,
        FulfilmentStatus::Cancelled,
    ] {
        assert_agrees_with_serde(&status);
    }
}

#[test]
fn saved_bag() {
    let bag = SavedBag {
        schema_version: shoptag_protocol::SCHEMA_VERSION,
        currency: id!("EUR"),
        lines: vec![SavedLine {
            variant_id: id!("lamp-sand"),
            product_id: id!("lamp"),
            title: "Linen lamp".to_owned(),
            variant_label: "Sand".to_owned(),
            brand_name: "Halden".to_owned(),
            image_url: Some("/media/lamp.webp".to_owned()),
            unit_price_minor: 4_900,
            quantity: 1,
            video: id!("day"),
            tag: Some(id!("t1")),
            creator: Some(mira()),
            added_at: NOON,
            receipt: Some("v4.public.bag".to_owned()),
        }],
    };
    check_both("saved_bag", &bag);
}

#[test]
fn problem() {
    let least = Problem {
        kind: "/problems/not-found".to_owned(),
        title: "There is nothing here.".to_owned(),
        status: 404,
        code: code::NOT_FOUND.to_owned(),
        ..Problem::default()
    };
    check_both("problem_least", &least);
    let whole = Problem {
        kind: "/problems/price-changed".to_owned(),
        title: "The price has changed.".to_owned(),
        status: 409,
        code: code::PRICE_CHANGED.to_owned(),
        detail: Some("Nothing was ordered.".to_owned()),
        errors: vec![FieldError {
            pointer: "/lines/0/quantity".to_owned(),
            code: code::OUT_OF_STOCK.to_owned(),
            detail: "Take at most 1.".to_owned(),
            available: Some(1),
        }],
        quote: Some(Box::new(quote())),
    };
    check_both("problem", &whole);
}
