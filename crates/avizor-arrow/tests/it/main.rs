//! What the crate promises, seen from outside.

mod broken;
mod columns;
mod files;
mod properties;

use avizor_arrow::{Batch, Format, ReadOptions, Reader, Result};

/// All batches of some bytes, as one.
fn read(bytes: &[u8], format: Format, options: &ReadOptions) -> Result<Batch> {
    let mut all = Batch::default();
    let input = std::io::Cursor::new(bytes.to_vec());
    for batch in Reader::from_read("demo", input, format, options)? {
        let batch = batch?;
        all.mentions.extend(batch.mentions);
        all.rejects.extend(batch.rejects);
        all.extra.extend(batch.extra);
    }
    Ok(all)
}

/// Read with the default options.
fn plainly(text: &str, format: Format) -> Batch {
    read(text.as_bytes(), format, &ReadOptions::default()).expect("a readable file")
}

/// Line and reason of each reject.
fn reasons(batch: &Batch) -> Vec<(u64, &str)> {
    batch
        .rejects
        .iter()
        .map(|r| (r.line, r.reason.as_str()))
        .collect()
}

fn texts(batch: &Batch) -> Vec<&str> {
    batch.mentions.iter().map(|m| m.text.as_str()).collect()
}
