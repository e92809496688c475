//! Links and pictures: parsed as a browser does, then only what may be shown and fetched is let
//! through.
//!
//! Nothing is fetched and no name is resolved here. Whoever fetches checks the resolved address
//! again: a public name may point at a private address (DNS rebinding).

use std::net::{Ipv4Addr, Ipv6Addr};

use url::{Host, Url};

use crate::code;

/// Longest URL in bytes; Google Merchant allows 2000 characters, browsers and proxies about 2048.
const BYTES_MAX: usize = 2_048;

/// Names that never lead out of the machine or the local network (RFC 6761, 6762, 8375, ICANN's
/// `internal`), and services that answer with whatever address is written in the name.
const PRIVATE_SUFFIXES: [&str; 15] = [
    "localhost",
    "local",
    "localdomain",
    "internal",
    "intranet",
    "lan",
    "home",
    "corp",
    "home.arpa",
    "nip.io",
    "sslip.io",
    "xip.io",
    "localtest.me",
    "lvh.me",
    "rbndr.us",
];

/// The URL in its canonical form: `https:`, or a path on our own origin that starts with a single
/// `/` (for demo and self-hosted catalogues). `Err` is the code.
pub(crate) fn check(text: &str) -> Result<String, &'static str> {
    let text = text.trim();
    if text.len() > BYTES_MAX {
        return Err(code::URL_FORMAT);
    }
    if text.starts_with('/') {
        return check_path(text);
    }
    let url = Url::parse(text).map_err(|_| code::URL_FORMAT)?;
    if !matches!(url.scheme(), "https" | "http") {
        return Err(code::URL_SCHEME);
    }
    if url.host().is_none_or(|host| is_private(&host)) {
        return Err(code::URL_PRIVATE);
    }
    if url.scheme() != "https" {
        return Err(code::URL_SCHEME);
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(code::URL_FORMAT);
    }
    Ok(url.into())
}

/// A browser drops tabs and line breaks and takes `\` for `/`, so that `/\t/host` is another host.
fn check_path(text: &str) -> Result<String, &'static str> {
    let odd =
        |character: char| character == '\\' || character.is_control() || character.is_whitespace();
    if text.starts_with("//") || text.contains(odd) {
        return Err(code::URL_SCHEME);
    }
    let base = Url::parse("https://own.invalid/").map_err(|_| code::URL_FORMAT)?;
    let url = base.join(text).map_err(|_| code::URL_FORMAT)?;
    let path = String::from(url);
    match path.strip_prefix("https://own.invalid") {
        Some(path) if path.starts_with('/') && !path.starts_with("//") => Ok(path.to_owned()),
        _ => Err(code::URL_SCHEME),
    }
}

fn is_private(host: &Host<&str>) -> bool {
    match host {
        Host::Ipv4(address) => is_private_v4(*address),
        Host::Ipv6(address) => is_private_v6(*address),
        Host::Domain(name) => {
            let name = name.trim_end_matches('.').to_ascii_lowercase();
            // A name without a dot is found through the local search list only.
            !name.contains('.')
                || PRIVATE_SUFFIXES.iter().any(|suffix| {
                    name.strip_suffix(suffix)
                        .is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
                })
        }
    }
}

/// IANA's special-purpose addresses (RFC 6890 and its registry) and multicast.
fn is_private_v4(address: Ipv4Addr) -> bool {
    let [a, b, c, _] = address.octets();
    address.is_private()
        || address.is_loopback()
        || address.is_link_local()
        || address.is_documentation()
        || matches!(
            (a, b, c),
            (0, ..) | (100, 64..=127, _) | (192, 0, 0) | (192, 88, 99)
        )
        || matches!((a, b), (198, 18..=19))
        || a >= 224
}

/// Everything but global unicast (`2000::/3`); within it, documentation, and the ranges that carry
/// an IPv4 address inside.
fn is_private_v6(address: Ipv6Addr) -> bool {
    let [a, b, c, ..] = address.segments();
    if let Some(inner) = address.to_ipv4_mapped() {
        return is_private_v4(inner);
    }
    a & 0xE000 != 0x2000
        || a == 0x2002
        || (a == 0x2001 && (b < 0x200 || b == 0xDB8))
        || (a == 0x3FFF && b < 0x1000)
        || (a, b, c) == (0x2620, 0x4F, 0x8000)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn only_public_https_and_own_paths_pass() {
        let check = |text: &str, expected: Result<&str, &str>| {
            assert_eq!(super::check(text), expected.map(str::to_owned), "{text:?}");
        };
        check("https://shop.example/lamp", Ok("https://shop.example/lamp"));
        check(" HTTPS://Shop.Example ", Ok("https://shop.example/"));
        check(
            "https://shop.example/ü?a=1#b",
            Ok("https://shop.example/%C3%BC?a=1#b"),
        );
        check("https://8.8.8.8/x", Ok("https://8.8.8.8/x"));
        check(
            "https://[2606:4700::1111]/x",
            Ok("https://[2606:4700::1111]/x"),
        );
        check("/media/lamp.webp", Ok("/media/lamp.webp"));
        check("/media/../x?y=//z", Ok("/x?y=//z"));
        for text in [
            "javascript:alert(1)",
            " java\tscript:alert(1)",
            "JAVASCRIPT:x",
            "data:text/html,x",
            "vbscript:x",
            "ftp://shop.example/x",
            "http://shop.example/x",
            "file:///etc/passwd",
            "blob:https://shop.example/x",
            "//shop.example/x",
            "/\\shop.example",
            "/\t/shop.example",
            "/..//shop.example",
            "/.//shop.example",
            "/a b",
            "mailto:a@shop.example",
        ] {
            check(text, Err(code::URL_SCHEME));
        }
        for text in [
            "",
            "lamp.jpg",
            "www.shop.example/x",
            "https://",
            "https://u:p@shop.example/",
            "https://u@shop.example/",
            "https://a b/",
            "\\\\shop.example",
        ] {
            check(text, Err(code::URL_FORMAT));
        }
        check(
            &format!("https://shop.example/{}", "x".repeat(2_100)),
            Err(code::URL_FORMAT),
        );
    }

    #[test]
    fn no_writing_of_a_private_address_passes() {
        for host in [
            "169.254.169.254",
            "[::1]",
            "localhost",
            "LOCALHOST.",
            "a.localhost",
            "0x7f000001",
            "2130706433",
            "017700000001",
            "127.1",
            "0",
            "0x7f.1",
            "10.0.0.1",
            "172.16.0.1",
            "192.168.1.1",
            "100.64.0.1",
            "192.0.0.8",
            "198.18.0.1",
            "224.0.0.1",
            "255.255.255.255",
            "[::]",
            "[::ffff:127.0.0.1]",
            "[::ffff:7f00:1]",
            "[fe80::1]",
            "[fd00::1]",
            "[fec0::1]",
            "[ff02::1]",
            "[64:ff9b::7f00:1]",
            "[2002:7f00:1::]",
            "[2001:db8::1]",
            "[::127.0.0.1]",
            "router",
            "printer.local",
            "x.internal",
            "metadata.google.internal",
            "nas.home.arpa",
            "127.0.0.1.nip.io",
            "7f000001.c0a80001.rbndr.us",
            "localtest.me",
            "①②⑦.0.0.1",
            "１２７.0.0.1",
        ] {
            for scheme in ["http", "https"] {
                let text = format!("{scheme}://{host}/latest/meta-data");
                assert_eq!(super::check(&text), Err(code::URL_PRIVATE), "{text}");
            }
        }
    }

    proptest! {
        #[test]
        fn what_passes_is_https_or_a_single_slash_and_stays_itself(text in any::<String>()) {
            for text in [text.clone(), format!("/{text}"), format!("https://{text}")] {
                if let Ok(url) = super::check(&text) {
                    let own = url.starts_with('/') && !url.starts_with("//");
                    prop_assert!(own || url.starts_with("https://"));
                    prop_assert!(!url.contains(|c: char| c.is_control() || c == ' '));
                    if url.len() <= BYTES_MAX {
                        prop_assert_eq!(super::check(&url), Ok(url));
                    }
                }
            }
        }
    }
}
