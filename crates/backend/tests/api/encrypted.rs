//! PostgreSQL over TLS, by the program itself: `sslmode=require` in the address, and an authority
//! in `SSL_CERT_FILE`.

use std::net::TcpListener;
use std::path::Path;
use std::process::{Command, Output};

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};

use crate::support::cluster::Cluster;

/// An authority, and a server's certificate and key that it vouches for; all as PEM.
struct Certificates {
    authority: String,
    certificate: String,
    key: String,
}

fn certificates(host: &str) -> Certificates {
    let mut params = CertificateParams::new(Vec::new()).unwrap();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let authority = CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap();
    let key = KeyPair::generate().unwrap();
    let server = CertificateParams::new(vec![host.to_owned()]).unwrap();
    let certificate = server.signed_by(&key, &authority).unwrap();
    Certificates {
        authority: authority.pem(),
        certificate: certificate.pem(),
        key: key.serialize_pem(),
    }
}

/// Lists the keys of the database at `url`, which makes the schema first.
fn list_keys(url: &str, authority: &Path) -> Output {
    Command::new(env!("CARGO_BIN_EXE_shoptag-backend"))
        .args(["keys", "list", "--database-url", url])
        .env("SSL_CERT_FILE", authority)
        .env_remove("SSL_CERT_DIR")
        .env_remove("SHOPTAG_TOKEN_KEYS")
        .output()
        .unwrap()
}

#[test]
fn a_server_is_spoken_to_in_secret_and_only_if_it_shows_who_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let own = certificates("127.0.0.1");
    let others = certificates("127.0.0.1");
    let write = |name: &str, pem: &str| {
        let path = folder.path().join(name);
        std::fs::write(&path, pem).unwrap();
        path
    };
    let authority = write("own.pem", &own.authority);
    let other = write("other.pem", &others.authority);
    let free = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = free.local_addr().unwrap().port().to_string();
    drop(free);
    let _cluster = Cluster::start_with(&[
        ("TLS_KEY", own.key.as_str()),
        ("TLS_CERTIFICATE", &own.certificate),
        ("TLS_PORT", &port),
    ]);
    let url = |host: &str, mode: &str| {
        format!("postgres://postgres@{host}:{port}/postgres?sslmode={mode}")
    };

    // The server takes no other connection than an encrypted one.
    let listed = list_keys(&url("127.0.0.1", "require"), &authority);
    let said = String::from_utf8_lossy(&listed.stderr).into_owned();
    assert!(listed.status.success(), "{said}");
    for (host, mode, trusted, why) in [
        ("127.0.0.1", "disable", &authority, "no encryption"),
        ("127.0.0.1", "require", &other, "certificate"),
        // The certificate is for the address.
        ("localhost", "require", &authority, "certificate"),
        (
            "127.0.0.1",
            "require",
            &folder.path().join("none.pem"),
            "SSL_CERT_FILE",
        ),
    ] {
        let refused = list_keys(&url(host, mode), trusted);
        let said = String::from_utf8_lossy(&refused.stderr).into_owned();
        assert!(!refused.status.success(), "{host} {mode} {why}");
        assert!(said.contains(why), "{host} {mode}: {said}");
    }
}
