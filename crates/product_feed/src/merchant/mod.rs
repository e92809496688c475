//! Google Merchant feeds: one item a variant; an item group is a product.
//!
//! `tsv` and `xml` only collect attributes; `item` checks them; `group` makes products of them.

mod attributes;
mod group;
mod item;
mod tsv;
mod xml;

pub(crate) use tsv::read as read_tsv;
pub(crate) use xml::read as read_xml;
