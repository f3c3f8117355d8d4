//! The same play with other actors: a scenario told of another organisation and its competitor.

use avizor::Protocol;
use avizor::protocol::Entity;

use super::Simulation;
use super::text::{Brand, OWN, RIVAL};

/// Puts the first entity and the first competitor of a protocol in the place of the invented airlines, unless it watches
/// these. A competitor that the protocol has not stays as it is, and is nobody to it.
pub fn recast(stream: &mut Simulation, protocol: &Protocol) {
    let Some(own) = protocol.entities.first() else {
        return;
    };
    if protocol.position(OWN.name).is_some() {
        return;
    }
    let mut parts = forms(&OWN, own);
    if let Some(rival) = protocol.competitors.first() {
        parts.extend(forms(&RIVAL, rival));
    }
    for mention in &mut stream.mentions {
        for (from, to) in &parts {
            if let Some(text) = replaced(&mention.text, from, to) {
                mention.text = text;
            }
        }
    }
    for incident in &mut stream.incidents {
        incident.entity.clone_from(&own.name);
    }
}

/// How people write the one, and how they write the other: handle, hashtag, name.
fn forms(from: &Brand, to: &Entity) -> Vec<(String, String)> {
    let bare = from.handle.trim_start_matches('@');
    let form = |sign: char| {
        to.aliases
            .iter()
            .find(|a| a.starts_with(sign))
            .unwrap_or(&to.name)
            .clone()
    };
    vec![
        (format!("@{bare}"), form('@')),
        (format!("#{bare}"), form('#')),
        (from.name.to_owned(), to.name.clone()),
        (bare.to_owned(), to.name.clone()),
    ]
}

/// The text with every `from`, in whatever case, as `to`; nothing where there is none.
fn replaced(text: &str, from: &str, to: &str) -> Option<String> {
    // ASCII case only: bytes stay where they are.
    let (lower, from) = (text.to_ascii_lowercase(), from.to_ascii_lowercase());
    if !lower.contains(&from) {
        return None;
    }
    let mut out = String::with_capacity(text.len());
    let mut rest = 0;
    for (at, _) in lower.match_indices(&from) {
        out.push_str(&text[rest..at]);
        out.push_str(to);
        rest = at + from.len();
    }
    out.push_str(&text[rest..]);
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::super::{Options, simulate};
    use super::*;

    #[test]
    fn everybody_talks_of_the_other() {
        let protocol = Protocol::parse(
            "version = 1\n[[entity]]\nname = \"Banco Ribera\"\naliases = [\"banco ribera\", \"@bancoribera\"]\n\
             [[competitor]]\nname = \"Caja Páramo\"\naliases = [\"@cajaparamo\"]\n",
        )
        .unwrap();
        let mut stream = simulate("flash-burst", &Options::default()).unwrap();
        let before = stream.mentions.len();
        recast(&mut stream, &protocol);
        assert_eq!(stream.mentions.len(), before);
        assert_eq!(stream.incidents[0].entity, "Banco Ribera");
        for mention in &stream.mentions {
            let text = mention.text.to_lowercase();
            assert!(
                !text.contains("aurora air") && !text.contains("boreas"),
                "{text}"
            );
        }
        let named = |name: &str| {
            stream
                .mentions
                .iter()
                .filter(|m| m.text.contains(name))
                .count()
        };
        assert!(named("@bancoribera") > 100 && named("@cajaparamo") > 100);
    }
}
