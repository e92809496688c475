//! The backend through its router, its store port, and its program. One binary; the folders are
//! those of `src/`.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on ends there")]

mod catalogue;
mod corpus;
mod credit;
mod damage;
mod demo;
mod documents;
mod earlier;
mod edge;
mod encrypted;
mod orders;
mod postgres;
mod program;
mod quotes;
mod schema;
mod store_contract;
mod support;
mod videos;
mod wire;
