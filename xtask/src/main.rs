//! Build tasks of Shoptag: `cargo xtask COMMAND`.

fn main() {}
