//! A classifier's own labels to ours: by their names, or by a small TOML file beside the model.

use std::collections::BTreeMap;
use std::path::Path;

use avizor::{Polarity, Task};
use avizor_lab::softmax::probabilities;
use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::folder::read;

/// The file's name in a model's folder.
const FILE: &str = "avizor.toml";
/// Stands for "none of ours": such an output is left out, and the others share its probability.
const LEFT_OUT: &str = "-";
/// What polarities are called in models that many use.
const SHORT: [&str; 3] = ["neg", "neu", "pos"];

/// Which of our labels each output of a model stands for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LabelMap {
    /// What is decided.
    pub task: Task,
    /// Our labels, in the order of the probabilities.
    pub labels: Vec<String>,
    /// By output: the number of our label.
    to: Vec<Option<usize>>,
}

/// The file: a task, and our label for each of the model's.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    task: Task,
    labels: BTreeMap<String, String>,
}

impl LabelMap {
    /// The map of a model with these outputs: that of a file, of `avizor.toml` in the model's folder, or, without
    /// either, by names that are plain (negative, neutral, positive; NEG, NEU, POS).
    ///
    /// # Errors
    /// Where the file is damaged, leaves an output open or names labels that are not ours, or the names are not plain.
    pub fn load(folder: &Path, file: Option<&Path>, outputs: &[String]) -> Result<Self> {
        let own = folder.join(FILE);
        match file {
            Some(path) => Self::read(path, outputs),
            None if own.exists() => Self::read(&own, outputs),
            None => Self::by_name(outputs).ok_or_else(|| {
                Error::Unfit(format!(
                    "nobody says what the model's labels ({}) stand for: write `{}` with task = \"sentiment\" and a table [labels] with ours for each, as in \"{}\" = \"negative\"",
                    outputs.join(", "),
                    own.display(),
                    outputs.first().map_or("LABEL_0", String::as_str)
                ))
            }),
        }
    }

    fn by_name(outputs: &[String]) -> Option<Self> {
        let to: Option<Vec<Option<usize>>> = outputs
            .iter()
            .map(|name| {
                let name = name.to_lowercase();
                let is_own = |i: &usize| name == SHORT[*i] || name == Polarity::ALL[*i].name();
                (0..SHORT.len()).find(is_own).map(Some)
            })
            .collect();
        Some(Self {
            task: Task::Sentiment,
            labels: Polarity::ALL.map(|p| p.name().to_owned()).to_vec(),
            to: to?,
        })
    }

    fn read(path: &Path, outputs: &[String]) -> Result<Self> {
        let bytes = read(path, "check that the file exists and that you may read it")?;
        let text = String::from_utf8_lossy(&bytes);
        let written: Written =
            toml::from_str(&text).map_err(|e| Error::content(path, e.to_string().trim_end()))?;
        let ours = ours(written.task, &written.labels);
        if let Some(stranger) = written.labels.keys().find(|l| !outputs.contains(l)) {
            return Err(Error::content(
                path,
                format!(
                    "the model has no label `{stranger}`: its labels are {}",
                    outputs.join(", ")
                ),
            ));
        }
        let to: Vec<Option<usize>> = outputs
            .iter()
            .map(|output| match written.labels.get(output).map(String::as_str) {
                Some(LEFT_OUT) => Ok(None),
                Some(label) => ours.iter().position(|l| l == label).map(Some).ok_or_else(|| {
                    let task = written.task.name();
                    Error::content(
                        path,
                        format!("`{label}` is not a label of {task}: write one of {}, or -", ours.join(", ")),
                    )
                }),
                None => Err(Error::content(
                    path,
                    format!("it does not say what the model's label `{output}` stands for: add it, or map it to -"),
                )),
            })
            .collect::<Result<_>>()?;
        if to.iter().flatten().count() < 2 {
            return Err(Error::content(
                path,
                "it leaves fewer than two labels: nothing is left to decide",
            ));
        }
        Ok(Self {
            task: written.task,
            labels: ours,
            to,
        })
    }

    /// Whether this is a map onto these labels: what comes from a file may be anything.
    pub(crate) fn is_for(&self, labels: &[String]) -> bool {
        self.labels == labels && self.to.iter().flatten().all(|to| *to < labels.len())
    }

    /// Outputs that the model must have.
    pub fn outputs(&self) -> usize {
        self.to.len()
    }

    /// Probabilities of our labels from the model's logits.
    pub fn apply(&self, logits: &[f32]) -> Vec<f64> {
        let z: Vec<f64> = logits.iter().map(|l| f64::from(*l)).collect();
        let mut ours = vec![0.0; self.labels.len()];
        for (p, to) in probabilities(&z, 1.0).iter().zip(&self.to) {
            if let Some(label) = to {
                ours[*label] += p;
            }
        }
        let total: f64 = ours.iter().sum();
        if total > 0.0 {
            for p in &mut ours {
                *p /= total;
            }
        } else {
            ours.fill(1.0 / self.labels.len() as f64);
        }
        ours
    }
}

/// Our labels of a task: fixed ones in their order, or those that the file names.
fn ours(task: Task, written: &BTreeMap<String, String>) -> Vec<String> {
    let fixed = |names: &[&str]| names.iter().map(|n| (*n).to_owned()).collect();
    match task {
        Task::Sentiment => Polarity::ALL.map(|p| p.name().to_owned()).to_vec(),
        Task::Intent => fixed(&avizor::Intent::ALL.map(avizor::Intent::name)),
        Task::Urgency => fixed(&avizor::UrgencyLevel::ALL.map(avizor::UrgencyLevel::name)),
        Task::Language => fixed(&["es", "en", "pt", "und"]),
        Task::Topic => {
            let mut names: Vec<String> = written
                .values()
                .filter(|l| *l != LEFT_OUT)
                .cloned()
                .collect();
            names.sort_unstable();
            names.dedup();
            names
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(names: &[&str]) -> Vec<String> {
        names.iter().map(|n| (*n).to_owned()).collect()
    }

    fn written(toml: &str, outputs: &[&str]) -> Result<LabelMap> {
        let folder = tempfile::tempdir().expect("a folder");
        std::fs::write(folder.path().join(FILE), toml).expect("writable");
        LabelMap::load(folder.path(), None, &names(outputs))
    }

    #[test]
    fn plain_names_need_no_file_whatever_their_order() {
        let nowhere = Path::new("nowhere");
        let map = LabelMap::load(nowhere, None, &names(&["POS", "NEG", "NEU"])).expect("plain");
        let p = map.apply(&[9.0, 0.0, 0.0]);
        assert!(
            p[2] > 0.99 && (p.iter().sum::<f64>() - 1.0).abs() < 1e-12,
            "{p:?}"
        );
        let error =
            LabelMap::load(nowhere, None, &names(&["LABEL_0", "LABEL_1"])).expect_err("not plain");
        assert!(error.to_string().contains("LABEL_0, LABEL_1"), "{error}");
    }

    #[test]
    fn several_outputs_make_one_label_and_some_are_left_out() {
        let toml = "task = \"sentiment\"\n[labels]\n\"1 star\" = \"negative\"\n\"2 stars\" = \"negative\"\n\
                    \"3 stars\" = \"neutral\"\n\"4 stars\" = \"positive\"\nspam = \"-\"\n";
        let map =
            written(toml, &["1 star", "2 stars", "3 stars", "4 stars", "spam"]).expect("a map");
        let p = map.apply(&[1.0, 1.0, 1.0, 1.0, 20.0]);
        assert!(
            (p[0] - 0.5).abs() < 1e-9 && (p[1] - 0.25).abs() < 1e-9,
            "{p:?}"
        );
    }

    #[test]
    fn what_is_wrong_in_a_file_is_said() {
        for (toml, wrong) in [
            (
                "task = \"sentiment\"\n[labels]\na = \"bad\"\nb = \"positive\"\n",
                "`bad`",
            ),
            ("task = \"sentiment\"\n[labels]\na = \"negative\"\n", "`b`"),
            (
                "task = \"sentiment\"\n[labels]\na = \"negative\"\nb = \"positive\"\nc = \"neutral\"\n",
                "`c`",
            ),
            ("task = \"mood\"\n[labels]\n", "mood"),
            (
                "task = \"sentiment\"\n[labels]\na = \"negative\"\nb = \"-\"\n",
                "fewer than two",
            ),
            ("labels = 3", "labels"),
        ] {
            let error = written(toml, &["a", "b"]).expect_err(wrong).to_string();
            assert!(error.contains(wrong), "{error}");
        }
    }
}
