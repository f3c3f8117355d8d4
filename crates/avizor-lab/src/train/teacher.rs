//! A teacher's opinions on texts without labels, in the place of labels.

use avizor::classify::{Classifier, Model, Scratch, Task};
use rayon::prelude::*;

use super::{Example, SENTIMENT, features};
use crate::corpus::Labelled;
use crate::error::{Error, Result};
use crate::softmax::likeliest;

/// Another judge's opinions on texts without labels (distillation: Hinton, Vinyals and Dean 2015,
/// <https://arxiv.org/abs/1503.02531>).
#[derive(Clone, Debug, Default)]
pub struct Teacher {
    /// Names of the labels, in the order of the opinions.
    pub labels: Vec<String>,
    /// What it judged.
    pub opinions: Vec<Opinion>,
}

/// What a teacher says of one text.
#[derive(Clone, Debug)]
pub struct Opinion {
    /// What was written.
    pub text: String,
    /// Its language, when known.
    pub language: Option<avizor::Language>,
    /// Probabilities of the teacher's labels.
    pub probabilities: Vec<f32>,
}

impl Teacher {
    /// Its opinions as labels, for a card that tells these data from others.
    pub(super) fn likeliest(&self) -> Vec<Labelled> {
        let label = |o: &Opinion| self.labels.get(likeliest(&o.probabilities)).cloned();
        let labelled = |o: &Opinion| Labelled {
            text: o.text.clone(),
            label: label(o).unwrap_or_default(),
            language: o.language,
        };
        self.opinions.iter().map(labelled).collect()
    }
}

/// The teacher's labels, which must hold those of the data, of the task and of the model to start from.
pub(super) fn labels(
    task: Task,
    data: &[Labelled],
    teacher: &Teacher,
    start: Option<&Model>,
) -> Result<Vec<String>> {
    let fault = |message: String| Err(Error::Training(message));
    let labels = &teacher.labels;
    let known = labels.join(", ");
    if teacher
        .opinions
        .iter()
        .any(|o| o.probabilities.len() != labels.len())
        || labels.len() < 2
    {
        return fault(
            "the teacher's opinions are not over two labels or more: map its labels to ours".into(),
        );
    }
    if let Some(d) = data.iter().find(|d| !labels.contains(&d.label)) {
        return fault(format!(
            "the teacher does not know the label `{}`: it knows {known}; rename the labels, or map the teacher's",
            d.label
        ));
    }
    let is_other = |theirs: &[String]| theirs != labels.as_slice();
    if start.is_some_and(|m| is_other(&m.labels))
        || (task == Task::Sentiment && is_other(&SENTIMENT.map(str::to_owned)))
    {
        return fault(format!(
            "the teacher's labels are {known}, not those of the model to go on from: train without a start"
        ));
    }
    Ok(labels.clone())
}

/// A teacher's opinions as examples; the likeliest label stands for each where one is asked for. `told`: with what the
/// shipped reader makes of the texts.
pub(super) fn examples(task: Task, teacher: Option<&Teacher>, told: bool) -> Vec<Example> {
    let classifier = Classifier::new();
    let example = |scratch: &mut Scratch, opinion: &Opinion| {
        let p = &opinion.probabilities;
        Example {
            features: features(
                &classifier,
                scratch,
                task,
                &opinion.text,
                opinion.language,
                told,
            ),
            label: likeliest(p),
            opinion: Some(p.clone()),
        }
    };
    let opinions = teacher.map_or(&[][..], |t| &t.opinions);
    opinions
        .par_iter()
        .map_init(Scratch::default, example)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::train::{Options, train};

    fn opinion(text: &str, p: [f32; 3]) -> Opinion {
        Opinion {
            text: text.to_owned(),
            language: Some(avizor::Language::Spanish),
            probabilities: p.to_vec(),
        }
    }

    /// Words that no lexicon knows, so that only the teacher tells what they mean.
    fn teacher(n: usize) -> Teacher {
        let opinions = (0..n).map(|i| match i % 3 {
            0 => opinion(&format!("el vuelo {i} zurriburri"), [0.9, 0.08, 0.02]),
            1 => opinion(&format!("el vuelo {i} trapatiesta"), [0.1, 0.8, 0.1]),
            _ => opinion(&format!("el vuelo {i} tararira"), [0.02, 0.38, 0.6]),
        });
        Teacher {
            labels: SENTIMENT.map(str::to_owned).to_vec(),
            opinions: opinions.collect(),
        }
    }

    #[test]
    fn a_model_learns_from_opinions_alone_what_they_say_and_how_surely() {
        let options = Options {
            teacher: Some(teacher(150)),
            ..Options::default()
        };
        let trained = train(Task::Sentiment, &[], &options).expect("opinions are enough");
        assert_eq!(trained.held_out.n, 150);
        assert!(
            trained.held_out.accuracy > 0.95,
            "{}",
            trained.held_out.accuracy
        );
        let classifier = Classifier::new()
            .with_model(trained.model)
            .expect("its labels are ours");
        let p = |word: &str| {
            classifier
                .classify(&format!("el vuelo zurdo {word}"))
                .sentiment
                .probabilities
        };
        assert!(p("zurriburri")[0] > 0.6, "{:?}", p("zurriburri"));
        assert!(p("tararira")[2] > p("tararira")[0]);
    }

    #[test]
    fn beside_labels_opinions_train_and_labels_measure() {
        let label = |i: usize| Labelled {
            text: format!(
                "caso {i} {}",
                ["zurriburri", "trapatiesta", "tararira"][i % 3]
            ),
            label: SENTIMENT[i % 3].to_owned(),
            language: Some(avizor::Language::Spanish),
        };
        let data: Vec<Labelled> = (0..15).map(label).collect();
        let options = Options {
            teacher: Some(teacher(150)),
            ..Options::default()
        };
        let trained = train(Task::Sentiment, &data, &options).expect("both");
        assert_eq!(trained.held_out.n, 15);
        assert!(
            trained.held_out.accuracy > 0.8,
            "{}",
            trained.held_out.accuracy
        );
    }

    #[test]
    fn a_teacher_of_other_labels_is_refused() {
        let mut other = teacher(9);
        other.labels.swap(0, 2);
        let mut short = teacher(9);
        short.opinions[3].probabilities.pop();
        for teacher in [other, short] {
            let options = Options {
                teacher: Some(teacher),
                ..Options::default()
            };
            assert!(train(Task::Sentiment, &[], &options).is_err());
        }
    }
}
