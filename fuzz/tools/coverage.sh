#!/usr/bin/env bash
# coverage.sh BUILD: replays every corpus through its target of a build with coverage, and reports by file: a table
# here, every line in BUILD/html/index.html. Fails where less than 95 % of the lines are reached.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
build=$1
least=95

# Kernels and bricks, and what reads bytes from outside. What other CPUs run is not compiled here.
reports=(lib/ golden/cases/npy_file golden/cases/npz_file golden/cases/golden_file properties/engine/replay_token properties/judge/plugin
    properties/report/baseline fuzz/campaign/messages)

profiles=$build/profiles
rm -rf "$profiles"
objects=()
for target in "$build"/fuzz/fuzz_*; do
    [ -f "$target" ] && [ -x "$target" ] || continue
    stem=${target##*/fuzz_}
    LLVM_PROFILE_FILE=$profiles/$stem.profraw "$target" "fuzz/corpus/$stem" >/dev/null
    # The first is the program of llvm-cov's command line, the others are more of the same.
    [ ${#objects[@]} -eq 0 ] || objects+=(-object)
    objects+=("$target")
done
llvm-profdata-14 merge -sparse "$profiles"/*.profraw -o "$build/fuzz.profdata"

report=(-instr-profile="$build/fuzz.profdata" "${objects[@]}")
llvm-cov-14 show -format=html -output-dir="$build/html" -show-line-counts-or-regions "${report[@]}" 2>/dev/null
llvm-cov-14 export -summary-only "${report[@]}" 2>/dev/null |
    python3 fuzz/tools/coverage_table.py "$least" "${reports[@]}" ||
    { echo "the corpora reach less than $least % of the lines; $build/html/index.html shows which are missing" >&2; exit 1; }
