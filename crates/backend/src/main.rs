//! The program: reads the command line and runs one command.

mod commands;

use std::process::ExitCode;

use clap::Parser;
use commands::Command;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// The order backend of Shoptag.
#[derive(Parser)]
#[command(name = "shoptag-backend", version)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[tokio::main]
async fn main() -> ExitCode {
    let Arguments { command } = Arguments::parse();
    match command.run().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("shoptag-backend: {error}");
            ExitCode::FAILURE
        }
    }
}
