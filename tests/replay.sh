#!/usr/bin/env bash
# Simulates a diode's card at measured points and prints how far they are apart.
#
#   replay.sh CARD.lib POINTS.csv [CELSIUS]
#
# POINTS.csv holds a line `V,I` (volts, amperes) for each point. Nothing but ngspice, this
# script and the two files takes part: each point is a diode of its own in one deck. Prints the
# root mean square of log10(simulated / measured) in decades and the number of points.
set -euo pipefail
export LC_ALL=C
card=$1 points=$2 celsius=${3:-25}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
name=$(sed -n 's/^[[:space:]]*\.model[[:space:]]\{1,\}\([^[:space:](]*\).*/\1/Ip' "$card" | head -n 1)
[ -n "$name" ] || { echo "$card holds no .model" >&2; exit 4; }

n=0
{
  echo "* replay of measured points"
  echo ".options gmin=0 reltol=1e-9 abstol=1e-15 vntol=1e-12 itl1=500"
  cat "$card"
  while IFS=, read -r volts amperes; do
    case $volts in '' | '#'* | *[A-Za-df-z]*) continue ;; esac
    n=$((n + 1))
    echo "v$n n$n 0 dc $volts"
    echo "d$n n$n 0 $name temp=$celsius"
    echo "let s = s + (log10(abs(i(v$n) / ($amperes))))^2" >>"$work/sum"
  done <"$points"
  [ "$n" -gt 0 ] || { echo "$points holds no points" >&2; exit 4; }
  echo ".control"
  echo "set numdgt=16"
  echo "op"
  echo "let s = 0"
  cat "$work/sum"
  echo "let decades = sqrt(s / $n)"
  echo "let points = $n"
  echo "print decades points"
  echo "quit"
  echo ".endc"
  echo ".end"
} >"$work/deck.cir"
ngspice -n -b "$work/deck.cir" >"$work/log" 2>&1 || true
grep -E '^(decades|points) = ' "$work/log" || { cat "$work/log" >&2; exit 1; }
