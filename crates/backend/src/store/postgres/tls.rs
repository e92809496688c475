//! Encrypted connections: where the address says `sslmode=require`, the server must show a
//! certificate for its host by an authority that this machine trusts.

use std::sync::Arc;

use postgres::Config;
use postgres::config::SslMode;
use rustls::crypto::ring;
use rustls::{ClientConfig, RootCertStore};
use tokio_postgres_rustls::MakeRustlsConnect;

use crate::store::StoreError;

/// What opens encrypted connections; `None` where the address does not ask for any.
///
/// # Errors
/// [`StoreError::Unavailable`] when it asks for them and no authority is trusted.
pub(super) fn of(config: &Config) -> Result<Option<MakeRustlsConnect>, StoreError> {
    if config.get_ssl_mode() != SslMode::Require {
        return Ok(None);
    }
    let found = rustls_native_certs::load_native_certs();
    let mut trusted = RootCertStore::empty();
    let (added, _) = trusted.add_parsable_certificates(found.certs);
    if added == 0 {
        let why = found.errors.iter().map(ToString::to_string);
        let why = why.collect::<Vec<_>>().join("; ");
        return Err(StoreError::Unavailable(format!(
            "sslmode=require, and this machine trusts no certificate authority: name one in \
             SSL_CERT_FILE ({why})"
        )));
    }
    let client = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(|error| StoreError::Unavailable(error.to_string()))?
        .with_root_certificates(trusted)
        .with_no_client_auth();
    Ok(Some(MakeRustlsConnect::new(client)))
}
