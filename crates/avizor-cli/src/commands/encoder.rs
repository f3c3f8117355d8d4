//! A local transformer beside the fast models, for the commands that read mentions. Built with the feature `encoder`;
//! without it the options are there and say so.

use std::path::PathBuf;

#[cfg(feature = "encoder")]
use anyhow::Context;
use anyhow::Result;
#[cfg(not(feature = "encoder"))]
use anyhow::bail;
use avizor::{Analysis, Classifier, Mention};
#[cfg(feature = "encoder")]
use avizor_encoder::{Encoder, Options, Reviewer};
use rayon::ThreadPool;

use crate::load;
#[cfg(feature = "encoder")]
use crate::output;

/// Options of a transformer.
#[derive(clap::Args, Debug, Default)]
#[command(next_help_heading = "Transformer")]
pub(crate) struct EncoderArgs {
    /// Folder of a transformer (config.json, tokenizer.json, model.safetensors) that judges beside the fast models
    #[arg(long, value_name = "DIR")]
    encoder: Option<PathBuf>,
    /// Head that reads the transformer, from `avizor train TASK --encoder DIR`; may be repeated
    #[arg(long, value_name = "HEAD.json", requires = "encoder")]
    head: Vec<PathBuf>,
    /// What a classifier's labels stand for [default: avizor.toml in its folder, or plain names]
    #[arg(long, value_name = "MAP.toml", requires = "encoder")]
    labels: Option<PathBuf>,
    /// The transformer judges at most this share of the mentions, the most doubtful ones, as in 5%
    #[arg(long, value_name = "SHARE", requires = "encoder", value_parser = share)]
    encoder_budget: Option<f64>,
}

/// Options of `avizor train` for a head on a transformer.
#[derive(clap::Args, Debug, Default)]
#[command(next_help_heading = "Transformer")]
pub(crate) struct HeadArgs {
    /// Fit a head on this folder's transformer and blend it with the fast model; --output is then HEAD.json
    #[arg(long, value_name = "DIR")]
    pub(crate) encoder: Option<PathBuf>,
    /// Fast model that the head is blended with [default: the shipped one]
    #[arg(long, value_name = "M.avz", requires = "encoder")]
    pub(crate) model: Option<PathBuf>,
    /// Read no further than its first N layers: for half of them half the time, and a head may lose little
    #[arg(long, value_name = "N", requires = "encoder")]
    pub(crate) layers: Option<usize>,
    /// Keep embeddings in this folder, by the hash of their text, for the next head
    #[arg(long, value_name = "FOLDER", requires = "encoder")]
    pub(crate) cache: Option<PathBuf>,
    /// What a classifier's labels stand for [default: avizor.toml in its folder, or plain names]
    #[arg(long, value_name = "MAP.toml")]
    pub(crate) labels: Option<PathBuf>,
    /// Fit on the embeddings of a sequence classifier, too, and leave its own labels alone
    #[arg(long, requires = "encoder")]
    pub(crate) embedding: bool,
}

/// Options of `avizor train` for the fast model to learn from a transformer.
#[derive(clap::Args, Debug, Default)]
#[command(next_help_heading = "Transformer")]
pub(crate) struct TeacherArgs {
    /// Learn from what this folder's transformer says of the texts of --unlabelled, beside INPUT or in its place
    #[arg(
        long,
        value_name = "DIR",
        requires = "unlabelled",
        conflicts_with = "encoder"
    )]
    pub(crate) teacher: Option<PathBuf>,
    /// Head that reads the teacher, where it is no sequence classifier
    #[arg(long, value_name = "HEAD.json", requires = "teacher")]
    pub(crate) teacher_head: Option<PathBuf>,
    /// Texts for the teacher, with the same columns
    #[arg(long, value_name = "FILE", requires = "teacher")]
    pub(crate) unlabelled: Option<PathBuf>,
}

/// A share such as 5% or 0.05.
fn share(text: &str) -> std::result::Result<f64, String> {
    let (number, unit) = match text.strip_suffix('%') {
        Some(number) => (number, 100.0),
        None => (text, 1.0),
    };
    match number.trim().parse::<f64>() {
        Ok(n) if (0.0..=1.0).contains(&(n / unit)) => Ok(n / unit),
        _ => Err("write a share of the mentions, as in 5% or 0.05".to_owned()),
    }
}

/// Whoever judges mentions: the fast models alone, or a transformer beside them.
pub(crate) enum Analyst {
    Fast(ThreadPool, Classifier),
    #[cfg(feature = "encoder")]
    Reviewed(ThreadPool, Box<Reviewer>),
}

impl Analyst {
    /// `evidence`: whether analyses carry their reasons.
    pub(crate) fn new(
        args: &EncoderArgs,
        classifier: Classifier,
        threads: Option<usize>,
        evidence: bool,
    ) -> Result<Self> {
        let pool = load::pool(threads)?;
        match &args.encoder {
            None => Ok(Self::Fast(pool, classifier.with_evidence(evidence))),
            #[cfg(feature = "encoder")]
            Some(folder) => {
                let options = Options {
                    folder: folder.clone(),
                    heads: args.head.clone(),
                    labels: args.labels.clone(),
                    budget: args.encoder_budget,
                    threads: threads.unwrap_or(0),
                };
                let reviewer = Reviewer::open(&options, classifier, evidence)
                    .with_context(|| unusable(folder))?;
                Ok(Self::Reviewed(pool, Box::new(reviewer)))
            }
            #[cfg(not(feature = "encoder"))]
            Some(_) => bail!(WITHOUT),
        }
    }

    /// Analyses in the order of the mentions, each finished by `then`.
    #[cfg_attr(
        not(feature = "encoder"),
        expect(clippy::unnecessary_wraps, reason = "only a transformer can fail")
    )]
    pub(crate) fn analyse<T: Send>(
        &mut self,
        mentions: &[Mention],
        then: impl Fn(&Mention, Analysis) -> T + Sync,
    ) -> Result<Vec<T>> {
        match self {
            Self::Fast(pool, classifier) => Ok(load::analyse(pool, classifier, mentions, then)),
            #[cfg(feature = "encoder")]
            Self::Reviewed(pool, reviewer) => {
                let analyses = pool.install(|| reviewer.review(mentions))?;
                Ok(mentions
                    .iter()
                    .zip(analyses)
                    .map(|(m, a)| then(m, a))
                    .collect())
            }
        }
    }

    /// Tells on standard error what the transformer did.
    #[cfg_attr(
        not(feature = "encoder"),
        expect(clippy::unused_self, reason = "the fast models have nothing to tell")
    )]
    pub(crate) fn tell(&self) {
        #[cfg(feature = "encoder")]
        if let Self::Reviewed(_, reviewer) = self {
            let account = reviewer.account();
            output::say(&format!(
                "the transformer judged {} of {} mentions; {} were longer than its {} tokens and were cut",
                account.judged,
                account.mentions,
                account.cut,
                reviewer.encoder().limit()
            ));
        }
    }
}

/// What is said of a transformer where none was built in.
#[cfg(not(feature = "encoder"))]
pub(crate) const WITHOUT: &str = "this avizor was built without transformers: build it with \
     `cargo build --release -p avizor-cli --features encoder`";

#[cfg(feature = "encoder")]
pub(crate) fn load_encoder(folder: &std::path::Path) -> Result<Encoder> {
    Encoder::open(folder, 0).with_context(|| unusable(folder))
}

#[cfg(feature = "encoder")]
fn unusable(folder: &std::path::Path) -> String {
    format!("cannot use the transformer in `{}`", folder.display())
}

#[cfg(test)]
mod tests {
    use super::share;

    #[test]
    fn shares_are_read_with_and_without_percent() {
        assert_eq!(share("5%"), Ok(0.05));
        assert_eq!(share("0.2"), Ok(0.2));
        assert_eq!(share("100 %"), Ok(1.0));
        for wrong in ["", "5", "-1%", "101%", "NaN", "five"] {
            assert!(share(wrong).is_err(), "{wrong}");
        }
    }
}
