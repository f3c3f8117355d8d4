//! Embeddings that were made before, by the hash of their text: a second head on the same texts costs next to nothing.

use std::collections::BTreeMap;
use std::fs::{self, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};

use crate::encoder::{Encoder, Read};
use crate::error::{Error, Result};

/// Texts embedded between two writes: what an interrupted run loses at most.
const TOGETHER: usize = 1024;

/// A file of embeddings, one an encoder; holds hashes of texts, not the texts.
#[derive(Debug)]
pub struct Cache {
    path: PathBuf,
    rows: BTreeMap<u128, Vec<f32>>,
}

impl Cache {
    /// Opens the encoder's file in a folder, which is made where it is not there. A record that was not written to its
    /// end, as by a run that was interrupted, is left out.
    ///
    /// # Errors
    /// Where the folder cannot be made or the file cannot be read.
    pub fn open(folder: &Path, encoder: &Encoder) -> Result<Self> {
        let path = folder.join(format!("embeddings-{}.bin", encoder.fingerprint()));
        let fault = |source| Error::File {
            path: path.clone(),
            remedy: "check that you may write in the cache's folder".to_owned(),
            source,
        };
        fs::create_dir_all(folder).map_err(fault)?;
        let bytes = if path.exists() {
            fs::read(&path).map_err(fault)?
        } else {
            Vec::new()
        };
        let record = size(encoder.width());
        let whole = bytes.len() / record * record;
        if whole < bytes.len() {
            fs::write(&path, &bytes[..whole]).map_err(fault)?;
        }
        let rows = bytes.chunks_exact(record).filter_map(decode).collect();
        Ok(Self { path, rows })
    }

    /// How many texts are there.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// Embeddings of texts, those not there made and written; `progress` is told how many more are done. The account
    /// of what was cut and of tokens is of the texts that were made now.
    ///
    /// # Errors
    /// As [`Encoder::embed`], and where the file cannot be written.
    pub fn embed<T: AsRef<str> + Sync>(
        &mut self,
        encoder: &Encoder,
        texts: &[T],
        progress: &dyn Fn(usize),
    ) -> Result<Read> {
        let keys: Vec<u128> = texts.iter().map(|t| hash(t.as_ref())).collect();
        let mut missing: BTreeMap<u128, &str> = BTreeMap::new();
        for (key, text) in keys.iter().zip(texts) {
            if !self.rows.contains_key(key) {
                missing.insert(*key, text.as_ref());
            }
        }
        let mut account = Read::default();
        let missing: Vec<(u128, &str)> = missing.into_iter().collect();
        progress(texts.len() - missing.len());
        for part in missing.chunks(TOGETHER) {
            let of_part: Vec<&str> = part.iter().map(|(_, text)| *text).collect();
            let read = encoder.embed(&of_part)?;
            account.cut += read.cut;
            account.tokens += read.tokens;
            self.write(part.iter().map(|(key, _)| *key).zip(&read.rows))?;
            self.rows
                .extend(part.iter().map(|(key, _)| *key).zip(read.rows));
            progress(part.len());
        }
        account.rows = keys
            .iter()
            .map(|key| self.rows.get(key).cloned().unwrap_or_default())
            .collect();
        Ok(account)
    }

    fn write<'a>(&self, rows: impl Iterator<Item = (u128, &'a Vec<f32>)>) -> Result<()> {
        let mut bytes = Vec::new();
        for (key, row) in rows {
            bytes.extend_from_slice(&key.to_le_bytes());
            bytes.extend(row.iter().flat_map(|x| x.to_le_bytes()));
        }
        let mut open = OpenOptions::new();
        let written = open
            .create(true)
            .append(true)
            .open(&self.path)
            .and_then(|mut file| file.write_all(&bytes));
        written.map_err(|source| Error::File {
            path: self.path.clone(),
            remedy: "check the space on the disk and that you may write there".to_owned(),
            source,
        })
    }
}

/// Bytes of a record: the hash, then the embedding.
const fn size(width: usize) -> usize {
    16 + 4 * width
}

fn decode(record: &[u8]) -> Option<(u128, Vec<f32>)> {
    let (key, row) = record.split_first_chunk::<16>()?;
    let row = row
        .chunks_exact(4)
        .filter_map(|x| Some(f32::from_le_bytes(x.try_into().ok()?)));
    Some((u128::from_le_bytes(*key), row.collect()))
}

/// FNV-1a with 128 bits: two texts of one hash are not to be feared.
fn hash(text: &str) -> u128 {
    const OFFSET: u128 = 0x6c62_272e_07bb_0142_62b8_2175_6295_c58d;
    const PRIME: u128 = 0x0000_0000_0100_0000_0000_0000_0000_013b;
    text.bytes()
        .fold(OFFSET, |h, b| (h ^ u128::from(b)).wrapping_mul(PRIME))
}
