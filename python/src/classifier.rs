//! Texts or mentions in, one row of analysis for each out.

use std::collections::BTreeMap;
use std::sync::Arc;

use arrow_array::{Array, ArrayRef, Int32Array, RecordBatch};
use arrow_schema::{ArrowError, Field, Schema, SchemaRef};
use arrow_select::take::take;
use avizor::{Analysis, Mention, Model, Scratch};
use avizor_arrow::{
    Batch, ColumnReader, ReadOptions, Reject, analyses_to_batch, analysis_schema, texts_from_array,
};
use pyo3::prelude::*;

use crate::encoder::{Given, Transformer};
use crate::errors::Stop;
use crate::input::{self, Piece, Source};
use crate::protocol::Protocol;
use crate::table::Table;
use crate::threads::Threads;
use crate::{errors, evidence};

/// Reads texts. Immutable: any number of threads may use one.
#[pyclass(frozen, module = "avizor._avizor")]
pub(crate) struct Classifier {
    inner: avizor::Classifier,
    transformer: Option<Transformer>,
    evidence: bool,
}

/// A row that could not be read: its number from 1, the reason, how it begins.
pub(crate) type Rejected = (u64, String, String);

pub(crate) fn reject(row: Reject) -> Rejected {
    (row.line, row.reason, row.raw)
}

/// The shipped models, or those given, for everybody or for a protocol.
pub(crate) fn build(
    py: Python<'_>,
    protocol: Option<&avizor::Protocol>,
    models: Vec<Vec<u8>>,
) -> PyResult<avizor::Classifier> {
    py.detach(|| {
        let mut classifier =
            protocol.map_or_else(avizor::Classifier::new, avizor::Classifier::for_protocol);
        for bytes in models {
            classifier = classifier.with_model(Model::from_bytes(&bytes)?)?;
        }
        Ok(classifier)
    })
    .map_err(|e| errors::core(py, &e))
}

#[pymethods]
impl Classifier {
    #[new]
    #[pyo3(signature = (protocol, models, evidence, encoder))]
    fn new(
        py: Python<'_>,
        protocol: Option<&Protocol>,
        models: Vec<Vec<u8>>,
        evidence: bool,
        encoder: Option<Given>,
    ) -> PyResult<Self> {
        let inner = build(py, protocol.map(|p| p.inner.as_ref()), models)?;
        let transformer = encoder
            .map(|given| Transformer::open(py, given, inner.clone(), evidence))
            .transpose()?;
        Ok(Self {
            inner: inner.with_evidence(evidence),
            transformer,
            evidence,
        })
    }

    /// A table with one row for each of the input's, how many rows could not be read, and the first of these.
    /// `progress` is called with the number of rows of each piece that is done.
    #[pyo3(signature = (data, columns, timezone, threads, progress))]
    fn classify(
        &self,
        py: Python<'_>,
        data: &Bound<'_, PyAny>,
        columns: Option<BTreeMap<String, String>>,
        timezone: Option<String>,
        threads: Option<usize>,
        progress: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<(Table, u64, Option<Rejected>)> {
        let threads = Threads::new(py, threads)?;
        let options = input::options(py, ReadOptions::text_only(), columns, timezone)?;
        let mut reader = ColumnReader::new(&options).map_err(|e| errors::columns(py, &e))?;
        let mut source = Source::open(data, &options, threads.count())?;
        let mut batches = Vec::new();
        let mut rejected = 0;
        let mut broken = None;
        let mut bare = source.is_bare();
        let mut first = 1;
        while let Some(piece) = source.next(py)? {
            bare = matches!(piece, Piece::Texts(_));
            let size = piece.rows();
            let done = py.detach(|| match piece {
                Piece::Texts(texts) => self.texts(&threads, &texts),
                Piece::Mentions(rows) => {
                    let batch = reader.read(&rows)?;
                    let table = self.mentions(&threads, first, &batch)?;
                    first += rows.num_rows() as u64;
                    rejected += batch.rejects.len() as u64;
                    broken = broken
                        .take()
                        .or_else(|| batch.rejects.into_iter().next().map(reject));
                    Ok(table)
                }
            });
            batches.extend(done.map_err(|stop| stop.raise(py))?);
            if let Some(progress) = progress {
                progress.call1((size,))?;
            }
        }
        Ok((
            Table::new(self.schema(bare).map_err(errors::internal)?, batches),
            rejected,
            broken,
        ))
    }

    /// The whole analysis of one text, as JSON; spans count characters.
    fn analyse(&self, py: Python<'_>, text: &str) -> PyResult<String> {
        py.detach(|| {
            let mut analysis = match &self.transformer {
                None => self.inner.clone().with_evidence(true).classify(text),
                Some(transformer) => transformer.explain(&bare(text))?,
            };
            evidence::in_characters(text, &mut analysis.evidence);
            serde_json::to_string(&analysis).map_err(errors::internal)
        })
    }
}

impl Classifier {
    fn texts(&self, threads: &Threads, array: &ArrayRef) -> Result<Vec<RecordBatch>, Stop> {
        let texts = texts_from_array(array.as_ref())?;
        if let Some(transformer) = &self.transformer {
            let mentions: Vec<Mention> = texts.iter().flatten().map(|text| bare(text)).collect();
            let places = texts.iter().map(Option::is_some);
            return Ok(vec![self.reviewed(
                transformer,
                threads,
                &mentions,
                places,
                true,
            )?]);
        }
        let tables = threads.map(
            &texts,
            |text| text.map_or(0, str::len),
            |worker, share| {
                let rows = share.iter().map(|text| {
                    text.map(|text| {
                        worker.mention.text.clear();
                        worker.mention.text.push_str(text);
                        self.one(&mut worker.scratch, &worker.mention)
                    })
                });
                self.table(rows.collect(), true)
            },
        )?;
        Ok(tables.into_iter().collect::<Result<_, _>>()?)
    }

    /// Rejected rows keep their places, so that the answer lies beside the question; `first` is the number
    /// of the batch's first row.
    fn mentions(
        &self,
        threads: &Threads,
        first: u64,
        batch: &Batch,
    ) -> Result<Vec<RecordBatch>, Stop> {
        let mut mentions = batch.mentions.iter();
        let mut broken = batch.rejects.iter().map(|reject| reject.line).peekable();
        let lines = first..first + batch.rows() as u64;
        let rows: Vec<Option<&Mention>> = lines
            .map(|line| match broken.next_if_eq(&line) {
                Some(_) => None,
                None => mentions.next(),
            })
            .collect();
        if let Some(transformer) = &self.transformer {
            let places = rows.iter().map(Option::is_some);
            return Ok(vec![self.reviewed(
                transformer,
                threads,
                &batch.mentions,
                places,
                false,
            )?]);
        }
        let tables = threads.map(
            &rows,
            |row| row.map_or(0, |mention| mention.text.len()),
            |worker, share| {
                let rows = share
                    .iter()
                    .map(|row| row.map(|mention| self.one(&mut worker.scratch, mention)));
                self.table(rows.collect(), false)
            },
        )?;
        Ok(tables.into_iter().collect::<Result<_, _>>()?)
    }

    /// The same by a transformer; `places` says which rows have a mention.
    fn reviewed(
        &self,
        transformer: &Transformer,
        threads: &Threads,
        mentions: &[Mention],
        places: impl Iterator<Item = bool>,
        bare: bool,
    ) -> Result<RecordBatch, Stop> {
        let analyses = transformer.analyse(threads, mentions)?;
        let mut done = mentions
            .iter()
            .zip(analyses)
            .map(|(mention, mut analysis)| {
                evidence::in_characters(&mention.text, &mut analysis.evidence);
                analysis
            });
        let rows = places.map(|there| if there { done.next() } else { None });
        Ok(self.table(rows.collect(), bare)?)
    }

    fn one(&self, scratch: &mut Scratch, mention: &Mention) -> Analysis {
        let mut analysis = self.inner.analyse(scratch, mention);
        evidence::in_characters(&mention.text, &mut analysis.evidence);
        analysis
    }

    fn table(&self, rows: Vec<Option<Analysis>>, bare: bool) -> avizor_arrow::Result<RecordBatch> {
        let mut place = -1;
        let places: Int32Array = rows
            .iter()
            .map(|row| {
                place += i32::from(row.is_some());
                row.is_some().then_some(place)
            })
            .collect();
        let analyses: Vec<Analysis> = rows.into_iter().flatten().collect();
        let mut columns = analyses_to_batch(&analyses)?.columns().to_vec();
        if bare {
            columns.remove(0);
        }
        if self.evidence {
            columns.push(evidence::column(&analyses)?);
        }
        if places.null_count() > 0 {
            let spread = columns.iter().map(|column| take(column, &places, None));
            columns = spread.collect::<Result<Vec<ArrayRef>, ArrowError>>()?;
        }
        Ok(RecordBatch::try_new(self.schema(bare)?, columns)?)
    }

    /// The columns of [`analysis_schema`], without `id` for bare texts; any may be null.
    fn schema(&self, bare: bool) -> Result<SchemaRef, ArrowError> {
        let schema = analysis_schema();
        let mut fields: Vec<Field> = schema.fields()[usize::from(bare)..]
            .iter()
            .map(|field| field.as_ref().clone().with_nullable(true))
            .collect();
        if self.evidence {
            let kind = evidence::column(&[])?.data_type().clone();
            fields.push(Field::new("evidence", kind, true));
        }
        Ok(Arc::new(Schema::new(fields)))
    }
}

/// A mention that is nothing but a text.
fn bare(text: &str) -> Mention {
    Mention {
        text: text.to_owned(),
        ..Mention::default()
    }
}

/// The analysis of every mention, in their order, without evidence.
pub(crate) fn analyse(
    classifier: &avizor::Classifier,
    threads: &Threads,
    mentions: &[Mention],
) -> PyResult<Vec<Analysis>> {
    let shares = threads.map(
        mentions,
        |mention| mention.text.len(),
        |worker, share| {
            let analyses = share
                .iter()
                .map(|mention| classifier.analyse(&mut worker.scratch, mention));
            analyses.collect::<Vec<_>>()
        },
    )?;
    Ok(shares.into_iter().flatten().collect())
}
