//! The `relais` command.

use std::process::ExitCode;

fn main() -> ExitCode {
    match relais::cli::run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("relais: {error:#}");
            ExitCode::FAILURE
        }
    }
}
