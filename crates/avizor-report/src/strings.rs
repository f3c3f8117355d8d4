//! The page's words in three languages; the words are data in `strings/`.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use avizor::Language;
use serde::Deserialize;

macro_rules! strings {
    ($($name:ident)*) => {
        /// Every word of the page. A missing or an unknown one fails the tests. Slices rather than strings: hundreds of
        /// fields that have to be dropped take the compiler minutes.
        pub(crate) struct Strings {
            $(pub $name: &'static str,)*
            pub months: &'static [String; 12],
            pub months_short: &'static [String; 12],
            pub indicators: &'static BTreeMap<String, IndicatorText>,
            pub kpis: &'static BTreeMap<String, KpiText>,
        }

        impl Strings {
            #[cfg(test)]
            const NAMES: &[&str] = &[$(stringify!($name),)*];

            fn of(file: &'static File) -> Self {
                Self {
                    $($name: file.word(stringify!($name)),)*
                    months: &file.months,
                    months_short: &file.months_short,
                    indicators: &file.indicators,
                    kpis: &file.kpis,
                }
            }
        }
    };
}

/// A file of `strings/`.
#[derive(Deserialize)]
struct File {
    months: [String; 12],
    months_short: [String; 12],
    indicators: BTreeMap<String, IndicatorText>,
    kpis: BTreeMap<String, KpiText>,
    #[serde(flatten)]
    words: BTreeMap<String, String>,
}

impl File {
    /// The files are compiled in and the tests read all of them.
    fn read(file: &str) -> Self {
        toml::from_str(file).expect("the shipped strings are complete")
    }

    fn word(&self, name: &str) -> &str {
        let word = self.words.get(name);
        word.expect("the shipped strings are complete")
    }
}

/// How an indicator is called, and what its value counts.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct IndicatorText {
    pub label: String,
    pub unit: String,
}

/// What an indicator of performance counts: its unit, empty where the value shows it, and what it is of.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct KpiText {
    pub unit: String,
    pub of: String,
}

strings! {
    lang kicker date_long date_short moment decimal thousands percent until
    byline_source byline_period byline_zone byline_quiet
    head_none head_calm_one head_calm_many head_fired head_active
    deck_goals deck_next deck_next_bare
    goals goals_note goal goal_met goal_missed goal_unknown goal_at_least goal_at_most goal_between target reached
    answers answers_note answers_sentence answer answer_in_time answer_late answer_nobody answer_open fired_at taken
    may_answer departments escalated awaited absorbed dismissed because because_usual because_p because_not_below
    because_not_above because_budget statement strategy
    carriers carriers_note carriers_sentence carriers_sentence_about carriers_complaints carriers_praise stance
    stance_mixed verified engagement influence
    kpis_title kpis_note kpi measured_on
    deck_score deck_unknown deck_active deck_signals deck_counts deck_calm
    sure_very sure_clear sure_maybe sure_no
    nav figures figures_note entity own competitor score interval volume voice change lowest no_data
    change_clear change_maybe change_none change_unknown table_link not_enough
    line line_note line_desc line_volume signals_desc gap empty_line
    signals signals_none signals_note signals_left state_active state_resolved state_pending
    state_lapsed state_ended owner respond_by condition window indicators_title indicator value topics_title
    terms_title authors_title author mentions negative followers actions quotes_link quote_missing
    minor minor_note state meaning level trigger
    moved moved_note moved_by moved_alone cause contribution by_volume by_tone before
    facet_topic facet_channel facet_language facet_reach facet_author facet_term
    quotes quotes_note quotes_none quotes_left cited polarity_negative polarity_neutral polarity_positive
    urgency_high urgency_critical repeated anonymous
    topics topics_note topic positive for_against
    voice_title voice_note
    quality quality_note quality_of observed counted duplicates late from_brand unmatched unsupported
    observed_note counted_note duplicates_note late_note from_brand_note unmatched_note unsupported_note
    method method_score method_interval method_drift method_prior method_surprise method_masking
    annex annex_note annex_cut day neutral drift_p
    mask_email mask_phone mask_card mask_account mask_document mask_plate
    day_unit hour_unit minute_unit footer
}

/// The words of a language; Spanish where a protocol names none.
pub(crate) fn of(language: Language) -> &'static Strings {
    static FILES: LazyLock<[File; 3]> = LazyLock::new(|| {
        [
            include_str!("../strings/es.toml"),
            include_str!("../strings/en.toml"),
            include_str!("../strings/pt.toml"),
        ]
        .map(File::read)
    });
    static STRINGS: LazyLock<[Strings; 3]> = LazyLock::new(|| FILES.each_ref().map(Strings::of));
    let [spanish, english, portuguese] = &*STRINGS;
    match language {
        Language::English => english,
        Language::Portuguese => portuguese,
        Language::Spanish | Language::Undetermined => spanish,
    }
}

/// Puts values in `{slots}`, in one pass: what a value contains is never taken for a slot.
pub(crate) fn fill(template: &str, values: &[(&str, &str)]) -> String {
    let mut out = String::with_capacity(template.len() + 32);
    let mut rest = template;
    while let Some(open) = rest.find('{') {
        out.push_str(&rest[..open]);
        let inside = &rest[open + 1..];
        let Some(close) = inside.find('}') else {
            rest = &rest[open..];
            break;
        };
        match values.iter().find(|(name, _)| *name == &inside[..close]) {
            Some((_, value)) => out.push_str(value),
            None => out.push_str(&rest[open..=open + close + 1]),
        }
        rest = &inside[close + 1..];
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_file_has_a_word_that_nobody_reads() {
        for file in ["es", "en", "pt"] {
            let path = format!("{}/strings/{file}.toml", env!("CARGO_MANIFEST_DIR"));
            let file = File::read(&std::fs::read_to_string(path).unwrap());
            let unknown = |word: &&String| !Strings::NAMES.contains(&word.as_str());
            assert_eq!(file.words.keys().find(unknown), None);
        }
    }

    #[test]
    fn every_language_knows_every_indicator() {
        for language in Language::SUPPORTED {
            let strings = of(language);
            assert_eq!(strings.lang, language.code());
            for indicator in avizor::protocol::INDICATORS {
                assert!(
                    strings.indicators.contains_key(indicator.name),
                    "{}",
                    indicator.name
                );
            }
            for kpi in avizor::reputation::kpi_definitions() {
                let needed = kpi.instead.is_empty();
                assert_eq!(strings.kpis.contains_key(&kpi.name), needed, "{}", kpi.name);
            }
        }
    }

    #[test]
    fn values_are_not_taken_for_slots() {
        assert_eq!(
            fill("{a} y {b} {c}", &[("a", "{b}"), ("b", "2")]),
            "{b} y 2 {c}"
        );
        assert_eq!(fill("abierto { ", &[]), "abierto { ");
    }
}
