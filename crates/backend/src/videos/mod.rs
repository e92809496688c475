//! Videos with their tags.

mod read;

pub(crate) use read::__path_read;
pub(crate) use read::read;
