//! `keys list|rotate`, `brand-key` and `creator-key`.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use shoptag_backend::clock::{Clock, SystemClock};
use shoptag_backend::entropy::SystemEntropy;
use shoptag_backend::ledger_accounts::{ApiSecret, Party, PartyKind};
use shoptag_backend::tokens::{StoredKey, read_key_file, rotated, write_key_file};
use shoptag_commerce::{BrandId, CreatorId, TenantId, Timestamp};

use super::{Database, Failure};

/// Names the file that holds the keys of tokens instead of the database.
pub(super) const KEY_FILE: &str = "SHOPTAG_TOKEN_KEYS";

/// The file that `SHOPTAG_TOKEN_KEYS` names.
pub(super) fn key_file() -> Option<PathBuf> {
    std::env::var_os(KEY_FILE).map(PathBuf::from)
}

/// Arguments of `keys`.
#[derive(Args)]
pub(crate) struct Keys {
    #[command(subcommand)]
    verb: KeysVerb,
}

#[derive(Subcommand)]
enum KeysVerb {
    /// Every key of tokens, without its secret.
    List(Database),
    /// Make the key that signs next, in five minutes; those before it are believed for 98 days
    /// more.
    Rotate(Database),
}

impl Keys {
    pub(super) async fn run(self) -> Result<(), Failure> {
        let now = SystemClock.now();
        match self.verb {
            KeysVerb::List(database) => {
                let keys = match key_file() {
                    Some(path) => read_key_file(&path)?,
                    None => database.open()?.token_keys().await?,
                };
                show(&keys);
            }
            KeysVerb::Rotate(database) => {
                let fresh = StoredKey::generate(now)?;
                let keys = if let Some(path) = key_file() {
                    let known = if path.exists() {
                        read_key_file(&path)?
                    } else {
                        Vec::new()
                    };
                    let keys = rotated(known, fresh, now).keys;
                    write_key_file(&path, &keys)?;
                    println!("start the servers again: they read {KEY_FILE} once");
                    keys
                } else {
                    let store = database.open()?;
                    let change = Box::new(move |keys| rotated(keys, fresh.clone(), now).keys);
                    store.change_token_keys(change).await?
                };
                show(&keys);
            }
        }
        Ok(())
    }
}

fn show(keys: &[StoredKey]) {
    for key in keys {
        let until = key.accepted_until.map_or("no end".to_owned(), instant);
        println!(
            "{} signs from {}, believed until {until}",
            key.kid,
            instant(key.signs_from)
        );
    }
}

fn instant(at: Timestamp) -> String {
    jiff::Timestamp::from_millisecond(at.ms())
        .map_or_else(|_| at.ms().to_string(), |at| at.to_string())
}

/// Arguments of `brand-key` and `creator-key`.
#[derive(Args)]
pub(crate) struct PartyKey {
    #[command(subcommand)]
    verb: PartyKeyVerb,
}

#[derive(Subcommand)]
enum PartyKeyVerb {
    /// Make a key and print it, once.
    Create(Create),
    /// Take a key back, by the beginning that `create` printed.
    Revoke(Revoke),
}

#[derive(Args)]
struct Create {
    /// Whose key.
    id: String,
    /// On which platform.
    #[arg(long, value_name = "ID")]
    tenant: String,
    #[command(flatten)]
    database: Database,
}

#[derive(Args)]
struct Revoke {
    /// Which key, such as sk_brand_7k3q9m.
    key: String,
    #[command(flatten)]
    database: Database,
}

impl PartyKey {
    pub(super) async fn run(self, is_brand: bool) -> Result<(), Failure> {
        let now = SystemClock.now();
        match self.verb {
            PartyKeyVerb::Create(create) => {
                let kind = if is_brand {
                    PartyKind::Brand(BrandId::parse(create.id)?)
                } else {
                    PartyKind::Creator(CreatorId::parse(create.id)?)
                };
                let party = Party {
                    tenant: TenantId::parse(create.tenant)?,
                    kind,
                };
                let (secret, key) = ApiSecret::generate(&SystemEntropy, &party)?;
                let id = key.id.clone();
                if !create.database.open()?.add_api_key(key, now).await? {
                    return Err("no such brand or creator on that platform".into());
                }
                println!("{}", secret.as_str());
                eprintln!("it is shown only now; to take it back: revoke {id}");
            }
            PartyKeyVerb::Revoke(revoke) => {
                let store = revoke.database.open()?;
                if !store.revoke_api_key(revoke.key, now).await? {
                    return Err("no such key in force".into());
                }
                println!("revoked");
            }
        }
        Ok(())
    }
}
