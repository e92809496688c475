//! Shopify's product export: several rows a product, held together by the handle.

mod columns;
mod draft;
mod read;
mod variant;

pub(crate) use read::read;
