//! Writes a page from invented data: `cargo run -p avizor-report --example sample -- es > sample.html`.

#[path = "sample/data.rs"]
mod data;

fn main() {
    let language = std::env::args().nth(1).unwrap_or_else(|| "es".to_owned());
    let protocol = data::protocol(&language).expect("the sample protocol is sound");
    let signals = data::signals(&protocol);
    print!(
        "{}",
        avizor_report::render(&data::report(&protocol, &signals))
    );
}
