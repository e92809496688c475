//! Orders.

mod cancel;
mod concurrency;
mod page;
mod receive;
mod replay;
