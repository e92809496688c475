//! The browser's name for itself: cut, cleaned, and whether it is a robot's.

use axum::http::HeaderMap;
use axum::http::header::USER_AGENT;

/// Characters that are kept (reliability.md T12).
const LENGTH_MAX: usize = 256;

/// Parts of names, in lower case, by which robots and automated browsers call themselves.
const ROBOTS: [&str; 16] = [
    "bot",
    "crawl",
    "spider",
    "slurp",
    "headless",
    "phantomjs",
    "puppeteer",
    "playwright",
    "selenium",
    "webdriver",
    "curl/",
    "wget/",
    "python-",
    "httpclient",
    "go-http",
    "scrapy",
];

/// A browser's name for itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct UserAgent {
    /// At most 256 printable characters.
    pub(crate) text: String,
    /// Empty, or a robot's name.
    pub(crate) is_bot: bool,
}

/// Reads it.
pub(crate) fn read(headers: &HeaderMap) -> UserAgent {
    let text: String = headers
        .get(USER_AGENT)
        .map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned())
        .unwrap_or_default()
        .chars()
        .filter(|letter| !letter.is_control())
        .take(LENGTH_MAX)
        .collect();
    let small = text.to_ascii_lowercase();
    let is_bot = small.trim().is_empty() || ROBOTS.iter().any(|robot| small.contains(robot));
    UserAgent { text, is_bot }
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    #[test]
    fn a_robot_is_known_by_its_name_and_a_long_name_is_cut() {
        let check = |name: &[u8], is_bot: bool| {
            let mut headers = HeaderMap::new();
            headers.insert(USER_AGENT, HeaderValue::from_bytes(name).unwrap());
            let found = read(&headers);
            assert_eq!(found.is_bot, is_bot, "{}", found.text);
            assert!(found.text.chars().count() <= LENGTH_MAX);
            assert!(!found.text.chars().any(char::is_control));
        };
        let firefox = b"Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0";
        check(firefox, false);
        check(b"", true);
        check(b"   ", true);
        check(b"Mozilla/5.0 HeadlessChrome/140.0", true);
        check(b"Googlebot/2.1", true);
        check("é".repeat(5_000).as_bytes(), false);
        check(b"tab\tinside", false);
        assert!(read(&HeaderMap::new()).is_bot);
    }
}
