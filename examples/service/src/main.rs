//! The service as a program; see the library for what it does.

use std::path::PathBuf;
use std::time::Duration;
use std::{env, fs, io};

use anyhow::{Context, Result, bail};
use avizor::{Monitor, Protocol};
use avizor_service_example::{Options, Server};

const USAGE: &str =
    "usage: avizor-service-example --protocol P.toml [--listen 127.0.0.1:7878] [--exit-when-idle]";
/// With --exit-when-idle: long enough for a next connection to be made.
const IDLE: Duration = Duration::from_secs(1);

struct Args {
    protocol: PathBuf,
    listen: String,
    options: Options,
}

fn args() -> Result<Args> {
    let (mut protocol, mut listen) = (None, "127.0.0.1:7878".to_owned());
    let mut options = Options::default();
    let mut given = env::args().skip(1);
    while let Some(name) = given.next() {
        let mut value = || {
            given
                .next()
                .with_context(|| format!("{name} needs a value\n{USAGE}"))
        };
        match name.as_str() {
            "--protocol" => protocol = Some(value()?.into()),
            "--listen" => listen = value()?,
            "--exit-when-idle" => options.exit_when_idle = Some(IDLE),
            _ => bail!("`{name}` is not known here\n{USAGE}"),
        }
    }
    Ok(Args {
        protocol: protocol.context(USAGE)?,
        listen,
        options,
    })
}

#[tokio::main]
async fn main() -> Result<()> {
    let args = args()?;
    let text = fs::read_to_string(&args.protocol)
        .with_context(|| format!("cannot read `{}`", args.protocol.display()))?;
    let monitor = Monitor::new(Protocol::parse(&text)?);
    let server = Server::bind(&args.listen, args.options).await?;
    eprintln!("listening on {}", server.local_addr()?);
    let stop = async {
        if let Err(error) = tokio::signal::ctrl_c().await {
            eprintln!("Ctrl-C cannot be caught ({error}): ending");
        }
    };
    let counts = server.run(monitor, io::stdout(), stop).await?;
    eprintln!("{counts:?}");
    Ok(())
}
