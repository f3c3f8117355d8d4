//! Writes the sentiment model of the lexicon and its rules alone, for `avizor eval --model`: `lexicon OUT.avz`.

use avizor_benches::Result;
use avizor_lab::prior::lexicon_model;

fn main() -> Result<()> {
    let path = std::env::args().nth(1).ok_or("usage: lexicon OUT.avz")?;
    std::fs::write(path, lexicon_model(8)?.to_bytes()?)?;
    Ok(())
}
