//! A report as its templates see it: every value already in words.

mod answers;
mod carriers;
mod figures;
mod goals;
mod lead;
mod moved;
mod people;
mod quotes;
mod signals;

use askama::Template;
use avizor::reputation::Facet;
use avizor::{ReputationRow, SignalState, Timestamp};

use crate::Report;
use crate::chart::{self, Frame, Panel, Size};
use crate::fire::{self, Fire};
use crate::format::Format;
use crate::mask::{self, Mask};
use crate::strings::{self, Strings, fill};
use crate::ticks;

pub(crate) fn render(report: &Report<'_>) -> String {
    let context = Context::new(report);
    // Writing to memory fails only where a value refuses to be written, and all values are strings and numbers.
    let mut page = Page::of(&context)
        .render()
        .expect("strings and numbers can be written");
    // Names and ids are shown as they are given; they too may not turn the page around.
    page.retain(|c| c == '\n' || !(c.is_control() || mask::is_unseen(c)));
    page
}

/// A report, and how its values are written.
pub(crate) struct Context<'a> {
    report: &'a Report<'a>,
    t: &'static Strings,
    format: Format,
    mask: Mask,
    fires: Vec<Fire<'a>>,
    frame: Option<Frame>,
}

impl<'a> Context<'a> {
    fn new(report: &'a Report<'a>) -> Self {
        let protocol = report.protocol;
        let t = strings::of(protocol.language);
        let carriers = report
            .signals
            .iter()
            .flat_map(|s| &s.authors)
            .map(|a| a.author.as_str());
        let causes = report.moved.iter().flat_map(|m| &m.attribution.leading);
        let causes = causes.filter(|cause| cause.facet == Facet::Author);
        let known = report.standing.iter().map(|s| &s.influence);
        let known = known.flat_map(|i| i.leading.iter().chain(&i.praise).chain(&i.complaints));
        let carriers = carriers.chain(known.map(|author| author.author.as_str()));
        let carriers = carriers.chain(causes.map(|cause| cause.name.as_str()));
        let writers = report.quotes.iter().filter_map(|q| q.author.as_deref());
        Self {
            report,
            t,
            format: Format::new(t, &protocol.timezone),
            mask: Mask::new(protocol).with_authors(carriers.chain(writers)),
            fires: fire::all(protocol, report.signals),
            frame: frame(report),
        }
    }

    fn is_own(&self, name: &str) -> bool {
        self.report.protocol.entities.iter().any(|e| e.name == name)
    }

    /// Whether the stream was read up to a moment.
    fn has_passed(&self, at: Timestamp) -> bool {
        self.report.until.is_some_and(|until| until >= at)
    }

    /// Fires that were confirmed, in order of time.
    fn fired(&self) -> impl Iterator<Item = &Fire<'a>> {
        self.fires.iter().filter(|f| f.fired.is_some())
    }
}

/// The time that all panels share: from the first row to the end of the last.
fn frame(report: &Report<'_>) -> Option<Frame> {
    let rows = || report.reputation.iter().flat_map(|(_, rows)| rows);
    let mut days: Vec<Timestamp> = rows().map(|r| r.start).collect();
    days.sort_unstable();
    days.dedup();
    Some(Frame {
        from: *days.first()?,
        to: rows().map(|r| r.end).max()?,
        scores: ticks::score_range(rows()),
        signals: report
            .signals
            .iter()
            .any(|s| s.state == SignalState::Firing),
        days,
    })
}

#[derive(Template)]
#[template(path = "page.html")]
struct Page {
    t: &'static Strings,
    title: String,
    kicker: String,
    source: String,
    period: String,
    zone: String,
    lead: lead::Lead,
    figures: Vec<figures::Figure>,
    goals: Vec<goals::Goal>,
    panels: Vec<EntityPanel>,
    moved: Vec<moved::Move>,
    answers: Option<answers::Answers>,
    signals: signals::Signals,
    quotes: quotes::Quotes,
    carriers: Vec<carriers::Carriers>,
    topics: Vec<people::Topics>,
    voices: Vec<people::Voice>,
    indicators: Vec<goals::Indicators>,
    quality: Vec<people::Quality>,
    days: figures::Annex,
    footer: String,
}

impl Page {
    fn of(c: &Context<'_>) -> Self {
        let names: Vec<&str> = c
            .report
            .protocol
            .entities
            .iter()
            .map(|e| e.name.as_str())
            .collect();
        let title = c.report.title.clone().unwrap_or_else(|| listed(&names));
        let period = c.frame.as_ref().map_or_else(
            || c.t.byline_quiet.to_owned(),
            |f| {
                let last = Timestamp::from_millis(f.to.millis() - 1);
                let (from, to) = (c.format.date_long(f.from), c.format.date_long(last));
                if from == to {
                    from
                } else {
                    fill(c.t.until, &[("from", &from), ("to", &to)])
                }
            },
        );
        Self {
            t: c.t,
            kicker: c.t.kicker.to_owned(),
            title: c.mask.text(&title),
            source: c.mask.text(&c.report.source),
            period,
            zone: c.report.protocol.timezone.clone(),
            lead: lead::Lead::of(c),
            figures: figures::all(c),
            goals: goals::goals(c),
            panels: panels(c),
            moved: moved::all(c),
            answers: answers::Answers::of(c),
            signals: signals::Signals::of(c),
            quotes: quotes::Quotes::of(c),
            carriers: carriers::all(c),
            topics: people::topics(c),
            voices: people::voices(c),
            indicators: goals::indicators(c),
            quality: people::quality(c),
            days: figures::Annex::of(c),
            footer: fill(c.t.footer, &[("version", env!("CARGO_PKG_VERSION"))]),
        }
    }
}

/// `A, B, C`, and how many more where they are many.
fn listed(names: &[&str]) -> String {
    const MOST: usize = 4;
    let shown = names
        .iter()
        .take(MOST)
        .copied()
        .collect::<Vec<_>>()
        .join(", ");
    if names.len() > MOST {
        format!("{shown} + {}", names.len() - MOST)
    } else {
        shown
    }
}

/// An entity's panel in the sizes in which it is shown.
struct EntityPanel {
    /// Suffix of the anchors: `e1`, `d1`.
    index: usize,
    name: String,
    own: bool,
    drawings: Vec<Drawing>,
}

/// One size of a panel.
struct Drawing {
    id: String,
    class: &'static str,
    label: String,
    desc: String,
    panel: Panel,
    gap: String,
}

/// The entity of the gravest signal first, large; the others small, in their order.
fn panels(c: &Context<'_>) -> Vec<EntityPanel> {
    let Some(frame) = &c.frame else {
        return Vec::new();
    };
    let leader = lead::gravest(c).map(|f| f.main.entity.as_str());
    let first = c
        .report
        .reputation
        .iter()
        .position(|(name, _)| Some(name.as_str()) == leader);
    let first = first.unwrap_or(0);
    let mut panels: Vec<EntityPanel> = Vec::new();
    for (i, (name, rows)) in c.report.reputation.iter().enumerate() {
        let fires: Vec<&Fire<'_>> = c.fired().filter(|f| f.main.entity == *name).collect();
        let sizes: &[(Size, &'static str)] = if i == first {
            &[(Size::WIDE, "wide"), (Size::NARROW, "narrow")]
        } else {
            &[(Size::SMALL, "small")]
        };
        let desc = describe(c, frame, name, rows, &fires);
        let drawings = sizes.iter().map(|(size, class)| Drawing {
            id: format!("{class}{}", i + 1),
            class,
            label: name.clone(),
            desc: desc.clone(),
            panel: chart::panel(&c.format, frame, *size, rows, &fires),
            gap: c.t.gap.to_owned(),
        });
        let panel = EntityPanel {
            index: i + 1,
            name: name.clone(),
            own: c.is_own(name),
            drawings: drawings.collect(),
        };
        if i == first {
            panels.insert(0, panel);
        } else {
            panels.push(panel);
        }
    }
    panels
}

/// A panel in words, for those who do not see it.
fn describe(
    c: &Context<'_>,
    frame: &Frame,
    name: &str,
    rows: &[ReputationRow],
    fires: &[&Fire<'_>],
) -> String {
    let scores = || rows.iter().filter_map(|r| r.score).map(|s| s.value);
    let points = |x: Option<f64>| x.map_or_else(|| c.t.no_data.to_owned(), |x| c.format.points(x));
    let lowest = scores().min_by(f64::total_cmp);
    let mut text = fill(
        c.t.line_desc,
        &[
            ("entity", name),
            ("from", &c.format.date_long(frame.from)),
            (
                "to",
                &c.format
                    .date_long(Timestamp::from_millis(frame.to.millis() - 1)),
            ),
            ("last", &points(scores().next_back())),
            ("lowest", &points(lowest)),
        ],
    );
    if !fires.is_empty() {
        let list: Vec<String> = fires
            .iter()
            .take(12)
            .map(|f| {
                format!(
                    "{} {} ({})",
                    f.number,
                    f.call.level,
                    c.format.moment(f.began)
                )
            })
            .collect();
        text.push(' ');
        text.push_str(&fill(c.t.signals_desc, &[("list", &list.join("; "))]));
    }
    text
}
