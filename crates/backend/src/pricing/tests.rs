//! The rules of prices as tables, and their invariants over generated bags.

use proptest::prelude::*;
use shoptag_commerce::{ProductId, VariantId};

use super::*;

fn item(brand: &str, unit_price_minor: i64, quantity: u32, category: &str) -> Item {
    Item {
        line: PricedLine {
            variant_id: VariantId::parse("v").unwrap(),
            product_id: ProductId::parse("p").unwrap(),
            brand_id: BrandId::parse(brand).unwrap(),
            title: "Thing".into(),
            variant_label: String::new(),
            image_url: None,
            quantity,
            unit_price_minor,
            discount_minor: 0,
            total_minor: 0,
            tax_minor: 0,
        },
        category: category.into(),
    }
}

fn delivery(id: &str, price_minor: i64, free_from_minor: Option<i64>) -> DeliveryTerms {
    DeliveryTerms {
        id: id.into(),
        label: id.into(),
        countries: vec!["DE".into()],
        price_minor,
        free_from_minor,
        days_min: 2,
        days_max: 4,
    }
}

fn discount(quantity_min: u32, rate_bp: u16) -> DiscountTerms {
    DiscountTerms {
        id: format!("{quantity_min}-{rate_bp}"),
        label: format!("{rate_bp} from {quantity_min}"),
        quantity_min,
        rate: BasisPoints::new(rate_bp).unwrap(),
    }
}

fn brand(id: &str, delivery: Vec<DeliveryTerms>, discounts: Vec<DiscountTerms>) -> BrandTerms {
    BrandTerms {
        brand: Brand {
            id: BrandId::parse(id).unwrap(),
            name: id.into(),
            legal_name: id.into(),
        },
        return_days: 30,
        delivery,
        discounts,
    }
}

fn tax(country: &str, category: &str, rate_bp: u16) -> TaxRate {
    TaxRate {
        country: country.into(),
        category: category.into(),
        rate: BasisPoints::new(rate_bp).unwrap(),
    }
}

fn terms() -> SellingTerms {
    let halden = brand(
        "halden",
        vec![
            delivery("express", 1290, None),
            delivery("standard", 490, Some(5000)),
        ],
        vec![discount(2, 1000), discount(3, 1500)],
    );
    let norrby = brand("norrby", vec![delivery("standard", 550, None)], vec![]);
    let brands = [halden, norrby].map(|terms| (terms.brand.id.clone(), terms));
    SellingTerms {
        brands: brands.into_iter().collect(),
        tax: vec![
            tax("DE", "*", 1900),
            tax("DE", "Home > Plants", 700),
            tax("FR", "*", 2000),
        ],
    }
}

fn check(items: &[Item], expected: [i64; 5]) {
    let totals = price(items, "DE", &[], &terms()).unwrap().totals;
    let found = [
        totals.items_minor,
        totals.discount_minor,
        totals.delivery_minor,
        totals.tax_minor,
        totals.total_minor,
    ];
    assert_eq!(found, expected, "items, discount, delivery, tax, total");
}

#[test]
fn a_bag_costs_items_less_discounts_plus_delivery_with_the_tax_contained() {
    check(
        &[item("halden", 4900, 1, "")],
        [4900, 0, 490, 782 + 78, 5390],
    );
    // Free from 50 euros, counted before the discount.
    check(&[item("halden", 2500, 2, "")], [5000, 500, 0, 718, 4500]);
    // Three or more: the better of the two discounts, not both.
    check(
        &[item("halden", 1000, 3, "")],
        [3000, 450, 490, 407 + 78, 3040],
    );
    // Two brands: two deliveries; the reduced rate holds below its path only.
    check(
        &[
            item("halden", 1000, 1, "Home > Plants > Pots"),
            item("norrby", 1000, 1, "Home > Plant"),
        ],
        [2000, 0, 1040, 65 + 160 + 78 + 88, 3040],
    );
}

#[test]
fn a_bag_that_cannot_be_priced_says_why() {
    let halden = || vec![item("halden", 100, 1, "")];
    let choice = |brand: &str, option: &str| DeliveryChoice {
        brand_id: BrandId::parse(brand).unwrap(),
        option_id: option.into(),
    };
    let norrby = BrandId::parse("norrby").unwrap();
    for (items, country, choices, expected) in [
        (
            vec![item("halden", i64::MAX, 2, "")],
            "DE",
            vec![],
            PricingError::Overflow,
        ),
        (
            vec![item("norrby", 1, 1, "")],
            "FR",
            vec![],
            PricingError::NoDelivery(norrby),
        ),
        (
            halden(),
            "DE",
            vec![choice("halden", "drone")],
            PricingError::UnknownChoice(0),
        ),
        (
            halden(),
            "DE",
            vec![choice("norrby", "standard")],
            PricingError::UnknownChoice(0),
        ),
    ] {
        assert_eq!(price(&items, country, &choices, &terms()), Err(expected));
    }
}

#[test]
fn the_shopper_chooses_the_delivery_else_it_is_the_cheapest() {
    let items = [item("halden", 4900, 1, "")];
    let choice = DeliveryChoice {
        brand_id: BrandId::parse("halden").unwrap(),
        option_id: "express".into(),
    };
    let chosen = price(&items, "DE", &[choice], &terms()).unwrap();
    assert_eq!(chosen.totals.delivery_minor, 1290);
    let priced = price(&items, "DE", &[], &terms()).unwrap();
    assert_eq!(priced.shipments[0].chosen, "standard");
    assert_eq!(
        priced.shipments[0].options[0].id, "standard",
        "cheapest first"
    );
}

fn any_items() -> impl Strategy<Value = Vec<Item>> {
    let line = (
        prop::sample::select(vec!["halden", "norrby"]),
        1_i64..10_000_000,
        1_u32..=1000,
    )
        .prop_map(|(brand, price, quantity)| item(brand, price, quantity, ""));
    prop::collection::vec(line, 1..30)
}

proptest! {
    #[test]
    fn totals_add_up_and_no_minor_unit_is_lost(items in any_items()) {
        let priced = price(&items, "DE", &[], &terms()).unwrap();
        let totals = priced.totals;
        let lines = &priced.lines;
        let sum = |of: fn(&PricedLine) -> i64| lines.iter().map(of).sum::<i64>();
        prop_assert_eq!(sum(|line| line.discount_minor), totals.discount_minor);
        let applied: i64 = priced.discounts.iter().map(|discount| discount.amount_minor).sum();
        prop_assert_eq!(applied, totals.discount_minor);
        prop_assert_eq!(sum(|line| line.total_minor) + totals.delivery_minor, totals.total_minor);
        prop_assert_eq!(
            totals.items_minor - totals.discount_minor + totals.delivery_minor,
            totals.total_minor
        );
        for line in lines {
            let items = line.unit_price_minor * i64::from(line.quantity);
            prop_assert_eq!(items - line.discount_minor, line.total_minor);
            prop_assert!(line.discount_minor >= 0 && line.total_minor >= 0);
        }
    }

    #[test]
    fn tax_is_contained_and_the_rest_bears_it(gross in 0_i64..=i64::MAX, rate in 0_u16..=10_000) {
        let rate = BasisPoints::new(rate).unwrap();
        let tax = contained_tax(gross, rate);
        prop_assert!((0..=gross).contains(&tax));
        let net = i128::from(gross - tax);
        let error = i128::from(tax) * 10_000 - net * i128::from(rate.get());
        prop_assert!(error.abs() <= 10_000, "within one minor unit");
    }
}
