//! `espice-mcp`, which `espice mcp` starts: the engine as a server of the Model Context Protocol,
//! over standard input and output or over HTTP.

mod aliases;
mod call;
mod cancel;
mod choice;
mod completion;
#[cfg(feature = "conformance")]
mod conformance;
mod detail;
mod http;
mod message;
mod prompts;
mod report;
mod resources;
mod server;
mod stdio;
mod tasks;
mod tools;

use clap::Parser;
use espice_host::Options;
use server::Server;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;

/// The espice engine as a server of the Model Context Protocol: over standard input and output,
/// or with --http over HTTP under `/mcp`.
///
/// The environment variable ESPICE_MCP_KEY holds the key that clients over HTTP send as
/// `Authorization: Bearer KEY`; without one only loopback addresses are served.
#[derive(Parser, Debug)]
#[command(name = "espice mcp", version)]
struct Arguments {
    /// Folder below which files are read; may be given several times, relative paths are taken
    /// from the first [default: the present folder]
    #[arg(long = "root", value_name = "DIR")]
    roots: Vec<PathBuf>,
    /// Folder of a pack; may be given several times
    #[arg(long = "pack", value_name = "DIR")]
    packs: Vec<String>,
    /// The pack that judges
    #[arg(long, value_name = "NAME")]
    foundry: Option<String>,
    /// Calls that run at the same time
    #[arg(long, value_name = "N", default_value_t = 2)]
    calls: usize,
    /// Rows that the tables of one call may hold, points of curves among them; a row takes about a
    /// kilobyte while it is fitted
    #[arg(long, value_name = "N", default_value_t = 100_000)]
    rows: usize,
    /// The simulator that checks cards, such as ngspice
    #[arg(long, value_name = "PATH")]
    simulator: Option<String>,
    /// Serve over HTTP at this address, such as 127.0.0.1:8765
    #[arg(long, value_name = "ADDRESS")]
    http: Option<SocketAddr>,
    /// A web page's origin that may call, such as `https://tools.example.com:443`; others are
    /// refused
    #[arg(long = "origin", value_name = "ORIGIN", requires = "http")]
    origins: Vec<String>,
    /// A name under which this server is reached, beside localhost
    #[arg(long = "host", value_name = "NAME", requires = "http")]
    hosts: Vec<String>,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let roots = match arguments.roots.is_empty() {
        true => vec![PathBuf::from(".")],
        false => arguments.roots.clone(),
    };
    let options = Options {
        packs: arguments.packs.clone(),
        foundry: arguments.foundry.clone(),
        simulator: arguments.simulator.clone(),
        roots,
        rows: Some(arguments.rows),
        ..Options::default()
    };
    let host = match espice_host::open_with(options) {
        Ok(host) => host,
        Err(error) => return refuse(&error.document(), 3),
    };
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    let runtime = match runtime {
        Ok(runtime) => runtime,
        Err(error) => return refuse(&format!("no runtime: {error}\n"), 2),
    };
    let server = Server::new(host, arguments.calls);
    #[cfg(feature = "conformance")]
    let server = conformance::Fixture::new(server);
    let served = runtime.block_on(async {
        match arguments.http {
            None => stdio::serve(server).await,
            Some(address) => {
                let config = http::Config {
                    address,
                    origins: arguments.origins,
                    hosts: arguments.hosts,
                    key: key(),
                    sessions: cfg!(feature = "conformance"),
                };
                http::serve(server, config).await
            }
        }
    });
    // A read of standard input may still wait for somebody who has gone.
    runtime.shutdown_background();
    match served {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => refuse(&message, 2),
    }
}

#[expect(clippy::disallowed_methods, reason = "keys do not stand on command lines")]
fn key() -> Option<String> {
    std::env::var("ESPICE_MCP_KEY").ok().filter(|k| !k.is_empty())
}

#[expect(clippy::print_stderr, reason = "standard output belongs to the protocol")]
fn refuse(message: &str, code: u8) -> ExitCode {
    eprint!("{message}");
    ExitCode::from(code)
}
