//! Entry point for Trunk.

fn main() {}
