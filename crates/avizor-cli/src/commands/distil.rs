//! `avizor train TASK --teacher DIR --unlabelled FILE`: a transformer's opinions, for the fast model to learn from.

use std::path::Path;

use anyhow::{Result, bail};
use avizor::{Classifier, Language};
use avizor_arrow::ReadOptions;
use avizor_encoder::{Head, Judge};
use avizor_lab::train::{Opinion, Teacher};

use super::encoder::{TeacherArgs, load_encoder};
use super::train::Args;
use crate::output;

pub(crate) fn teacher(args: &Args, teacher: &TeacherArgs, folder: &Path) -> Result<Teacher> {
    let encoder = load_encoder(folder)?;
    let mut head = match &teacher.teacher_head {
        Some(path) => Head::load(path)?,
        None => Head::of_classifier(&encoder, folder, args.head.labels.as_deref())?,
    };
    let encoder = Head::fit_for(encoder, std::slice::from_ref(&head))?;
    if head.task != args.task {
        bail!(
            "the teacher decides {}, not {}: name its task, or give a head for this one with --teacher-head",
            head.task.name(),
            args.task.name()
        );
    }
    // The pupil learns from the transformer, not from what the fast model says already.
    head.blend = None;
    let labels = head.labels.clone();
    let judge = Judge::new(encoder, vec![head], &Classifier::new())?;
    let mut taught = Teacher {
        labels,
        opinions: Vec::new(),
    };
    let Some(path) = &teacher.unlabelled else {
        return Ok(taught);
    };
    let text = Some(args.columns.text.as_str()).filter(|t| *t != "text");
    let mut source = args
        .input
        .beside(path)
        .open_labelled(&ReadOptions::text_only(), text, &[])?;
    let mut cut = 0;
    while let Some(batch) = source.next()? {
        let texts: Vec<&str> = batch.mentions.iter().map(|m| m.text.as_str()).collect();
        let opinions = judge.opinions(&texts)?;
        cut += opinions.cut;
        for (mention, mut of_heads) in batch.mentions.iter().zip(opinions.of) {
            let p = of_heads.pop().unwrap_or_default();
            taught.opinions.push(Opinion {
                text: mention.text.clone(),
                language: mention.language.as_deref().map(Language::from_code),
                probabilities: p.into_iter().map(|p| p as f32).collect(),
            });
        }
    }
    source.finish()?;
    output::say(&format!(
        "the teacher judged {} texts; {cut} were longer than it reads and were cut",
        taught.opinions.len()
    ));
    Ok(taught)
}
