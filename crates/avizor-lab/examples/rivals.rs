//! A protocol beside the documented alert rules on simulated scenarios: `rivals PROTOCOL.toml SEEDS`, JSON on stdout.

use std::error::Error;

use avizor::Protocol;
use avizor_lab::rivals::{Figures, Options, compare};
use avizor_lab::stats::Interval;

fn main() -> Result<(), Box<dyn Error>> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let [protocol, seeds] = &args[..] else {
        return Err("usage: rivals PROTOCOL.toml SEEDS".into());
    };
    let protocol = Protocol::parse(&std::fs::read_to_string(protocol)?)?;
    let options = Options {
        seeds: seeds.parse()?,
        ..Options::default()
    };
    let all = compare(&protocol, &options)?;
    let show = |f: &Figures| {
        format!(
            "found {}/{}, delay {:.0} min, {:.1} false/month",
            f.detected, f.incidents, f.mean_delay_minutes, f.false_alarms_per_month
        )
    };
    let gap = |i: &Option<Interval>| {
        i.map_or("never".to_owned(), |i| {
            format!("{:+.1} to {:+.1}", i.low, i.high)
        })
    };
    eprintln!("{} streams, {:.0} days", all.streams, all.days);
    eprintln!("protocol: {}", show(&all.protocol));
    for r in &all.rivals {
        eprintln!("{} ({} mentions)", r.rule, r.series);
        eprintln!("  as documented: {}", show(&r.documented));
        eprintln!(
            "  as quick: {} more false alarms a month",
            gap(&r.more_false_alarms)
        );
        eprintln!("  as quiet: {} minutes later", gap(&r.later_by));
        if !r.is_dominated() {
            eprintln!("  NOT dominated");
        }
    }
    println!("{}", serde_json::to_string_pretty(&all)?);
    Ok(())
}
