//! The labelled mentions written for this project: what the shipped models are trained on.

use avizor::Language;

/// One labelled text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Labelled {
    /// What was written.
    pub text: String,
    /// Label of the task.
    pub label: String,
    /// Its language, when known.
    pub language: Option<Language>,
}

/// A line of a corpus of mentions, by its columns.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Written {
    /// `neg`, `neu` or `pos`.
    pub sentiment: &'static str,
    /// Name of an intent.
    pub intent: &'static str,
    /// 0 to 3.
    pub urgency: u8,
    /// Name of a topic, or `-`.
    pub topic: &'static str,
    /// Such as `es-MX`.
    pub locale: &'static str,
    /// Such as `airline`.
    pub industry: &'static str,
    /// What was written.
    pub text: &'static str,
    /// Which file it stands in: each was written by somebody else.
    pub writer: usize,
}

const MENTIONS: [&str; 6] = [
    include_str!("../corpora/mentions_es_1.tsv"),
    include_str!("../corpora/mentions_es_2.tsv"),
    include_str!("../corpora/mentions_en_1.tsv"),
    include_str!("../corpora/mentions_en_2.tsv"),
    include_str!("../corpora/mentions_pt_1.tsv"),
    include_str!("../corpora/mentions_pt_2.tsv"),
];
const LANGUAGES: &str = include_str!("../corpora/languages.tsv");

/// Every mention that was written here, in the order of the files; lines that are not whole are left
/// out, which a test rules out.
pub fn mentions() -> Vec<Written> {
    MENTIONS
        .iter()
        .enumerate()
        .flat_map(|(writer, content)| content.lines().filter_map(move |l| written(writer, l)))
        .collect()
}

fn written(writer: usize, line: &'static str) -> Option<Written> {
    let columns: Vec<&str> = line.splitn(7, '\t').collect();
    let [sentiment, intent, urgency, topic, locale, industry, text] = columns[..] else {
        return None;
    };
    Some(Written {
        sentiment,
        intent,
        urgency: urgency.parse().ok()?,
        topic,
        locale,
        industry,
        text,
        writer,
    })
}

impl Written {
    /// `negative`, `neutral` or `positive`.
    pub fn polarity(&self) -> &'static str {
        match self.sentiment {
            "neg" => "negative",
            "pos" => "positive",
            _ => "neutral",
        }
    }

    /// The language of its locale.
    pub fn language(&self) -> Language {
        Language::from_code(self.locale)
    }
}

/// Texts with the language they are in: `es`, `en`, `pt`, or `und` for any other.
pub fn languages() -> Vec<Labelled> {
    let other = LANGUAGES
        .lines()
        .filter_map(|l| l.split_once('\t'))
        .map(|(code, text)| Labelled {
            text: text.to_owned(),
            label: Language::from_code(code).code().to_owned(),
            language: None,
        });
    mentions()
        .into_iter()
        .map(|w| Labelled {
            text: w.text.to_owned(),
            label: w.language().code().to_owned(),
            language: None,
        })
        .chain(other)
        .collect()
}
