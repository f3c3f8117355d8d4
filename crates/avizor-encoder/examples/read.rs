//! What a model makes of texts, to be compared with the reference: `read tokens|embedding|logits DIR`, one JSON string a
//! line on standard input, one JSON array a line on standard output.

use std::error::Error;
use std::io::{self, BufRead, Write};
use std::path::Path;

use avizor_encoder::Encoder;

fn main() -> Result<(), Box<dyn Error>> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let [what, folder] = args.as_slice() else {
        return Err("usage: read tokens|embedding|logits DIR".into());
    };
    let encoder = Encoder::load(Path::new(folder))?;
    let texts: Vec<String> = io::stdin()
        .lock()
        .lines()
        .map(|line| Ok(serde_json::from_str(&line?)?))
        .collect::<Result<_, Box<dyn Error>>>()?;
    let mut out = io::BufWriter::new(io::stdout().lock());
    match what.as_str() {
        "tokens" => {
            for text in &texts {
                writeln!(
                    out,
                    "{}",
                    serde_json::to_string(&encoder.tokens(text)?.ids)?
                )?;
            }
        }
        "embedding" | "logits" => {
            let read = if what == "logits" {
                encoder.logits(&texts)?
            } else {
                encoder.embed(&texts)?
            };
            for row in read.rows {
                writeln!(out, "{}", serde_json::to_string(&row)?)?;
            }
        }
        other => return Err(format!("`{other}` is not a thing to read").into()),
    }
    out.flush()?;
    Ok(())
}
