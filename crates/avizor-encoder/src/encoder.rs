//! A model from its folder: texts to embeddings, and to logits where it is a classifier.

use std::fmt::Write as _;
use std::path::Path;

use candle_core::Tensor;

use crate::batch::{Workers, plan};
use crate::error::{Error, Result};
use crate::folder::{Family, Folder};
use crate::model::{Head, Padded, Trunk};
use crate::tokens::{Reader, Tokens};
use crate::weights::Weights;

/// A transformer, ready to read texts; shared by any number of threads.
///
/// ```no_run
/// use avizor_encoder::Encoder;
///
/// let encoder = Encoder::load("all-MiniLM-L6-v2".as_ref())?;
/// let read = encoder.embed(&["el vuelo salió tarde", "the flight left late"])?;
/// assert_eq!(read.rows[0].len(), encoder.width());
/// # Ok::<(), avizor_encoder::Error>(())
/// ```
pub struct Encoder {
    family: Family,
    reader: Reader,
    trunk: Trunk,
    /// The head and the names of its outputs, in a sequence classifier.
    head: Option<(Head, Vec<String>)>,
    width: usize,
    fingerprint: String,
    workers: Workers,
}

impl std::fmt::Debug for Encoder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Encoder")
            .field("family", &self.family)
            .field("width", &self.width)
            .field("labels", &self.labels())
            .finish_non_exhaustive()
    }
}

/// What was read of some texts.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Read {
    /// One row a text, in their order.
    pub rows: Vec<Vec<f32>>,
    /// How many texts were longer than the model reads: their ends were left out.
    pub cut: usize,
    /// Tokens of all texts, what fills up not counted.
    pub tokens: usize,
}

impl Encoder {
    /// Loads a folder: `config.json`, `tokenizer.json`, `model.safetensors`, and `special_tokens_map.json` or
    /// `tokenizer_config.json` where they are there. While it loads, memory holds the file and the weights in
    /// single precision; afterwards the weights alone.
    ///
    /// # Errors
    /// Where a file is missing, damaged, of another architecture, or does not fit the others.
    pub fn load(folder: &Path) -> Result<Self> {
        let folder = Folder::new(folder);
        let config_path = folder.path("config.json");
        let config = folder.config()?;
        let family = config.family(&config_path)?;
        let reader = Reader::load(&folder, &config, family)?;
        let path = folder.path("model.safetensors");
        let bytes = folder.weights()?;
        let weights = Weights::open(&bytes, &path, Trunk::prefix(family))?;
        let activation = config.activation(&config_path)?;
        let head = if Head::is_in(&weights) && config.is_sequence_classifier() {
            let labels = config.labels(&config_path)?;
            let head = Head::load(&weights, &config, family, labels.len())?;
            Some((head, labels))
        } else {
            None
        };
        Ok(Self {
            trunk: Trunk::load(&weights, &config, family, activation, reader.padding)?,
            family,
            reader,
            head,
            width: config.hidden_size,
            fingerprint: fingerprint(&bytes),
            workers: Workers::new(0)?,
        })
    }

    /// The same, read no further than its first layers; 0 reads words without their neighbours. A layer less saves its
    /// share of time and memory, and what an early layer says of a text is often enough for a head (Sajjad et al. 2023,
    /// doi:10.1016/j.csl.2022.101429). A classifier's own labels are read from its last layer, and are gone without it.
    ///
    /// # Errors
    /// Where the model has fewer layers.
    pub fn with_layers(mut self, layers: usize) -> Result<Self> {
        let all = self.trunk.depth();
        if layers > all {
            return Err(Error::Unfit(format!(
                "the model has {all} layers, not {layers}: read at most so many"
            )));
        }
        if layers < all {
            self.trunk.cut(layers);
            self.head = None;
            let _ = write!(self.fingerprint, "-{layers}");
        }
        Ok(self)
    }

    /// The same on so many threads; 0 is one a core. Results do not depend on it.
    ///
    /// # Errors
    /// Where the system gives no threads.
    pub fn with_threads(mut self, threads: usize) -> Result<Self> {
        self.workers = Workers::new(threads)?;
        Ok(self)
    }

    /// The architecture.
    pub fn family(&self) -> Family {
        self.family
    }

    /// Numbers in an embedding.
    pub fn width(&self) -> usize {
        self.width
    }

    /// Tokens of a text that are read at most, special ones included.
    pub fn limit(&self) -> usize {
        self.reader.limit
    }

    /// Names of a classifier's outputs, in their order; none where the model is no sequence classifier.
    pub fn labels(&self) -> &[String] {
        self.head.as_ref().map_or(&[], |(_, labels)| labels)
    }

    /// Tells these weights from others: a hash of their file, and how many layers are read where that is not all.
    pub fn fingerprint(&self) -> &str {
        &self.fingerprint
    }

    /// Tokens of a text, as the model reads them.
    ///
    /// # Errors
    /// Where the tokenizer refuses the text, which a whole `tokenizer.json` does not.
    pub fn tokens(&self, text: &str) -> Result<Tokens> {
        self.reader.read(text)
    }

    /// Embeddings: the mean of the vectors of the last layer that is read, of length 1 (Reimers and Gurevych 2019).
    ///
    /// Costs about 2 x parameters x tokens operations. A text's numbers may differ by some 1e-6 with the texts
    /// beside it, as sums are made in another order.
    ///
    /// # Errors
    /// Where memory lacks, or the model gives no numbers.
    pub fn embed<T: AsRef<str> + Sync>(&self, texts: &[T]) -> Result<Read> {
        self.each(texts, |batch, tokens| {
            let mean = batch.mean(tokens)?;
            let length = mean.sqr()?.sum_keepdim(1)?.sqrt()?;
            Ok(mean.broadcast_div(&length.maximum(1e-12)?)?)
        })
    }

    /// Logits of a sequence classifier, one for each of [`Encoder::labels`].
    ///
    /// # Errors
    /// Where the model is no sequence classifier; else as [`Encoder::embed`].
    pub fn logits<T: AsRef<str> + Sync>(&self, texts: &[T]) -> Result<Read> {
        let Some((head, _)) = &self.head else {
            return Err(Error::Unfit(
                "this model is no sequence classifier: train a head on its embeddings first, with `avizor train TASK --encoder DIR`"
                    .to_owned(),
            ));
        };
        self.each(texts, |_, tokens| head.forward(tokens))
    }

    /// Runs the texts through the network, and `last` on what comes out of each batch.
    fn each<T: AsRef<str> + Sync>(
        &self,
        texts: &[T],
        last: impl Fn(&Padded, &Tensor) -> Result<Tensor> + Sync,
    ) -> Result<Read> {
        let tokens = self.read(texts)?;
        let lengths: Vec<usize> = tokens.iter().map(|t| t.ids.len()).collect();
        let batches = plan(&lengths);
        let results = self.workers.run(&batches, |batch| {
            let of_batch: Vec<&Tokens> = batch.iter().map(|&i| &tokens[i]).collect();
            let padded = Padded::new(&of_batch, self.reader.padding)?;
            let rows = last(&padded, &self.trunk.forward(&padded)?)?.to_vec2::<f32>()?;
            if rows.iter().flatten().all(|x| x.is_finite()) {
                return Ok(rows);
            }
            Err(Error::Unfit(
                "the model gives no numbers: its weights are damaged, or too large for half precision; copy it again"
                    .to_owned(),
            ))
        })?;
        let mut rows = vec![Vec::new(); texts.len()];
        for (batch, of_batch) in batches.iter().zip(results) {
            for (&i, row) in batch.iter().zip(of_batch) {
                rows[i] = row;
            }
        }
        Ok(Read {
            rows,
            cut: tokens.iter().filter(|t| t.is_cut).count(),
            tokens: lengths.iter().sum(),
        })
    }

    /// Tokens of all texts, some at a time on each thread.
    fn read<T: AsRef<str> + Sync>(&self, texts: &[T]) -> Result<Vec<Tokens>> {
        const TOGETHER: usize = 64;
        let all: Vec<usize> = (0..texts.len()).collect();
        let parts: Vec<Vec<usize>> = all.chunks(TOGETHER).map(<[usize]>::to_vec).collect();
        let read = self.workers.run(&parts, |part| {
            part.iter()
                .map(|&i| self.reader.read(texts[i].as_ref()))
                .collect::<Result<Vec<Tokens>>>()
        })?;
        Ok(read.into_iter().flatten().collect())
    }
}

/// FNV-1a over words of eight bytes, in hexadecimal: finds a change, not a forgery.
fn fingerprint(bytes: &[u8]) -> String {
    let mut h = 0xcbf2_9ce4_8422_2325_u64;
    for word in bytes.chunks(8) {
        let mut number = [0; 8];
        number[..word.len()].copy_from_slice(word);
        h = (h ^ u64::from_le_bytes(number)).wrapping_mul(0x0000_0100_0000_01b3);
    }
    format!("{h:016x}")
}
