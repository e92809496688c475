//! Site keys: which tenant they speak for, and which pages may use them.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use axum::http::{HeaderMap, HeaderValue, header};
use shoptag_commerce::{SECOND_MS, SiteKey, TenantId, Timestamp};
use shoptag_protocol::code;

use crate::cached::Cached;
use crate::error::ApiError;
use crate::store::{Store, StoreError};

/// How long a look into the table of sites holds. A removed origin is refused after that time; two
/// seconds spare a busy server nearly every read.
const DIRECTORY_AGE_MS_MAX: i64 = 2 * SECOND_MS;

/// A site key and what it is bound to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Site {
    /// The public key.
    pub key: SiteKey,
    /// Whose it is.
    pub tenant: TenantId,
    /// Origins of the pages that may use it, as browsers write them: `https://shop.example`.
    pub origins: Vec<String>,
}

/// All sites at one moment.
#[derive(Debug, Default)]
pub struct Directory {
    sites: HashMap<SiteKey, Site>,
    origins: HashSet<String>,
}

impl Directory {
    /// The site of `key` for a page of the request's origin. A request without `Origin` comes from
    /// no page (or from one of the backend's own) and passes.
    ///
    /// # Errors
    /// `site-unknown`, `origin`.
    pub fn site(&self, key: &SiteKey, headers: &HeaderMap) -> Result<&Site, ApiError> {
        let site = self
            .sites
            .get(key)
            .ok_or_else(|| ApiError::new(code::SITE_UNKNOWN))?;
        match headers.get(header::ORIGIN) {
            Some(origin) if !site.origins.iter().any(|own| origin == own.as_str()) => {
                Err(ApiError::new(code::ORIGIN))
            }
            _ => Ok(site),
        }
    }

    /// Whether any site lists this origin, exactly.
    #[must_use]
    pub fn lists(&self, origin: &HeaderValue) -> bool {
        origin
            .to_str()
            .is_ok_and(|origin| self.origins.contains(origin))
    }

    /// Whether a site of `tenant` lists the request's origin; requests without one pass.
    #[must_use]
    pub fn tenant_lists(&self, tenant: &TenantId, headers: &HeaderMap) -> bool {
        let Some(origin) = headers.get(header::ORIGIN) else {
            return true;
        };
        self.sites
            .values()
            .filter(|site| site.tenant == *tenant)
            .any(|site| site.origins.iter().any(|own| origin == own.as_str()))
    }
}

/// The directory, looked up again when it is old.
#[derive(Debug)]
pub struct Sites {
    own_origins: Vec<String>,
    directory: Cached<Directory, StoreError>,
}

/// Without origins of its own.
impl Default for Sites {
    fn default() -> Self {
        Self::new(Vec::new())
    }
}

impl Sites {
    /// A directory in which every site also lists `own_origins`: those under which the backend
    /// itself serves pages.
    #[must_use]
    pub fn new(own_origins: Vec<String>) -> Self {
        Self {
            own_origins,
            directory: Cached::new(DIRECTORY_AGE_MS_MAX),
        }
    }

    /// The sites as they were looked up last; none before the first time.
    #[must_use]
    pub fn known(&self) -> Arc<Directory> {
        self.directory.known().unwrap_or_default()
    }

    /// The sites as of now, or of at most two seconds ago.
    ///
    /// # Errors
    /// The store's.
    pub async fn directory(
        &self,
        store: &Arc<dyn Store>,
        now: Timestamp,
    ) -> Result<Arc<Directory>, StoreError> {
        let look_up = |_| look_up(Arc::clone(store), self.own_origins.clone());
        self.directory.get(now, look_up).await
    }
}

async fn look_up(store: Arc<dyn Store>, own_origins: Vec<String>) -> Result<Directory, StoreError> {
    let mut directory = Directory::default();
    for mut site in store.sites().await? {
        site.origins.extend(own_origins.iter().cloned());
        directory.origins.extend(site.origins.iter().cloned());
        directory.sites.insert(site.key.clone(), site);
    }
    Ok(directory)
}
