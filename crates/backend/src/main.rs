//! The program: reads the command line and runs one command.

mod commands;

use std::process::ExitCode;

use clap::Parser;
use commands::Command;
use shoptag_backend::priority;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// The order backend of Shoptag.
#[derive(Parser)]
#[command(name = "shoptag-backend", version)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

/// How much the threads that serve HTTP stand back behind the one that writes, in steps of `nice`:
/// when processors are short, what was let in is carried out before more is let in.
const STAND_BACK: i32 = 5;

fn main() -> ExitCode {
    let Arguments { command } = Arguments::parse();
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .on_thread_start(|| priority::stand_back(STAND_BACK))
        .build();
    let ended = match runtime {
        Ok(runtime) => runtime.block_on(command.run()),
        Err(error) => Err(error.into()),
    };
    match ended {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("shoptag-backend: {error}");
            ExitCode::FAILURE
        }
    }
}
