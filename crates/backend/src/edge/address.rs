//! Whose request it is, as far as limits are concerned: the connection's address, or what a proxy
//! of ours says about the one behind it.

use std::net::{IpAddr, Ipv6Addr};

use axum::http::{HeaderMap, HeaderName};
use ipnet::IpNet;

/// The chain of addresses that a request came through, the nearest one last.
const FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");

/// Proxies whose `X-Forwarded-For` is believed. None, unless they are named.
#[derive(Debug, Clone, Default)]
pub struct TrustedProxies(Vec<IpNet>);

impl TrustedProxies {
    /// Believes the proxies within `networks`.
    #[must_use]
    pub fn new(networks: Vec<IpNet>) -> Self {
        Self(networks)
    }

    /// The client behind `peer`: the last address of the chain that is no proxy of ours. What
    /// stands before it is the client's own saying.
    #[must_use]
    pub fn client(&self, peer: IpAddr, headers: &HeaderMap) -> IpAddr {
        let mut client = peer.to_canonical();
        let lines: Vec<&str> = headers
            .get_all(FORWARDED_FOR)
            .iter()
            .map(|line| line.to_str().unwrap_or_default())
            .collect();
        let mut chain = lines.iter().rev().flat_map(|line| line.rsplit(','));
        while self.0.iter().any(|network| network.contains(&client)) {
            match chain.next().map(|text| text.trim().parse::<IpAddr>()) {
                Some(Ok(address)) => client = address.to_canonical(),
                // The proxy says nothing, or nothing that can be read: it answers for the request.
                _ => break,
            }
        }
        client
    }
}

/// What a limit is counted on: an address of IPv4, or the network of IPv6 that one customer gets.
#[must_use]
pub(crate) fn counted(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) => {
            let [a, b, c, d, ..] = address.segments();
            Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0).into()
        }
        address => address,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(lines: &[&str]) -> HeaderMap {
        lines
            .iter()
            .map(|line| (FORWARDED_FOR, line.parse().unwrap()))
            .collect()
    }

    #[test]
    fn only_a_named_proxy_is_believed_and_only_about_its_own_client() {
        let proxies = TrustedProxies::new(vec!["10.0.0.0/8".parse().unwrap()]);
        let check = |peer: &str, lines: &[&str], expected: &str| {
            let found = proxies.client(peer.parse().unwrap(), &headers(lines));
            assert_eq!(
                found,
                expected.parse::<IpAddr>().unwrap(),
                "{peer} {lines:?}"
            );
        };
        check("192.0.2.1", &["198.51.100.7"], "192.0.2.1");
        check("10.0.0.1", &["198.51.100.7"], "198.51.100.7");
        check(
            "10.0.0.1",
            &["6.6.6.6, 198.51.100.7, 10.0.0.2"],
            "198.51.100.7",
        );
        check("10.0.0.1", &["6.6.6.6", "198.51.100.7"], "198.51.100.7");
        check("::ffff:10.0.0.1", &["198.51.100.7"], "198.51.100.7");
        check("10.0.0.1", &["6.6.6.6, unknown"], "10.0.0.1");
        check("10.0.0.1", &[], "10.0.0.1");
        let nobody = TrustedProxies::default();
        let spoofed = headers(&["198.51.100.7"]);
        let peer: IpAddr = "10.0.0.1".parse().unwrap();
        assert_eq!(nobody.client(peer, &spoofed), peer);
    }

    #[test]
    fn a_customers_network_counts_as_one() {
        let check = |address: &str, expected: &str| {
            let expected: IpAddr = expected.parse().unwrap();
            assert_eq!(counted(address.parse().unwrap()), expected);
        };
        check("192.0.2.1", "192.0.2.1");
        check("::ffff:192.0.2.1", "192.0.2.1");
        check("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::");
    }
}
