//! Another judge's word on a text, such as a transformer's, in the place of the classifier's own models.

use super::model::softmax;
use super::{Classifier, Scratch, Task, further, intent, topic, urgency};
use crate::analysis::{Analysis, Evidence, EvidenceKind, Intent, Sentiment, Topic};
use crate::mention::Mention;

/// What another judge says of a mention. What it leaves open is the classifier's to say, and what follows from
/// sentiment and intent (urgency, department, the sentiment towards a single entity) follows from the judge's.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Verdict {
    /// Sentiment of the whole text.
    pub sentiment: Option<Sentiment>,
    /// What the author wants: probabilities of the intents that the judge knows. What they lack of 1 is for the others,
    /// among which the classifier chooses then.
    pub intents: Vec<(Intent, f64)>,
    /// Topics beside those whose phrases the text holds, in the place of the classifier's own model of them.
    pub topics: Option<Vec<Topic>>,
    /// Why. Takes the place of the classifier's evidence for sentiment and intent where those are given; the weights
    /// of kind [`EvidenceKind::Sentiment`] must add up to the sentiment's score.
    pub evidence: Vec<Evidence>,
}

impl Verdict {
    /// Evidence for one kind of judgement.
    pub(super) fn reasons(&self, kind: EvidenceKind) -> impl Iterator<Item = Evidence> + '_ {
        self.evidence
            .iter()
            .filter(move |e| e.kind == kind)
            .cloned()
    }
}

impl Classifier {
    /// [`Classifier::analyse`] with another judge's verdict in the place of the classifier's own.
    ///
    /// ```
    /// use avizor::classify::Verdict;
    /// use avizor::{Classifier, Mention, Scratch, Sentiment};
    ///
    /// let mention = Mention { text: "Vaya joya de servicio".into(), ..Mention::default() };
    /// let sentiment = Some(Sentiment::from_probabilities([0.8, 0.1, 0.1]));
    /// let verdict = Verdict { sentiment, ..Verdict::default() };
    /// let analysis = Classifier::new().analyse_with(&mut Scratch::default(), &mention, &verdict);
    /// assert_eq!(analysis.sentiment.probabilities[0], 0.8);
    /// ```
    pub fn analyse_with(
        &self,
        scratch: &mut Scratch,
        mention: &Mention,
        verdict: &Verdict,
    ) -> Analysis {
        self.analyse_given(scratch, mention, Some(verdict))
    }

    /// Probabilities of the labels of [`Classifier::model`] for a task, in their order, by the model alone; none where there
    /// is no model for it, or the task is the language. O(n) in the text's length.
    pub fn probabilities(
        &self,
        scratch: &mut Scratch,
        task: Task,
        mention: &Mention,
    ) -> Option<Vec<f64>> {
        let labels = self.model(task)?.labels.len();
        let language = self.read(scratch, &mention.text, mention.language.as_deref(), false);
        let sentiment = self.judge(scratch, language, None);
        let p = match task {
            Task::Sentiment => return Some(sentiment.probabilities.to_vec()),
            Task::Intent => {
                urgency::read(scratch, language);
                softmax(&intent::logits(self, scratch, &sentiment)[..labels])
            }
            Task::Topic => topic::by_own(self.topics.as_deref()?, scratch, language),
            Task::Urgency => {
                urgency::read(scratch, language);
                let told = urgency::opinions(self, scratch, &sentiment);
                further(self.urgency.as_deref()?, scratch, language, told)
            }
            Task::Language => return None,
        };
        Some(p[..labels].to_vec())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::Polarity;

    fn mention(text: &str) -> Mention {
        Mention {
            text: text.to_owned(),
            ..Mention::default()
        }
    }

    #[test]
    fn an_empty_verdict_changes_nothing() {
        let (classifier, mut scratch) = (Classifier::new(), Scratch::default());
        for text in [
            "",
            "Fatal: tres horas de retraso y nadie responde",
            "thanks, great crew ❤️",
        ] {
            let mention = mention(text);
            assert_eq!(
                classifier.analyse_with(&mut scratch, &mention, &Verdict::default()),
                classifier.analyse(&mut scratch, &mention)
            );
        }
    }

    #[test]
    fn a_verdict_replaces_labels_reasons_and_what_follows_from_them() {
        let (classifier, mut scratch) = (Classifier::new(), Scratch::default());
        let mention = mention("El vuelo sale a las tres");
        let sentiment = Sentiment::from_probabilities([0.9, 0.08, 0.02]);
        let reason = Evidence {
            start: 3,
            end: 8,
            kind: EvidenceKind::Sentiment,
            rule: "encoder".into(),
            weight: sentiment.score,
        };
        let verdict = Verdict {
            sentiment: Some(sentiment),
            intents: vec![(Intent::Complaint, 0.9)],
            topics: Some(vec![Topic {
                name: "horarios".into(),
                score: 0.7,
            }]),
            evidence: vec![reason.clone()],
        };
        let plain = classifier.analyse(&mut scratch, &mention);
        let judged = classifier.analyse_with(&mut scratch, &mention, &verdict);
        assert_eq!(judged.sentiment.label, Polarity::Negative);
        assert_eq!(judged.intent, Intent::Complaint);
        assert!(judged.topics.iter().any(|t| t.name == "horarios"));
        let of_sentiment = |e: &&Evidence| e.kind == EvidenceKind::Sentiment;
        let reasons: Vec<&Evidence> = judged.evidence.iter().filter(of_sentiment).collect();
        assert_eq!(reasons, [&reason]);
        assert!(judged.urgency.score > plain.urgency.score);
        let bare = classifier.with_evidence(false);
        let judged = bare.analyse_with(&mut scratch, &mention, &verdict);
        assert!(judged.evidence.is_empty());
    }

    #[test]
    fn probabilities_are_the_models_and_sum_to_one() {
        let (classifier, mut scratch) = (Classifier::new(), Scratch::default());
        for text in [
            "",
            "gracias, excelente vuelo",
            "¿a qué hora abre el mostrador?",
        ] {
            let mention = mention(text);
            let analysis = classifier.analyse(&mut scratch, &mention);
            let p = classifier.probabilities(&mut scratch, Task::Sentiment, &mention);
            assert_eq!(p.as_deref(), Some(&analysis.sentiment.probabilities[..]));
            let p = classifier.probabilities(&mut scratch, Task::Intent, &mention);
            let p = p.expect("a model of intent is shipped");
            assert!((p.iter().sum::<f64>() - 1.0).abs() < 1e-9);
        }
        let topic = classifier.probabilities(&mut scratch, Task::Topic, &mention("hola"));
        assert_eq!(topic, None);
    }
}
