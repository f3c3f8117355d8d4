//! Fast models and transformer over the same mentions: who judges what, and both as one Analysis.

use avizor::classify::Verdict;
use avizor::{Analysis, Classifier, Intent, Language, Mention, Scratch, Sentiment, Task, Topic};
use avizor_lab::blend::Blend;
use avizor_lab::softmax::likeliest;
use rayon::prelude::*;

use crate::budget::{Budget, doubt};
use crate::encoder::Encoder;
use crate::error::{Error, Result};
use crate::head::Head;
use crate::judge::Judge;
use crate::occlude::{self, Span};

/// Words that are named as cues of an intent, as by the fast model.
const CUES: usize = 3;
/// Mentions that are explained at a time: bounds the memory that their texts without words take.
const EXPLAINED: usize = 64;

/// Judges mentions with a transformer beside the fast models.
///
/// The language is the fast model's to tell, and a text in an unsupported one stays unjudged.
#[derive(Debug)]
pub struct Reviewer {
    judge: Judge,
    classifier: Classifier,
    budget: Option<Budget>,
    evidence: bool,
    account: Account,
}

/// What a reviewer has done so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Account {
    /// Mentions seen.
    pub mentions: u64,
    /// Of them, those that the transformer judged.
    pub judged: u64,
    /// Of those, texts longer than the model reads: their ends were left out.
    pub cut: u64,
}

/// What the fast models say of a mention: for each head their distribution, where they have one.
type Fast = (Language, Vec<Option<Vec<f64>>>);

impl Reviewer {
    /// Joins a judge and the classifier it was fitted beside. With `evidence`, each judged mention is judged again
    /// without each of its words, which costs as much as so many more mentions.
    ///
    /// A head of topics takes the default taxonomy's place, as a model of them does.
    pub fn new(judge: Judge, classifier: Classifier, evidence: bool) -> Self {
        let classifier = if judge.heads().iter().any(|h| h.task == Task::Topic) {
            classifier.without_default_topics()
        } else {
            classifier
        };
        Self {
            judge,
            classifier: classifier.with_evidence(evidence),
            budget: None,
            evidence,
            account: Account::default(),
        }
    }

    /// The transformer judges only this share of the mentions in [0, 1]: those of which the fast models are least sure.
    ///
    /// # Errors
    /// Where `share` is outside [0, 1], and where no fast model knows a head's labels: nothing tells what is doubtful
    /// then.
    pub fn with_budget(mut self, share: f64) -> Result<Self> {
        if !(0.0..=1.0).contains(&share) {
            return Err(Error::Unfit(format!(
                "a budget of {share} is no share of the mentions: give 0 to 1, as in 0.05"
            )));
        }
        let nothing = Mention::default();
        let mut scratch = Scratch::default();
        let mut heads = self.judge.heads().iter();
        let blind = heads.find(|h| h.fast(&self.classifier, &mut scratch, &nothing).is_none());
        if let Some(head) = blind {
            return Err(Error::Unfit(format!(
                "a budget needs a fast model of {} that knows the head's labels, to tell what is doubtful: give one with --model, or leave the budget out",
                head.task.name()
            )));
        }
        self.budget = Some(Budget::new(share));
        Ok(self)
    }

    /// What has been done so far.
    pub fn account(&self) -> Account {
        self.account
    }

    /// The encoder in use.
    pub fn encoder(&self) -> &Encoder {
        self.judge.encoder()
    }

    /// Analyses in the order of the mentions.
    ///
    /// # Errors
    /// As [`Encoder::embed`].
    pub fn review(&mut self, mentions: &[Mention]) -> Result<Vec<Analysis>> {
        let fast = self.fast(mentions);
        let chosen = self.choose(&fast);
        let texts: Vec<&str> = chosen.iter().map(|&i| mentions[i].text.as_str()).collect();
        let opinions = self.judge.opinions(&texts)?;
        self.account.mentions += mentions.len() as u64;
        self.account.judged += chosen.len() as u64;
        self.account.cut += opinions.cut as u64;
        let mut verdicts: Vec<Option<Verdict>> = vec![None; mentions.len()];
        let mut blended = Vec::with_capacity(chosen.len());
        for (&i, of_text) in chosen.iter().zip(&opinions.of) {
            let blend = self.blend(of_text, &fast[i].1);
            verdicts[i] = Some(self.verdict(&blend));
            blended.push(blend);
        }
        if self.evidence {
            for (at, part) in chosen.chunks(EXPLAINED).enumerate() {
                let of_part = &blended[at * EXPLAINED..at * EXPLAINED + part.len()];
                self.reasons(mentions, part, of_part, &mut verdicts)?;
            }
        }
        Ok(mentions
            .par_iter()
            .zip(verdicts)
            .map_init(
                Scratch::default,
                |scratch, (mention, verdict)| match verdict {
                    Some(verdict) => self.classifier.analyse_with(scratch, mention, &verdict),
                    None => self.classifier.analyse(scratch, mention),
                },
            )
            .collect())
    }

    /// One mention with its reasons, judged by the transformer whatever the budget, and in no account.
    ///
    /// # Errors
    /// As [`Encoder::embed`].
    pub fn explain(&self, mention: &Mention) -> Result<Analysis> {
        let one = std::slice::from_ref(mention);
        let classifier = self.classifier.clone().with_evidence(true);
        let mut scratch = Scratch::default();
        let mut verdicts = vec![None];
        if let [(language, fast)] = self.fast(one).as_slice()
            && *language != Language::Undetermined
        {
            let opinions = self.judge.opinions(&[mention.text.as_str()])?;
            let of = opinions.of.iter();
            let blended: Vec<Vec<Vec<f64>>> = of.map(|own| self.blend(own, fast)).collect();
            verdicts = blended.iter().map(|b| Some(self.verdict(b))).collect();
            self.reasons(one, &[0], &blended, &mut verdicts)?;
        }
        Ok(match verdicts.pop().flatten() {
            Some(verdict) => classifier.analyse_with(&mut scratch, mention, &verdict),
            None => classifier.analyse(&mut scratch, mention),
        })
    }

    fn fast(&self, mentions: &[Mention]) -> Vec<Fast> {
        let of = |scratch: &mut Scratch, mention: &Mention| {
            let language = match &mention.language {
                Some(code) => Language::from_code(code),
                None => self.classifier.language(scratch, &mention.text),
            };
            let heads = self.judge.heads().iter();
            let p = heads.map(|head| head.fast(&self.classifier, scratch, mention));
            (language, p.collect())
        };
        mentions.par_iter().map_init(Scratch::default, of).collect()
    }

    /// Numbers of the mentions that the transformer judges.
    fn choose(&mut self, fast: &[Fast]) -> Vec<usize> {
        let mut chosen = Vec::new();
        for (i, (language, of_heads)) in fast.iter().enumerate() {
            let is_read = *language != Language::Undetermined;
            // What stays unjudged is not doubtful, and counts as a mention of the stream all the same.
            let doubts = of_heads.iter().flatten().filter(|_| is_read);
            let most = doubts.map(|p| doubt(p)).fold(0.0, f64::max);
            let grant = self.budget.as_mut().is_none_or(|b| b.grants(most));
            if grant && is_read {
                chosen.push(i);
            }
        }
        chosen
    }

    /// Each head's opinion and the fast model's as one.
    fn blend(&self, of_text: &[Vec<f64>], fast: &[Option<Vec<f64>>]) -> Vec<Vec<f64>> {
        let heads = self.judge.heads().iter();
        heads
            .zip(of_text.iter().zip(fast))
            .map(|(head, (own, fast))| match (head.blend, fast) {
                (Some(blend), Some(fast)) => blend.apply(own, fast),
                (Some(blend), None) => Blend {
                    share: 1.0,
                    ..blend
                }
                .apply(own, own),
                (None, _) => own.clone(),
            })
            .collect()
    }

    fn verdict(&self, blended: &[Vec<f64>]) -> Verdict {
        let mut verdict = Verdict::default();
        for (head, p) in self.judge.heads().iter().zip(blended) {
            match head.task {
                Task::Sentiment => verdict.sentiment = sentiment(p),
                Task::Intent => verdict.intents = intents(head, p),
                Task::Topic => verdict.topics = Some(topics(head, p)),
                Task::Urgency | Task::Language => {}
            }
        }
        verdict
    }

    /// Evidence of some judged mentions into their verdicts.
    fn reasons(
        &self,
        mentions: &[Mention],
        chosen: &[usize],
        blended: &[Vec<Vec<f64>>],
        verdicts: &mut [Option<Verdict>],
    ) -> Result<()> {
        let spans: Vec<Vec<Span>> = chosen
            .iter()
            .map(|&i| occlude::spans(&mentions[i].text))
            .collect();
        let variants: Vec<Mention> = chosen
            .iter()
            .zip(&spans)
            .flat_map(|(&i, spans)| {
                spans.iter().map(move |span| Mention {
                    text: occlude::without(&mentions[i].text, *span),
                    ..mentions[i].clone()
                })
            })
            .collect();
        let texts: Vec<&str> = variants.iter().map(|m| m.text.as_str()).collect();
        let opinions = self.judge.opinions(&texts)?;
        let fast = self.fast(&variants);
        let mut without = opinions
            .of
            .iter()
            .zip(&fast)
            .map(|(own, (_, fast))| self.blend(own, fast));
        for ((&i, spans), whole) in chosen.iter().zip(&spans).zip(blended) {
            let rest: Vec<Vec<Vec<f64>>> = without.by_ref().take(spans.len()).collect();
            let Some(verdict) = &mut verdicts[i] else {
                continue;
            };
            for (at, head) in self.judge.heads().iter().enumerate() {
                let of_head = |score: &dyn Fn(&[f64]) -> f64| -> Vec<f64> {
                    rest.iter().map(|of_heads| score(&of_heads[at])).collect()
                };
                let p = &whole[at];
                match (head.task, sentiment(p), intent(head, p)) {
                    (Task::Sentiment, Some(decided), _) => {
                        let scores = of_head(&|p| sentiment(p).map_or(0.0, |s| s.score));
                        verdict
                            .evidence
                            .extend(occlude::pieces(decided.score, spans, &scores));
                    }
                    (Task::Intent, _, Some((intent, label))) => {
                        let scores = of_head(&|p| p[label]);
                        let cues = occlude::cues(p[label], intent.name(), spans, &scores, CUES);
                        verdict.evidence.extend(cues);
                    }
                    _ => {}
                }
            }
        }
        Ok(())
    }
}

fn sentiment(p: &[f64]) -> Option<Sentiment> {
    Some(Sentiment::from_probabilities(p.try_into().ok()?))
}

/// The likeliest intent, and the number of its label.
fn intent(head: &Head, p: &[f64]) -> Option<(Intent, usize)> {
    let best = likeliest(p);
    Some((Intent::of(head.labels.get(best)?)?, best))
}

/// The intents that the head knows.
fn intents(head: &Head, p: &[f64]) -> Vec<(Intent, f64)> {
    let labels = head.labels.iter().zip(p);
    labels
        .filter_map(|(l, p)| Some((Intent::of(l)?, *p)))
        .collect()
}

fn topics(head: &Head, p: &[f64]) -> Vec<Topic> {
    Topic::likeliest(&head.labels, p).into_iter().collect()
}
