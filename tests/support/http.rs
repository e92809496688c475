//! A brand's or creator's own computer: it asks the backend directly, with its key.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use serde_json::Value;

use super::Outcome;
use super::setting::Setting;

/// How long an answer may take.
const PATIENCE: Duration = Duration::from_secs(30);

impl Setting {
    /// Asks for a document; its status must be 200.
    pub(crate) fn ask(&self, path: &str, key: &str) -> Outcome<Value> {
        let (status, document) = self.exchange("GET", path, key, "")?;
        if status != 200 {
            return Err(format!("{path} answers {status}: {document}").into());
        }
        Ok(document)
    }

    /// Posts a command under its own idempotency key; status and document.
    pub(crate) fn command(&self, path: &str, key: &str, body: &Value) -> Outcome<(u16, Value)> {
        self.exchange("POST", path, key, &body.to_string())
    }

    fn exchange(&self, verb: &str, path: &str, key: &str, body: &str) -> Outcome<(u16, Value)> {
        let host = self.backend_address();
        let mut stream = TcpStream::connect(host)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        // One command a path in a journey, so the path can stand for it.
        write!(
            stream,
            "{verb} {path} HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\n\
             authorization: Bearer {key}\r\ncontent-type: application/json\r\n\
             idempotency-key: journey:{path}\r\ncontent-length: {}\r\n\r\n{body}",
            body.len()
        )?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer)?;
        let (head, document) = answer
            .split_once("\r\n\r\n")
            .ok_or("an answer without a head")?;
        let status = head.split(' ').nth(1).ok_or("an answer without a status")?;
        Ok((status.parse()?, serde_json::from_str(document)?))
    }
}
