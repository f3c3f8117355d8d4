#!/usr/bin/env bash
# What `make demo` shows: ten days of an invented airline, simulated, classified and watched.
set -euo pipefail
avizor=$1
mkdir -p out
echo "An invented airline, Aurora Air, for ten days: simulated (scenario demo, seed 7) from templates written for avizor."
"$avizor" simulate demo --seed 7 > out/demo.jsonl
echo
echo "1. Classify: every mention gets language, sentiment, urgency, intent, topics, and the words that say why."
"$avizor" classify out/demo.jsonl --protocol examples/airline.toml --output out/analyses.jsonl
echo "   $(wc -l < out/analyses.jsonl) analyses in out/analyses.jsonl"
echo
echo "2. Watch: the same mentions judged by the protocol examples/airline.toml, which is in Spanish."
echo
"$avizor" watch out/demo.jsonl --protocol examples/airline.toml --table --report report.html
cat <<'END'

The report for those who decide is in report.html: open it in a browser.

With a file of your own (JSON Lines, CSV or Parquet), next:
  cp examples/airline.toml mine.toml        # put your names, topics and owners in it
  target/debug/avizor protocol check mine.toml
  target/debug/avizor watch mentions.csv --protocol mine.toml \
      --map text=tweet,timestamp=created_at --table --report mine.html
END
