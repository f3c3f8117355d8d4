//! What reads a model's output: a fitted layer on its embeddings, or its own labels, and the blend with the fast model.

use std::fs;
use std::path::Path;

use avizor::classify::Card;
use avizor::{Classifier, Intent, Mention, Scratch, Task};
use avizor_lab::blend::Blend;
use avizor_lab::softmax::Softmax;
use serde::{Deserialize, Serialize};

use crate::encoder::Encoder;
use crate::error::{Error, Result};
use crate::folder::read;
use crate::labels::LabelMap;

/// Rises when older programs could not read a new file.
const FORMAT: u32 = 1;

/// How a transformer's output becomes probabilities of our labels; saved as JSON.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Head {
    format: u32,
    /// What it decides.
    pub task: Task,
    /// In the order of the probabilities.
    pub labels: Vec<String>,
    /// Fingerprint of the encoder's weights.
    pub encoder: String,
    /// How many of the encoder's layers it reads; none: all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub layers: Option<usize>,
    /// What it reads.
    pub source: Source,
    /// With the fast model, where there is one for the task; none: the encoder alone.
    pub blend: Option<Blend>,
    /// Fingerprint of what the fast model was trained on, where there is a blend.
    pub fast: Option<String>,
    /// Where it comes from.
    pub card: Card,
}

/// Which of the encoder's outputs are read.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Source {
    /// The logits of a sequence classifier.
    Logits(LabelMap),
    /// The embedding, by a fitted layer.
    Embedding(Softmax),
}

impl Head {
    /// A head without a blend.
    pub fn new(encoder: &Encoder, task: Task, labels: Vec<String>, source: Source) -> Self {
        Self {
            format: FORMAT,
            task,
            labels,
            encoder: encoder.fingerprint().to_owned(),
            layers: None,
            source,
            blend: None,
            fast: None,
            card: Card::default(),
        }
    }

    /// The head that a sequence classifier brings along.
    ///
    /// # Errors
    /// As [`LabelMap::load`], and where the model is no sequence classifier.
    pub fn of_classifier(encoder: &Encoder, folder: &Path, labels: Option<&Path>) -> Result<Self> {
        if encoder.labels().is_empty() {
            return Err(Error::Unfit(format!(
                "`{}` is no sequence classifier: train a head on its embeddings with `avizor train TASK --encoder DIR --output HEAD.json`, and give it with --head",
                folder.display()
            )));
        }
        let map = LabelMap::load(folder, labels, encoder.labels())?;
        Ok(Self::new(
            encoder,
            map.task,
            map.labels.clone(),
            Source::Logits(map),
        ))
    }

    /// Reads what [`Head::save`] wrote.
    ///
    /// # Errors
    /// Where the file cannot be read, is none of ours, or of a newer program.
    pub fn load(path: &Path) -> Result<Self> {
        let bytes = read(path, "check that it exists and that you may read it")?;
        let head: Self = serde_json::from_slice(&bytes).map_err(|e| {
            Error::content(
                path,
                format!("it is not a head ({e}): write it with `avizor train TASK --encoder DIR`"),
            )
        })?;
        if head.format != FORMAT {
            return Err(Error::content(
                path,
                format!(
                    "it has format {} and this program reads {FORMAT}; use the version that wrote it",
                    head.format
                ),
            ));
        }
        let fits = match &head.source {
            Source::Logits(map) => map.is_for(&head.labels),
            Source::Embedding(softmax) => softmax.is_for(head.labels.len()),
        };
        if !fits || head.labels.len() < 2 || head.blend.is_some_and(|b| !b.is_sound()) {
            return Err(Error::content(
                path,
                "its parts do not fit each other: train it again",
            ));
        }
        Ok(head)
    }

    /// The encoder as all these heads read it.
    ///
    /// # Errors
    /// Where they read different numbers of its layers, or more than it has.
    pub fn fit_for(encoder: Encoder, heads: &[Self]) -> Result<Encoder> {
        let layers = heads.first().and_then(|h| h.layers);
        if heads.iter().any(|h| h.layers != layers) {
            return Err(Error::Unfit(
                "the heads read different numbers of the transformer's layers: train them with the same --layers"
                    .to_owned(),
            ));
        }
        match layers {
            Some(layers) => encoder.with_layers(layers),
            None => Ok(encoder),
        }
    }

    /// The file's bytes, as JSON.
    ///
    /// # Errors
    /// Never for a head that was fitted.
    pub fn to_bytes(&self) -> Result<Vec<u8>> {
        serde_json::to_vec_pretty(self)
            .map_err(|e| Error::Unfit(format!("this head cannot be written ({e}): train it again")))
    }

    /// Writes the file.
    ///
    /// # Errors
    /// Where it cannot be written.
    pub fn save(&self, path: &Path) -> Result<()> {
        fs::write(path, self.to_bytes()?).map_err(|source| Error::File {
            path: path.to_owned(),
            remedy: "check that its folder exists and that you may write there".to_owned(),
            source,
        })
    }

    /// Refuses an encoder or a fast model that the head was not fitted with.
    pub(crate) fn check(&self, encoder: &Encoder, classifier: &Classifier) -> Result<()> {
        let fault = |message: String| Err(Error::Unfit(message));
        let task = self.task.name();
        if self.encoder != encoder.fingerprint() {
            return fault(format!(
                "the head for {task} was fitted on another model than this folder's: train it again"
            ));
        }
        let fits = match &self.source {
            Source::Logits(map) => map.outputs() == encoder.labels().len(),
            Source::Embedding(softmax) => softmax.width() == encoder.width(),
        };
        if !fits {
            return fault(format!(
                "the head for {task} does not fit the model: train it again"
            ));
        }
        if matches!(self.task, Task::Urgency | Task::Language) {
            return fault(format!(
                "{task} is not decided by a transformer: sentiment, intent and topic are"
            ));
        }
        if self.task == Task::Intent
            && let Some(stranger) = self.labels.iter().find(|l| !Intent::is_label(l))
        {
            return fault(format!(
                "the head's label `{stranger}` is no intent: train it with labels among {}, and {} for all else",
                Intent::ALL.map(Intent::name).join(", "),
                Intent::OTHER
            ));
        }
        if self.blend.is_some()
            && classifier.model(self.task).map(|m| &m.card.data_hash) != self.fast.as_ref()
        {
            return fault(format!(
                "the head for {task} was fitted beside another fast model: give that one with --model, or train the head again"
            ));
        }
        Ok(())
    }

    /// What the fast model of the task says of a mention, over this head's labels; none where it knows none of them.
    ///
    /// Labels that the fast model does not know share evenly what it gives to those that the head does not know.
    pub fn fast(
        &self,
        classifier: &Classifier,
        scratch: &mut Scratch,
        mention: &Mention,
    ) -> Option<Vec<f64>> {
        let known = &classifier.model(self.task)?.labels;
        if !self.labels.iter().any(|l| known.contains(l)) {
            return None;
        }
        let p = classifier.probabilities(scratch, self.task, mention)?;
        Some(project(known, &p, &self.labels))
    }
}

/// A distribution over some labels as one over others.
fn project(known: &[String], p: &[f64], labels: &[String]) -> Vec<f64> {
    let of = |label: &String| known.iter().position(|k| k == label).map(|i| p[i]);
    let shared: f64 = labels.iter().filter_map(of).sum();
    let strangers = labels.iter().filter(|l| !known.contains(l)).count();
    let rest = (1.0 - shared).max(0.0) / strangers.max(1) as f64;
    let mut out: Vec<f64> = labels.iter().map(|l| of(l).unwrap_or(rest)).collect();
    let total: f64 = out.iter().sum();
    if total > 0.0 {
        for p in &mut out {
            *p /= total;
        }
    } else {
        out.fill(1.0 / labels.len() as f64);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(names: &[&str]) -> Vec<String> {
        names.iter().map(|n| (*n).to_owned()).collect()
    }

    #[test]
    fn distributions_are_carried_over_by_name() {
        let known = names(&["complaint", "praise", "question"]);
        let p = [0.5, 0.3, 0.2];
        let close = |a: Vec<f64>, b: &[f64]| a.iter().zip(b).all(|(a, b)| (a - b).abs() < 1e-12);
        assert!(close(
            project(&known, &p, &names(&["other", "complaint"])),
            &[0.5, 0.5]
        ));
        assert!(close(
            project(&known, &p, &names(&["praise", "complaint"])),
            &[0.375, 0.625]
        ));
        assert!(close(project(&known, &p, &known), &p));
        assert!(close(
            project(&known, &[0.0, 0.0, 1.0], &names(&["praise", "complaint"])),
            &[0.5, 0.5]
        ));
    }
}
