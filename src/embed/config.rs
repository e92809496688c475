//! The attributes of `<shop-tags>`, parsed into values that cannot be wrong. Reads no DOM.
//!
//! What the widget cannot work without is an error, and the page's fallback stays. Everything else
//! falls back to its default and is reported as a defect.

use shoptag_commerce::VideoId;

/// Longest attribute value that is looked at, in bytes. No real one comes near.
const VALUE_BYTES_MAX: usize = 2048;

/// What `<shop-tags>` was asked to do.
#[derive(Debug, Clone, PartialEq)]
pub struct Config {
    /// The public site key, `pk_...`.
    pub site: String,
    /// The video whose tags are shown.
    pub video: VideoId,
    /// Base of every request: an origin with an optional path, or empty for the page's own origin.
    /// Never ends with a slash.
    pub api: String,
    /// CSS selector or id of a player that is not a child of the element.
    pub player: Option<String>,
    /// Whether the video pauses while a card is open.
    pub pause_on_card: bool,
    /// Whether the page was told that touchpoints may be kept and sent.
    pub consent: bool,
    /// BCP 47 tag of texts and prices.
    pub locale: String,
    /// Where the tag track comes from.
    pub track: TrackSource,
    /// Accent colour `#rgb` or `#rrggbb`; `None`: from the page's `--shoptag-accent`.
    pub accent: Option<String>,
    /// Light, dark, or as the page and the system say.
    pub colour_scheme: ColourScheme,
}

/// Where the tag track comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum TrackSource {
    /// The backend's document.
    #[default]
    Backend,
    /// A `<track kind="metadata">` of the video (WebVTT).
    Native,
    /// A `<script type="application/json">` child of the element.
    Script,
    /// No tags on the picture; the lists still work.
    None,
}

/// Which colours cards and sheets have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ColourScheme {
    /// As the page's `color-scheme` and the system say.
    #[default]
    Auto,
    /// Always light.
    Light,
    /// Always dark.
    Dark,
}

/// Why the widget cannot work at all.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ConfigError {
    /// No site key or no video.
    Missing,
    /// The API's address is not one to which a purchase may be sent.
    Url,
}

impl ConfigError {
    /// The stable code in the `shop-error` event.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Missing => "config-missing",
            Self::Url => "config-url",
        }
    }
}

/// An attribute that was refused; its default holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ConfigDefect {
    /// `lang` is not a language tag.
    Locale,
    /// `accent` or `theme` is not one of the allowed values.
    Theme,
    /// `track` is none of the known sources.
    Track,
}

impl ConfigDefect {
    /// The stable code in the `shop-error` event.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Locale => "config-locale",
            Self::Theme => "config-theme",
            Self::Track => "config-track",
        }
    }
}

/// What the parser must know of the page.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Page {
    /// The page's origin, `https://example.com`.
    pub origin: String,
    /// Language of the place where the element stands, else of the browser. May be empty.
    pub locale: String,
}

impl Config {
    /// Reads the attributes through `attribute` (its value by name).
    ///
    /// # Errors
    /// [`ConfigError`]: nothing can be shown and no request may be made.
    pub fn parse(
        attribute: &dyn Fn(&str) -> Option<String>,
        page: &Page,
    ) -> Result<(Self, Vec<ConfigDefect>), ConfigError> {
        let value = |name| attribute(name).filter(|text| text.len() <= VALUE_BYTES_MAX);
        let site = value("site")
            .filter(|key| is_site_key(key))
            .ok_or(ConfigError::Missing)?;
        let video = value("video").and_then(|id| VideoId::parse(id).ok());
        let video = video.ok_or(ConfigError::Missing)?;
        let api = match attribute("api") {
            None => String::new(),
            Some(url) => parse_api(url.trim(), &page.origin).ok_or(ConfigError::Url)?,
        };
        // An attribute that is too long counts as a bad one, not as an absent one: no value of
        // those below is empty.
        let choice = |name| {
            attribute(name).map(|text| match text.len() {
                0..=VALUE_BYTES_MAX => text.trim().to_owned(),
                _ => String::new(),
            })
        };
        let mut defects = Vec::new();
        let locale = match choice("lang") {
            Some(tag) if is_language_tag(&tag) => tag,
            None if is_language_tag(&page.locale) => page.locale.clone(),
            lang => {
                if lang.is_some() {
                    defects.push(ConfigDefect::Locale);
                }
                String::from("en")
            }
        };
        let track = choice("track").map(|text| parse_track(&text));
        if track == Some(None) {
            defects.push(ConfigDefect::Track);
        }
        let accent = choice("accent");
        if accent.as_deref().is_some_and(|text| !is_colour(text)) {
            defects.push(ConfigDefect::Theme);
        }
        let scheme = choice("theme").map(|text| parse_scheme(&text));
        if scheme == Some(None) {
            defects.push(ConfigDefect::Theme);
        }
        let config = Self {
            site,
            video,
            api,
            player: value("for").filter(|selector| !selector.trim().is_empty()),
            pause_on_card: value("pause").is_some_and(|text| text != "false"),
            consent: value("consent").is_some_and(|text| text.trim() == "granted"),
            locale,
            track: track.flatten().unwrap_or_default(),
            accent: accent.filter(|text| is_colour(text)),
            colour_scheme: scheme.flatten().unwrap_or_default(),
        };
        Ok((config, defects))
    }
}

fn parse_track(text: &str) -> Option<TrackSource> {
    match text {
        "backend" => Some(TrackSource::Backend),
        "native" => Some(TrackSource::Native),
        "script" => Some(TrackSource::Script),
        "none" => Some(TrackSource::None),
        _ => None,
    }
}

fn parse_scheme(text: &str) -> Option<ColourScheme> {
    match text {
        "auto" => Some(ColourScheme::Auto),
        "light" => Some(ColourScheme::Light),
        "dark" => Some(ColourScheme::Dark),
        _ => None,
    }
}

/// `#rgb` or `#rrggbb`: the only colours that cannot carry anything else into a style.
fn is_colour(text: &str) -> bool {
    text.strip_prefix('#').is_some_and(|digits| {
        matches!(digits.len(), 3 | 6) && digits.bytes().all(|b| b.is_ascii_hexdigit())
    })
}

fn is_site_key(text: &str) -> bool {
    (1..=128).contains(&text.len())
        && text
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-'))
}

/// Subtags of 1..=8 letters or digits, the first of 2..=3 letters, at most 35 bytes (RFC 5646
/// 4.4.1).
fn is_language_tag(text: &str) -> bool {
    let mut subtags = text.split('-');
    let primary = subtags.next().unwrap_or_default();
    text.len() <= 35
        && (2..=3).contains(&primary.len())
        && primary.bytes().all(|b| b.is_ascii_alphabetic())
        && subtags.all(|subtag| {
            (1..=8).contains(&subtag.len()) && subtag.bytes().all(|b| b.is_ascii_alphanumeric())
        })
}

/// The base URL without its last slashes, or `None` when a purchase must not go there.
fn parse_api(url: &str, page_origin: &str) -> Option<String> {
    let plain = url.len() <= VALUE_BYTES_MAX
        && url
            .bytes()
            .all(|b| b.is_ascii_graphic() && !matches!(b, b'\\' | b'@' | b'?' | b'#'));
    if !plain {
        return None;
    }
    let base = url.trim_end_matches('/');
    if base.is_empty() {
        // "" and "/" are the page's own origin; "//" is a network path without a host.
        return (url.len() <= 1).then(String::new);
    }
    if base.starts_with('/') {
        return (!base.starts_with("//")).then(|| base.to_owned());
    }
    let secure = base.strip_prefix("https://");
    let rest = secure.or_else(|| base.strip_prefix("http://"))?;
    let host_and_port = rest.split('/').next().unwrap_or_default();
    let allowed = is_host(host_and_port)
        && (secure.is_some() || is_loopback(host_and_port) || is_same(base, page_origin));
    allowed.then(|| base.to_owned())
}

fn is_same(base: &str, page_origin: &str) -> bool {
    base.strip_prefix(page_origin)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

fn is_host(host_and_port: &str) -> bool {
    let named = |host: &str| {
        !host.is_empty()
            && !host.starts_with('.')
            && host
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b'_'))
    };
    let numbered = |port: &str| port.parse::<u16>().is_ok_and(|port| port > 0);
    if let Some(rest) = host_and_port.strip_prefix('[') {
        let Some((address, tail)) = rest.split_once(']') else {
            return false;
        };
        return address
            .bytes()
            .all(|b| b.is_ascii_hexdigit() || matches!(b, b':' | b'.'))
            && (tail.is_empty() || tail.strip_prefix(':').is_some_and(numbered));
    }
    match host_and_port.split_once(':') {
        Some((host, port)) => named(host) && numbered(port),
        None => named(host_and_port),
    }
}

fn is_loopback(host_and_port: &str) -> bool {
    let is_over = |rest: &str| rest.is_empty() || rest.starts_with(':');
    let is_port_of = |host| host_and_port.strip_prefix(host).is_some_and(is_over);
    let named = host_and_port.split(':').next().unwrap_or_default();
    ["localhost", "127.0.0.1", "[::1]"]
        .into_iter()
        .any(is_port_of)
        || named.ends_with(".localhost")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(attributes: &[(&str, &str)]) -> Result<(Config, Vec<ConfigDefect>), ConfigError> {
        let page = Page {
            origin: "http://shop.test".into(),
            locale: "de-AT".into(),
        };
        Config::parse(
            &|name| {
                let found = attributes.iter().rev().find(|(key, _)| *key == name);
                found.map(|(_, value)| (*value).to_owned())
            },
            &page,
        )
    }

    fn with(name: &str, value: &str) -> Result<(Config, Vec<ConfigDefect>), ConfigError> {
        parse(&[("site", "pk_demo"), ("video", "loft"), (name, value)])
    }

    /// The codes that the page hears, in their order; the widget does not come up on the first
    /// three.
    #[test]
    fn every_bad_attribute_has_its_code() {
        let long = format!("xx-INVALID-{}", "locale-".repeat(1_400));
        let codes = |attribute: (&str, &str)| match with(attribute.0, attribute.1) {
            Ok((_, defects)) => defects.iter().map(|defect| defect.code()).collect(),
            Err(error) => vec![error.code()],
        };
        for (attribute, code) in [
            (("site", ""), "config-missing"),
            (("site", "pk demo"), "config-missing"),
            (("video", ""), "config-missing"),
            (("api", "javascript:alert(1)"), "config-url"),
            (("api", "data:text/html,x"), "config-url"),
            (("api", "http://api.example"), "config-url"),
            (("api", "//evil"), "config-url"),
            (
                ("api", "https://api.shoptag.example@evil.com"),
                "config-url",
            ),
            (("lang", "../../etc"), "config-locale"),
            (("lang", &long), "config-locale"),
            (("accent", "red;}body{display:none"), "config-theme"),
            (("accent", "url(https://evil)"), "config-theme"),
            (("theme", "expression()"), "config-theme"),
            (("track", "https://evil"), "config-track"),
        ] {
            assert_eq!(codes(attribute), [code], "{attribute:?}");
        }
    }

    #[test]
    fn without_a_site_key_or_a_video_nothing_is_shown() {
        for attributes in [
            &[][..],
            &[("site", "pk_demo")],
            &[("video", "loft")],
            &[("site", ""), ("video", "loft")],
        ] {
            assert_eq!(parse(attributes).map(|_| ()), Err(ConfigError::Missing));
        }
        assert_eq!(
            with("site", "pk demo").map(|_| ()),
            Err(ConfigError::Missing)
        );
        assert_eq!(with("video", "a\0b").map(|_| ()), Err(ConfigError::Missing));
    }

    #[test]
    fn an_api_address_is_an_origin_with_a_path_or_a_path() {
        for (given, kept) in [
            ("https://api.shoptag.example", "https://api.shoptag.example"),
            (
                "https://api.shoptag.example:8443/v/",
                "https://api.shoptag.example:8443/v",
            ),
            ("http://localhost:8080/", "http://localhost:8080"),
            ("http://127.0.0.1:1", "http://127.0.0.1:1"),
            ("http://[::1]:8080", "http://[::1]:8080"),
            ("http://shop.test/shoptag", "http://shop.test/shoptag"),
            ("/shoptag/", "/shoptag"),
            ("/", ""),
            ("", ""),
        ] {
            let (config, defects) = with("api", given).unwrap_or_else(|_| panic!("{given}"));
            assert_eq!((config.api.as_str(), defects.len()), (kept, 0), "{given}");
        }
    }

    #[test]
    fn an_api_address_that_could_leak_a_purchase_is_refused() {
        for url in [
            "javascript:alert(1)",
            "data:text/html,x",
            "http://evil.example",
            "//evil.example",
            "//",
            "/\\evil.example",
            "https://api.shoptag.example@evil.com",
            "https://",
            "https://:80",
            "https://a b",
            "https://a\u{0}b",
            "https://host:99999",
            "https://host?x",
            "https://host#x",
            "http://127.0.0.1.evil.example",
            "http://shop.test.evil.example",
            "HTTPS\t://x",
            "ftp://localhost",
            "https://[::1",
        ] {
            assert_eq!(with("api", url).map(|_| ()), Err(ConfigError::Url), "{url}");
        }
        let long = format!("https://{}.example", "a".repeat(5000));
        assert_eq!(with("api", &long).map(|_| ()), Err(ConfigError::Url));
    }

    #[test]
    fn a_language_falls_back_to_the_pages_and_a_bad_one_to_english() {
        let long = format!("xx-{}", "INVALID-".repeat(1250));
        for (value, locale, defects) in [
            (Some("fr"), "fr", &[][..]),
            (Some("zh-Hant-TW"), "zh-Hant-TW", &[]),
            (None, "de-AT", &[]),
            (Some("../../etc"), "en", &[ConfigDefect::Locale]),
            (Some(long.as_str()), "en", &[ConfigDefect::Locale]),
            (Some("e"), "en", &[ConfigDefect::Locale]),
            (Some("en--US"), "en", &[ConfigDefect::Locale]),
        ] {
            let mut attributes = vec![("site", "pk_demo"), ("video", "loft")];
            attributes.extend(value.map(|value| ("lang", value)));
            let (config, found) = parse(&attributes).expect("complete");
            assert_eq!(
                (config.locale.as_str(), found.as_slice()),
                (locale, defects),
                "{value:?}"
            );
        }
    }

    #[test]
    fn a_bad_theme_or_track_is_reported_and_its_default_holds() {
        for (name, value, defect) in [
            ("accent", "red;}body{display:none", ConfigDefect::Theme),
            ("accent", "url(https://evil)", ConfigDefect::Theme),
            ("accent", "expression()", ConfigDefect::Theme),
            ("accent", "#12345", ConfigDefect::Theme),
            ("theme", "night", ConfigDefect::Theme),
            ("track", "https://evil", ConfigDefect::Track),
        ] {
            let (config, defects) = with(name, value).expect("complete");
            assert_eq!(defects, [defect], "{name}={value}");
            assert_eq!(config.accent, None, "{name}={value}");
            assert_eq!(config.colour_scheme, ColourScheme::Auto);
            assert_eq!(config.track, TrackSource::Backend);
        }
    }

    #[test]
    fn good_values_are_kept() {
        let (config, defects) = parse(&[
            ("site", "pk_demo"),
            ("video", "loft"),
            ("accent", "#0a7"),
            ("theme", "dark"),
            ("track", "native"),
            ("pause", ""),
            ("for", "#player video"),
        ])
        .expect("complete");
        assert_eq!(defects, []);
        assert_eq!(config.accent.as_deref(), Some("#0a7"));
        assert_eq!(config.colour_scheme, ColourScheme::Dark);
        assert_eq!(config.track, TrackSource::Native);
        assert_eq!(config.player.as_deref(), Some("#player video"));
        assert!(config.pause_on_card);
    }

    proptest::proptest! {
        #[test]
        fn no_attribute_value_panics(name in "site|video|api|lang|accent|theme|track|for",
                                     value in ".{0,80}") {
            let _ = with(&name, &value);
        }
    }
}
