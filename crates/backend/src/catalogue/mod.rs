//! The catalogue: a tenant's setup file applied, brands' feeds imported.

mod import;
mod setup;
mod tenant_file;

pub use import::{ImportError, Imported, import};
pub use setup::{
    BrandSetup, CatalogueImage, CatalogueOption, CatalogueProduct, CatalogueVariant, CreatorSetup,
    RatingSetup, TenantSetup, VideoSetup,
};
pub use tenant_file::{Applied, ApplyError, apply};
