//! From what a document says to what may be used: bad tags are dropped and reported, others stay.

mod document;
mod report;
mod tag;
