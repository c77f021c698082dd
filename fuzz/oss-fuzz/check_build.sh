#!/bin/bash -eu
# check_build.sh SANITIZER OUT: whether OSS-Fuzz would take these targets (its bad_build_check, for libFuzzer): each
# starts, carries the sanitizer, has more than 100 instrumented edges, and survives no corpus, an arbitrary one and
# its own.
sanitizer=$1
out=$(cd "$2" && pwd)
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
# As that system sets it: unsigned arithmetic may wrap around.
export UBSAN_OPTIONS=silence_unsigned_overflow=1:halt_on_error=1

fail() {
    echo "bad build: $1: $2" >&2
    [ ! -f "$scratch/log" ] || tail -n 20 "$scratch/log" >&2
    exit 1
}

# run TARGET ARGUMENT...
run() {
    "$@" >"$scratch/log" 2>&1 || fail "$(basename "$1")" "does not survive: ${*:2}"
}

mkdir "$scratch/random"
python3 -c '
import random, sys
random.seed(1337)
for i in range(16):
    open(f"{sys.argv[1]}/{i}", "wb").write(random.randbytes(random.randrange(200)))' "$scratch/random"

count=0
for target in "$out"/fuzz_*; do
    [ -x "$target" ] || continue
    name=$(basename "$target")
    count=$((count + 1))
    rm -f "$scratch/log"

    # libFuzzer's own library holds the handlers of the undefined-behaviour sanitizer: what counts is who calls them.
    case $sanitizer in
        address) traces=$(nm "$target" | grep -c ' __asan_init' || true) ;;
        undefined) traces=$(($(objdump -d "$target" | grep 'call.*<__ubsan_handle' | grep -m 50 -vc cfi || true) / 50)) ;;
        none) traces=$(nm "$target" | grep -q ' __asan_init' || echo 1) ;;
    esac
    [ "${traces:-0}" -gt 0 ] || fail "$name" "is not built for the sanitizer '$sanitizer'"

    options="-artifact_prefix=$scratch/ -timeout=25 -rss_limit_mb=2560"
    # shellcheck disable=SC2086 # these are words
    {
        run "$target" $options -seed=1337 -runs=4
        edges=$(grep -oE '\(([0-9]+) inline 8-bit counters\)' "$scratch/log" | grep -oE '[0-9]+ inline' | head -1 |
            cut -d' ' -f1)
        [ "${edges:-0}" -gt 100 ] || fail "$name" "has ${edges:-no} instrumented edges; there must be more than 100"
        run "$target" $options -runs=0 "$scratch/random"
        rm -rf "$scratch/seeds" && mkdir "$scratch/seeds"
        (cd "$scratch/seeds" && python3 -m zipfile -e "$out/${name}_seed_corpus.zip" .)
        dictionary=""
        [ ! -f "$out/$name.dict" ] || dictionary="-dict=$out/$name.dict"
        run "$target" $options $dictionary -runs=$(($(find "$scratch/seeds" -type f | wc -l) + 50)) -seed=1 \
            "-max_len=$(sed -n 's/^max_len = //p' "$out/$name.options")" "$scratch/seeds"
    }
    printf '%-24s %6d edges\n' "$name" "$edges"
done
[ "$count" -gt 0 ] || fail "$out" "holds no target"
echo "$count targets are good ($sanitizer)"
