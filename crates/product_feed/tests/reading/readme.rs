//! The README's table of codes is made of the code.

use shoptag_product_feed::code::{ALL, Refuses};

#[test]
fn the_readme_lists_every_code_with_its_meaning() {
    let rows = ALL.iter().map(|entry| {
        let refuses = match entry.refuses {
            Refuses::Feed => "feed",
            Refuses::Part => "part",
        };
        format!("| `{}` | {refuses} | {} |\n", entry.code, entry.meaning)
    });
    let table = format!(
        "| code | refuses | meaning |\n|---|---|---|\n{}\n",
        rows.collect::<String>()
    );
    assert!(
        include_str!("../../README.md").contains(&table),
        "the table should read:\n{table}"
    );
}

#[test]
fn codes_are_sorted_and_unique() {
    assert!(ALL.is_sorted_by(|a, b| a.code < b.code));
}
