//! Bag bindings: a bag line tied to the click that led to it, so that no later click can take it
//! away.

mod create;

pub(crate) use create::__path_create;
pub(crate) use create::create;

use shoptag_commerce::BrandId;

/// What is known when a line is bound.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BindingFacts {
    /// The brand of the clicked product.
    pub click_brand: BrandId,
    /// The brand of what goes into the bag; `None`: there is no such variant.
    pub variant_brand: Option<BrandId>,
    /// Days that the brand keeps a line bound.
    pub days: u16,
}
