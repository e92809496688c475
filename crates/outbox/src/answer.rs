//! What an answer of the backend means for a record.

use shoptag_commerce::OrderId;

/// What came back for one attempt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// No answer: refused, reset, timed out, offline, blocked by a policy.
    Nothing,
    /// A full HTTP answer.
    Http {
        /// The status.
        status: u16,
        /// The order that a JSON body names, if it names one. A captive portal's page names none.
        order_id: Option<OrderId>,
        /// The code of a problem document, if the body is one.
        code: Option<String>,
        /// `Retry-After`, milliseconds.
        retry_after_ms: Option<u64>,
    },
}

/// What is to be done about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// The backend has the order: forget the record.
    Delivered,
    /// Try again, not before `retry_after_ms` if the server said so.
    Retry {
        /// Milliseconds the server asked for.
        retry_after_ms: Option<u64>,
    },
    /// The site key or token was not accepted: renew it and try again, a bounded number of times.
    Renew,
    /// Will never be accepted as it is: keep it, tell the shopper.
    Refused {
        /// The HTTP status.
        status: u16,
        /// The problem's code, or `"unknown"`.
        code: String,
    },
}

impl Answer {
    /// Judges the answer to the submission of `order`.
    ///
    /// Only a 2xx that names this very order is a delivery. 408, 425, 429, 5xx, an order still in
    /// flight, redirects and everything unexpected are tried again; 401 and 403 after a renewal;
    /// every other 4xx is final. A 4xx without a problem document is not our backend's word, and is
    /// tried again: a portal or a firewall spoke.
    #[must_use]
    pub fn judge(&self, order: &OrderId) -> Verdict {
        let Self::Http {
            status,
            order_id,
            code,
            retry_after_ms,
        } = self
        else {
            return Verdict::Retry {
                retry_after_ms: None,
            };
        };
        match status {
            200..=299 if order_id.as_ref() == Some(order) => Verdict::Delivered,
            401 | 403 if code.is_some() => Verdict::Renew,
            408 | 425 | 429 => Verdict::Retry {
                retry_after_ms: *retry_after_ms,
            },
            409 if code.as_deref() == Some("idempotency-in-flight") => Verdict::Retry {
                retry_after_ms: *retry_after_ms,
            },
            400..=499 if code.is_some() => Verdict::Refused {
                status: *status,
                code: code.clone().unwrap_or_else(|| "unknown".to_owned()),
            },
            _ => Verdict::Retry {
                retry_after_ms: *retry_after_ms,
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn order(id: &str) -> OrderId {
        OrderId::parse(id).unwrap()
    }

    fn http(status: u16, order_id: Option<&str>, code: Option<&str>) -> Answer {
        Answer::Http {
            status,
            order_id: order_id.map(order),
            code: code.map(str::to_owned),
            retry_after_ms: None,
        }
    }

    #[test]
    fn only_a_2xx_that_names_the_order_is_a_delivery() {
        let retry = Verdict::Retry {
            retry_after_ms: None,
        };
        for (answer, expected) in [
            (http(201, Some("a"), None), Verdict::Delivered),
            (http(200, Some("a"), None), Verdict::Delivered),
            (http(201, Some("b"), None), retry.clone()),
            (http(200, None, None), retry.clone()),
            (http(204, None, None), retry.clone()),
            (http(302, None, None), retry.clone()),
            (http(500, None, Some("internal")), retry.clone()),
            (http(503, None, Some("unavailable")), retry.clone()),
            (http(408, None, None), retry.clone()),
            (http(425, None, None), retry.clone()),
            (http(429, None, Some("rate-limit")), retry.clone()),
            (
                http(409, None, Some("idempotency-in-flight")),
                retry.clone(),
            ),
            (http(404, None, None), retry.clone()),
            (http(401, None, None), retry.clone()),
            (http(403, None, None), retry.clone()),
            (Answer::Nothing, retry),
            (http(401, None, Some("token-expired")), Verdict::Renew),
            (http(403, None, Some("origin")), Verdict::Renew),
        ] {
            assert_eq!(answer.judge(&order("a")), expected, "{answer:?}");
        }
    }

    #[test]
    fn a_refusal_in_our_own_words_is_final() {
        for (status, code) in [
            (400, "json-syntax"),
            (409, "price-changed"),
            (410, "not-found"),
            (413, "body-size"),
            (422, "quantity"),
        ] {
            assert_eq!(
                http(status, None, Some(code)).judge(&order("a")),
                Verdict::Refused {
                    status,
                    code: code.to_owned()
                }
            );
        }
    }
}
