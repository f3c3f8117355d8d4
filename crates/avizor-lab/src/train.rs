//! Labelled texts to a linear model: softmax regression in steps or with a ridge, calibrated on held-out folds.
//!
//! Every choice is made by a seeded generator, so the same labels give the same model.

mod ridge;
mod steps;
mod teacher;

use std::collections::{BTreeMap, BTreeSet};

use avizor::classify::{Card, Classifier, Features, Model, Scratch, Task, Weights};
use avizor::{Intent, Language, UrgencyLevel};
use rand::SeedableRng;
use rand::seq::SliceRandom;
use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;

pub use teacher::{Opinion, Teacher};

use ridge::Ridge;
use steps::Steps;

use crate::corpus::Labelled;
use crate::error::{Error, Result};
use crate::hash::Fnv;
use crate::metrics::{Evaluation, Judged, evaluate};
use crate::softmax::{balance, likeliest};

/// How to train.
#[derive(Clone, Debug)]
pub struct Options {
    /// Rows of the hashed table: 2^bits.
    pub bits: u8,
    /// Fit all texts at once with the pull towards zero, or towards the weights of `start`, that the held-out folds like
    /// best, in the place of passes: for labelled texts alone, without a `teacher`. `epochs`, `rate`, `decay`,
    /// `dropout`, `dense_rate` and `blend` do nothing then.
    pub ridge: bool,
    /// Whether a model of intents, topics or urgency is also told what the shipped reader makes of a text: its opinion,
    /// its cues, its tone. For an organisation's own labels: what goes on from a `start` is told what that was told, and
    /// the shipped model itself learns without.
    pub opinions: bool,
    /// Passes over the data at most.
    pub epochs: usize,
    /// Whether to stop at the pass after which the held-out folds are read best (least loss, labels weighted as in
    /// training, at the temperature that suits it); else every pass is made.
    pub early_stopping: bool,
    /// Step of AdaGrad.
    pub rate: f32,
    /// Pull of hashed and dense weights towards zero, or towards the weights started from.
    pub decay: f32,
    /// Share of texts whose hashed features are dropped in a pass, so that the dense ones learn to stand alone.
    pub dropout: f32,
    /// Whether rare labels weigh as much as frequent ones.
    pub balanced: bool,
    /// Folds of the cross-validation that calibrates and measures.
    pub folds: usize,
    /// Group of each text, where texts of one group are alike beyond their labels (one writer, one
    /// source): whole groups are held out then, and the calibration holds for strangers too.
    pub groups: Option<Vec<usize>>,
    /// Seed of every shuffle.
    pub seed: u64,
    /// How fast dense weights move, against hashed ones: 0 keeps those of `start`.
    pub dense_rate: f32,
    /// What the learnt hashed weights count for beside those started from: below 1 where the training
    /// texts are not quite like those that the model will meet.
    pub blend: f32,
    /// Calibrates against texts that differ from the training ones: the held-out temperature is
    /// multiplied by it.
    pub caution: f32,
    /// Go on from this model.
    pub start: Option<Model>,
    /// Learn from another judge's opinions as well, or from them alone where there are no labelled texts.
    pub teacher: Option<Teacher>,
    /// What the card says.
    pub card: Card,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            bits: 18,
            ridge: false,
            opinions: false,
            epochs: 8,
            early_stopping: false,
            rate: 0.05,
            decay: 1e-3,
            dropout: 0.2,
            balanced: true,
            folds: 5,
            groups: None,
            seed: 1,
            dense_rate: 1.0,
            blend: 1.0,
            caution: 1.0,
            start: None,
            teacher: None,
            card: Card::default(),
        }
    }
}

/// A trained model and how it did on texts it had not seen.
#[derive(Clone, Debug)]
pub struct Trained {
    /// The model, from all the data.
    pub model: Model,
    /// Over the held-out folds. Where they also chose the number of passes this is a little too good; texts kept
    /// apart say better.
    pub held_out: Evaluation,
    /// Passes that were made; 0 with a ridge.
    pub epochs: usize,
    /// The pull towards zero, or towards where it started, that was chosen, with a ridge.
    pub pull: Option<f32>,
}

struct Example {
    features: Features,
    label: usize,
    /// A teacher's probabilities in the place of the label.
    opinion: Option<Vec<f32>>,
}

impl Example {
    /// How much of label `k` is wanted.
    fn target(&self, k: usize) -> f32 {
        match &self.opinion {
            Some(p) => p[k],
            None => f32::from(u8::from(k == self.label)),
        }
    }
}

/// Trains a model of `task` on labelled texts.
///
/// # Errors
/// Where there are fewer than two labels, or a label that the task does not know.
pub fn train(task: Task, data: &[Labelled], options: &Options) -> Result<Trained> {
    let labels = match &options.teacher {
        Some(teacher) => teacher::labels(task, data, teacher, options.start.as_ref())?,
        None => labels_of(task, data, options.start.as_ref())?,
    };
    // What goes on from a model is told what that was told.
    let opinions = match &options.start {
        Some(start) => start.is_told(),
        None => options.opinions && matches!(task, Task::Intent | Task::Urgency | Task::Topic),
    };
    let mut examples = read(task, data, &labels, opinions);
    examples.extend(teacher::examples(task, options.teacher.as_ref(), opinions));
    // Opinions are measured on where there is nothing better; beside labels they are in every fold's training.
    let measured = if data.is_empty() {
        examples.len()
    } else {
        data.len()
    };
    let mut assigned = assign(&examples[..measured], options);
    let folds = assigned.iter().max().map_or(0, |m| m + 1);
    assigned.resize(examples.len(), folds);
    let all: Vec<&Example> = examples.iter().collect();
    let way: Box<dyn Way + '_> = if options.ridge && options.teacher.is_none() {
        Box::new(Ridge::new(&all, labels.len(), options))
    } else {
        Box::new(Steps::new(&all, labels.len(), options))
    };
    let stages = (0..folds)
        .into_par_iter()
        .map(|fold| {
            let kept = pick(&examples, |i| assigned[i] != fold);
            let out = pick(&examples, |i| assigned[i] == fold);
            way.held_out(&kept, &out, fold)
        })
        .reduce(Vec::new, joined);
    let (best, held) = way.best(stages);
    let temperature = fit_temperature(&held, &[]).0 * f64::from(options.caution);
    let rows: Vec<Judged> = held
        .iter()
        .map(|(t, l)| judged(*t, l, temperature, &labels))
        .collect();
    let held_out = evaluate(task.name(), &rows);

    let mut weights = way.fit(&all, best, folds);
    weights.temperature = temperature as f32;
    let mut card = options.card.clone();
    card.examples = examples.len() as u64;
    card.data_hash = match &options.teacher {
        Some(teacher) => fingerprint(&[data, &teacher.likeliest()].concat()),
        None => fingerprint(data),
    };
    card.metrics = vec![
        ("held-out accuracy".into(), held_out.accuracy),
        ("held-out macro-F1".into(), held_out.macro_f1),
        ("held-out ECE".into(), held_out.ece.unwrap_or(0.0)),
    ];
    let model = Model::pack(task, labels, options.bits, &weights, card)?;
    let (epochs, pull) = way.told(best);
    Ok(Trained {
        model,
        held_out,
        epochs,
        pull,
    })
}

/// A way from examples to weights, in stages (passes, pulls) among which held-out folds choose.
trait Way: Sync {
    /// What a fold's examples get at each stage, from the others.
    fn held_out(&self, kept: &[&Example], out: &[&Example], fold: usize) -> Vec<Held>;

    /// The stage at which held-out examples are read best, and how they are.
    fn best(&self, stages: Vec<Held>) -> (usize, Held);

    /// Weights at a stage; `salt` sets its shuffles apart from those of the folds.
    fn fit(&self, examples: &[&Example], stage: usize, salt: usize) -> Weights;

    /// How many passes and which pull the stage is.
    fn told(&self, stage: usize) -> (usize, Option<f32>);
}

/// The stage of least cost to the held-out folds, the first of equals.
fn least(stages: Vec<Held>, cost: impl Fn(&Held) -> f64) -> (usize, Held) {
    let best = stages
        .into_iter()
        .enumerate()
        .map(|(i, held)| (cost(&held), i, held))
        .min_by(|a, b| a.0.total_cmp(&b.0));
    best.map_or((0, Held::new()), |(_, i, held)| (i, held))
}

/// The stage of least loss, labels weighted as in training, at the temperature that suits it.
pub(crate) fn least_loss(stages: Vec<Held>, class_weight: &[f32]) -> (usize, Held) {
    least(stages, |held| fit_temperature(held, class_weight).1)
}

/// The stage of the best macro-F1 where labels weigh alike, else the one that is right most often.
pub(crate) fn most_right(stages: Vec<Held>, labels: usize, balanced: bool) -> (usize, Held) {
    least(stages, |held| -score(held, labels, balanced))
}

/// The labels' F1 together where they weigh alike, else how many are right.
fn score(held: &Held, labels: usize, balanced: bool) -> f64 {
    // By label: read rightly, read as it, truly it.
    let mut counts = vec![[0_usize; 3]; labels];
    for (truth, z) in held {
        let read = likeliest(z);
        counts[*truth][0] += usize::from(read == *truth);
        counts[read][1] += 1;
        counts[*truth][2] += 1;
    }
    if !balanced {
        return counts.iter().map(|c| c[0] as f64).sum();
    }
    let f1 = |c: &[usize; 3]| 2.0 * c[0] as f64 / (c[1] + c[2]).max(1) as f64;
    counts.iter().map(f1).sum()
}

/// Whether all texts at once suit a task: where labels are few, and something is known beforehand or the lexicon has
/// nothing to say. Many labels are read in passes, which cost less and come to the same.
pub fn suits_ridge(task: Task, start: Option<&Model>, texts: usize) -> bool {
    let known = start.is_some() || matches!(task, Task::Intent | Task::Topic);
    known && texts <= MOST_AT_ONCE
}

/// The fits of seven pulls on five folds of so many take about as long as a minute of passes over 50,000.
const MOST_AT_ONCE: usize = 10_000;

/// The label of each held-out example and its logits.
pub(crate) type Held = Vec<(usize, Vec<f64>)>;

/// The folds together, pass by pass.
fn joined(mut a: Vec<Held>, b: Vec<Held>) -> Vec<Held> {
    a.resize_with(a.len().max(b.len()), Vec::new);
    for (a, b) in a.iter_mut().zip(b) {
        a.extend(b);
    }
    a
}

/// Gives labels that are no intents the name of all else, [`Intent::OTHER`]; returns them, by the alphabet. What is called so
/// already is left out. O(n log n).
pub fn fold_intents(data: &mut [Labelled]) -> Vec<String> {
    let mut folded = BTreeSet::new();
    for d in data {
        if !Intent::is_label(&d.label) {
            folded.insert(std::mem::replace(&mut d.label, Intent::OTHER.into()));
        }
    }
    folded.into_iter().collect()
}

const SENTIMENT: [&str; 3] = ["negative", "neutral", "positive"];

/// The labels of a model of `task` for these data: those of the task where they are fixed, else those of the data.
///
/// Intents are those that occur, and [`Intent::OTHER`] for all else.
///
/// # Errors
/// As [`train`].
pub fn labels_of(task: Task, data: &[Labelled], start: Option<&Model>) -> Result<Vec<String>> {
    let fixed: &[&str] = match task {
        Task::Sentiment => &SENTIMENT,
        Task::Language => &["es", "en", "pt", "und"],
        Task::Urgency => &UrgencyLevel::ALL.map(UrgencyLevel::name),
        Task::Intent | Task::Topic => &[],
    };
    let mut seen: Vec<&str> = data.iter().map(|d| d.label.as_str()).collect();
    seen.sort_unstable();
    seen.dedup();
    if task == Task::Intent {
        check_intents(&seen)?;
    }
    if seen.len() < 2 {
        return Err(Error::Training(
            "there are fewer than two different labels: a model needs examples of each".into(),
        ));
    }
    if let Some(bad) = seen
        .iter()
        .find(|l| !fixed.is_empty() && !fixed.contains(l))
    {
        return Err(Error::Training(format!(
            "`{bad}` is not a label of {}: write {}",
            task.name(),
            fixed.join(", ")
        )));
    }
    if let Some(model) = start {
        if let Some(bad) = seen.iter().find(|l| !model.labels.iter().any(|m| m == *l)) {
            return Err(Error::Training(format!(
                "the model to start from does not know the label `{bad}`: it knows {}; train without a start",
                model.labels.join(", ")
            )));
        }
        return Ok(model.labels.clone());
    }
    let labels: Vec<String> = if fixed.is_empty() { &seen[..] } else { fixed }
        .iter()
        .map(|s| (*s).to_owned())
        .collect();
    if labels.len() > avizor::classify::MAX_LABELS {
        return Err(Error::Training(format!(
            "{} different labels are too many: a model holds {}",
            labels.len(),
            avizor::classify::MAX_LABELS
        )));
    }
    Ok(labels)
}

/// Refuses labels that a classifier would not know what to do with.
fn check_intents(seen: &[&str]) -> Result<()> {
    let what = match seen.iter().find(|l| !Intent::is_label(l)) {
        Some(bad) => format!("`{bad}` is no intent"),
        None if seen == [Intent::OTHER] => "no label is an intent".into(),
        None => return Ok(()),
    };
    Err(Error::Training(format!(
        "{what}: write {}, and {} for all else",
        Intent::ALL.map(Intent::name).join(", "),
        Intent::OTHER
    )))
}

fn read(task: Task, data: &[Labelled], labels: &[String], opinions: bool) -> Vec<Example> {
    let classifier = Classifier::new();
    let example = |scratch: &mut Scratch, d: &Labelled| Example {
        features: features(&classifier, scratch, task, &d.text, d.language, opinions),
        label: labels.iter().position(|l| *l == d.label).unwrap_or(0),
        opinion: None,
    };
    data.par_iter()
        .map_init(Scratch::default, example)
        .collect()
}

/// What a trainer sees of a text, with the shipped reader's opinions where they are wanted.
fn features(
    classifier: &Classifier,
    scratch: &mut Scratch,
    task: Task,
    text: &str,
    language: Option<Language>,
    opinions: bool,
) -> Features {
    if opinions {
        classifier.features_with_opinions(scratch, task, text, language)
    } else {
        classifier.features(scratch, task, text, language)
    }
}

/// The fold of each example: its group's; or dealt label by label in a scrambled order, so that every fold has its
/// share of each label, and neighbours in a file, which are often alike, are parted.
fn assign(examples: &[Example], options: &Options) -> Vec<usize> {
    if let Some(groups) = &options.groups
        && groups.len() == examples.len()
    {
        return groups.clone();
    }
    let folds = options.folds.clamp(2, 20);
    let mut order: Vec<usize> = (0..examples.len()).collect();
    order.shuffle(&mut ChaCha8Rng::seed_from_u64(options.seed));
    order.sort_by_key(|&i| examples[i].label);
    let mut assigned = vec![0; examples.len()];
    for (dealt, i) in order.into_iter().enumerate() {
        assigned[i] = dealt % folds;
    }
    assigned
}

fn pick(examples: &[Example], keep: impl Fn(usize) -> bool) -> Vec<&Example> {
    examples
        .iter()
        .enumerate()
        .filter(|(i, _)| keep(*i))
        .map(|(_, e)| e)
        .collect()
}

/// The weights to start from, for `examples` of so many labels: those of the model to go on from, else none.
fn origin(examples: &[&Example], labels: usize, options: &Options) -> Weights {
    let start = options.start.as_ref().filter(|m| m.bits == options.bits);
    let mut weights = start.map_or_else(
        || Weights {
            table: vec![0.0; labels << options.bits],
            dense: Vec::new(),
            bias: vec![0.0; labels],
            temperature: 1.0,
        },
        Model::unpack,
    );
    let dense = examples.iter().flat_map(|e| &e.features.dense);
    let dense = dense.map(|(f, _)| *f as usize + 1).max().unwrap_or(0);
    let longer = weights.dense.len().max(dense * labels);
    weights.dense.resize(longer, 0.0);
    weights
}

/// What a text counts for by its label: where all labels are to weigh alike, `most` at most and its inverse at least.
fn class_weights<'a>(
    examples: impl IntoIterator<Item = &'a Example>,
    n: usize,
    balanced: bool,
    most: f32,
) -> Vec<f32> {
    if !balanced {
        return vec![1.0; n];
    }
    let truth: Vec<usize> = examples.into_iter().map(|e| e.label).collect();
    let weights = balance(&truth, n).into_iter();
    weights.map(|w| w.clamp(1.0 / most, most)).collect()
}

fn logits(w: &Weights, features: &Features, n: usize, bits: u8) -> Vec<f64> {
    let mask = (1_u32 << bits) - 1;
    let value = 1.0 / (features.hashed.len().max(1) as f32).sqrt();
    let mut z: Vec<f64> = w.bias.iter().map(|b| f64::from(*b)).collect();
    for &h in &features.hashed {
        let row = (h & mask) as usize * n;
        for (z, w) in z.iter_mut().zip(&w.table[row..row + n]) {
            *z += f64::from(w * value);
        }
    }
    for &(f, x) in &features.dense {
        let row = f as usize * n;
        if let Some(weights) = w.dense.get(row..row + n) {
            for (z, w) in z.iter_mut().zip(weights) {
                *z += f64::from(w * x);
            }
        }
    }
    z
}

/// The temperature of least mean log-loss on held-out logits, by golden-section search, and that loss. Without
/// `class_weight` every text counts alike.
pub(crate) fn fit_temperature(held: &[(usize, Vec<f64>)], class_weight: &[f32]) -> (f64, f64) {
    let weight = |label: usize| class_weight.get(label).map_or(1.0, |w| f64::from(*w));
    let total: f64 = held.iter().map(|(label, _)| weight(*label)).sum();
    let loss = |t: f64| -> f64 {
        let sum: f64 = held
            .iter()
            .map(|(label, z)| {
                let top = z.iter().copied().fold(f64::NEG_INFINITY, f64::max);
                let total: f64 = z.iter().map(|z| libm::exp((z - top) / t)).sum();
                weight(*label) * (libm::log(total) - (z[*label] - top) / t)
            })
            .sum();
        sum / total.max(f64::MIN_POSITIVE)
    };
    let (mut a, mut b) = (0.2_f64, 8.0_f64);
    let ratio = (5.0_f64.sqrt() - 1.0) / 2.0;
    for _ in 0..40 {
        let (c, d) = (b - ratio * (b - a), a + ratio * (b - a));
        if loss(c) < loss(d) { b = d } else { a = c }
    }
    let best = f64::midpoint(a, b);
    (best, loss(best))
}

fn judged(truth: usize, z: &[f64], temperature: f64, labels: &[String]) -> Judged {
    let best = likeliest(z);
    let weights: Vec<f64> = z
        .iter()
        .map(|x| libm::exp((x - z[best]) / temperature))
        .collect();
    let total: f64 = weights.iter().sum();
    Judged {
        truth: labels[truth].clone(),
        predicted: labels[best].clone(),
        probabilities: labels
            .iter()
            .cloned()
            .zip(weights.iter().map(|w| w / total))
            .collect(),
    }
}

/// Fingerprint of texts and labels, in hexadecimal: what a card's `data_hash` holds.
pub fn fingerprint(data: &[Labelled]) -> String {
    let mut hash = Fnv::default();
    for d in data {
        hash.write(d.text.as_bytes());
        hash.write(&[0x1f]);
        hash.write(d.label.as_bytes());
        hash.write(&[0x1e]);
    }
    hash.hex()
}

/// How many examples each label has.
pub fn support(data: &[Labelled]) -> BTreeMap<&str, usize> {
    let mut counts = BTreeMap::new();
    for d in data {
        *counts.entry(d.label.as_str()).or_default() += 1;
    }
    counts
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Texts whose labels a word tells, and some that are labelled at random.
    fn labelled(n: usize) -> Vec<Labelled> {
        (0..n)
            .map(|i| {
                let sign = if i % 7 == 0 { i / 7 } else { i } % 2;
                let word = ["pedido", "reclamo"][i % 2];
                Labelled {
                    text: format!("mi {word} número {} de hoy", i * 37 % 101),
                    label: ["praise", "complaint"][sign].into(),
                    language: None,
                }
            })
            .collect()
    }

    #[test]
    fn it_stops_where_the_held_out_folds_are_read_best() {
        let data = labelled(140);
        let with = |early_stopping, epochs| {
            let options = Options {
                bits: 10,
                epochs,
                rate: 0.5,
                early_stopping,
                ..Options::default()
            };
            train(Task::Intent, &data, &options).unwrap()
        };
        let (stopped, every) = (with(true, 30), with(false, 30));
        assert_eq!(every.epochs, 30);
        assert!(stopped.epochs < 30);
        // The model is the one of so many passes, but for the step that shrinks with each pass alike.
        assert_eq!(stopped.model, with(false, stopped.epochs).model);
    }

    #[test]
    fn a_ridge_finds_the_telling_word_and_nothing_in_noise() {
        let with = |data: &[Labelled]| {
            let options = Options {
                bits: 10,
                ridge: true,
                ..Options::default()
            };
            train(Task::Topic, data, &options).unwrap()
        };
        let told = with(&labelled(140));
        assert!(told.held_out.accuracy > 0.9, "{}", told.held_out.accuracy);
        assert_eq!(told.epochs, 0);
        let mut noise = labelled(140);
        for (i, d) in noise.iter_mut().enumerate() {
            d.label = ["praise", "complaint"][i * 7919 / 13 % 2].into();
        }
        assert!(with(&noise).held_out.accuracy < 0.7);
        assert_eq!(told.model, with(&labelled(140)).model);
    }

    #[test]
    fn a_few_labels_correct_a_start_and_keep_what_they_do_not_touch() {
        let start = |data: &[Labelled], start| {
            let options = Options {
                bits: 12,
                ridge: true,
                start,
                ..Options::default()
            };
            train(Task::Intent, data, &options).unwrap()
        };
        let text = |word: &str, i: usize, label: &str| Labelled {
            text: format!("{word} número {}", i * 37 % 101),
            label: label.into(),
            language: None,
        };
        let two = |first: [&str; 2], second: [&str; 2], n: usize| -> Vec<Labelled> {
            let pick = |i: usize| [first, second][i % 2];
            (0..n).map(|i| text(pick(i)[0], i, pick(i)[1])).collect()
        };
        let known = two(["pedido", "praise"], ["reclamo", "complaint"], 200);
        let before = start(&known, None).model;
        // Words that the start has not met; what it knows of others is not asked again.
        let new = two(["zurriburri", "praise"], ["trapatiesta", "complaint"], 40);
        let after = start(&new, Some(before.clone()));
        assert!(after.pull.is_some());
        let right = |model: &Model, data: &[Labelled]| {
            let examples = read(Task::Intent, data, &model.labels, false);
            let weights = model.unpack();
            let good = |e: &&Example| {
                let z = logits(&weights, &e.features, 2, model.bits);
                (z[1] > z[0]) == (e.label == 1)
            };
            examples.iter().filter(good).count() as f64 / data.len() as f64
        };
        assert!(right(&before, &new) < 0.9, "the start knows the new words");
        assert!(right(&after.model, &new) > 0.95);
        assert!(right(&after.model, &known) > 0.95);
    }

    #[test]
    fn an_own_model_of_intents_is_told_what_the_shipped_reader_makes_of_a_text() {
        // Few texts, of which the shipped reader knows much: it has learnt from them among others.
        let of = |intent: &'static str| {
            let written = crate::corpus::mentions().into_iter();
            let written = written.filter(move |w| w.locale == "es-ES" && w.intent == intent);
            written.take(60).map(|w| Labelled {
                text: w.text.to_owned(),
                label: w.intent.to_owned(),
                language: None,
            })
        };
        let data: Vec<Labelled> = of("complaint").chain(of("information")).collect();
        assert_eq!(data.len(), 120);
        let with = |opinions| {
            let options = Options {
                bits: 12,
                ridge: true,
                opinions,
                folds: 3,
                ..Options::default()
            };
            train(Task::Intent, &data, &options).unwrap()
        };
        let (told, untold) = (with(true), with(false));
        assert!(told.held_out.accuracy > untold.held_out.accuracy + 0.03);
        assert!(told.model.is_told() && !untold.model.is_told());
        // In use it is told the same, and what goes on from it is too.
        let on = Options {
            ridge: true,
            folds: 3,
            start: Some(told.model.clone()),
            ..Options::default()
        };
        let on = train(Task::Intent, &data, &on).unwrap();
        for model in [told.model, on.model] {
            let classifier = Classifier::new().with_model(model).unwrap();
            let right = |d: &&Labelled| classifier.classify(&d.text).intent.name() == d.label;
            assert!(data.iter().filter(right).count() > 115);
        }
    }

    #[test]
    fn every_fold_has_its_share_of_each_label() {
        let example = |label| Example {
            features: Features::default(),
            label,
            opinion: None,
        };
        let examples: Vec<Example> = (0..103)
            .map(|i| example(usize::from(i % 10 == 0)))
            .collect();
        let folds = assign(&examples, &Options::default());
        for fold in 0..5 {
            let of = |label| {
                let here = |i: &usize| folds[*i] == fold && examples[*i].label == label;
                (0..103).filter(here).count()
            };
            assert!((18..=19).contains(&of(0)) && (2..=3).contains(&of(1)));
        }
    }

    #[test]
    fn class_weights_lift_the_rare() {
        let data: Vec<Labelled> = labelled(200)
            .into_iter()
            .enumerate()
            .filter(|(i, d)| d.label == "praise" || i % 9 == 0)
            .map(|(_, d)| d)
            .collect();
        let recall = |balanced| {
            let options = Options {
                bits: 10,
                balanced,
                epochs: 1,
                ..Options::default()
            };
            let trained = train(Task::Intent, &data, &options).unwrap();
            trained.held_out.per_class["complaint"].recall
        };
        assert!(recall(true) > recall(false));
    }
}
