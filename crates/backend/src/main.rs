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

/// Of so many tasks that a thread runs, at least one is an answer that the store has sent, if there
/// is one. Left to itself a thread that always has requests of its own looks for those seldom, and
/// under overload what was let in would wait behind what is turned away.
const ANSWERS_EVERY: u32 = 2;

fn main() -> ExitCode {
    let Arguments { command } = Arguments::parse();
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .global_queue_interval(ANSWERS_EVERY)
        .on_thread_start(priority::stand_behind_the_writer)
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
