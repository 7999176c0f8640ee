#!/usr/bin/env bash
# Seeds the corpora with the project's own texts.
set -euo pipefail
cd "$(dirname "$0")"
root=../..
for t in grammar evaluate mdm csv facts card pdf page sheet; do mkdir -p "corpus/$t"; done
find $root/rules $root/templates $root/foundries $root/tests/ui $root/tests/spec -name '*.espice' 2>/dev/null |
  while read -r f; do cp "$f" "corpus/grammar/$(echo "$f" | tr '/' '_')"; done
cp corpus/grammar/*.espice corpus/evaluate/
find $root/tests/examples $root/tests/bad -type f 2>/dev/null | while read -r f; do
  case $f in
    *.mdm) cp "$f" corpus/mdm/ ;;
    *.csv) cp "$f" corpus/csv/ ;;
    *.toml) cp "$f" corpus/facts/ ;;
    *.lib) cp "$f" corpus/card/ ;;
  esac
done
cargo run --quiet --bin seeds -- corpus
cargo run --quiet --manifest-path $root/Cargo.toml -p espice-tests --bin make_sheets -- corpus/sheet 60 >/dev/null
cp corpus/sheet/*.pdf corpus/pdf/
