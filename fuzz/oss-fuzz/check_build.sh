#!/bin/bash -eu
# check_build.sh SANITIZER OUT: whether OSS-Fuzz would take these targets (its bad_build_check, for libFuzzer): each
# starts, carries the sanitizer, has more than 100 instrumented edges, and survives no corpus, an arbitrary one and
# its own. Several at once.
export sanitizer=$1
out=$(cd "$2" && pwd)
random=$(mktemp -d)
trap 'rm -rf "$random"' EXIT
export out random
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

# libFuzzer's own library holds the handlers of the undefined-behaviour sanitizer: what counts is who calls them.
carries_sanitizer() {
    case $sanitizer in
        address) nm "$1" | grep -q ' __asan_init' ;;
        undefined) [ "$(objdump -d "$1" | grep 'call.*<__ubsan_handle' | grep -m 50 -vc cfi || true)" -ge 50 ] ;;
        none) ! nm "$1" | grep -q ' __asan_init' ;;
    esac
}

check_target() {
    local target=$1 name edges dictionary=()
    name=$(basename "$target")
    scratch=$(mktemp -d)
    trap 'rm -rf "$scratch"' EXIT
    carries_sanitizer "$target" || fail "$name" "is not built for the sanitizer '$sanitizer'"

    local options=("-artifact_prefix=$scratch/" -timeout=25 -rss_limit_mb=2560)
    run "$target" "${options[@]}" -seed=1337 -runs=4
    edges=$(grep -oE '\(([0-9]+) inline 8-bit counters\)' "$scratch/log" | grep -oE '[0-9]+ inline' | head -1 |
        cut -d' ' -f1)
    [ "${edges:-0}" -gt 100 ] || fail "$name" "has ${edges:-no} instrumented edges; there must be more than 100"
    run "$target" "${options[@]}" -runs=0 "$random"
    mkdir "$scratch/seeds"
    (cd "$scratch/seeds" && python3 -m zipfile -e "$out/${name}_seed_corpus.zip" .)
    [ ! -f "$out/$name.dict" ] || dictionary=("-dict=$out/$name.dict")
    run "$target" "${options[@]}" "${dictionary[@]}" -seed=1 \
        -runs=$(($(find "$scratch/seeds" -type f | wc -l) + 50)) \
        "-max_len=$(sed -n 's/^max_len = //p' "$out/$name.options")" "$scratch/seeds"
    printf '%-24s %6d edges\n' "$name" "$edges"
}

python3 -c '
import random, sys
random.seed(1337)
for i in range(16):
    open(f"{sys.argv[1]}/{i}", "wb").write(random.randbytes(random.randrange(200)))' "$random"

mapfile -t targets < <(find "$out" -maxdepth 1 -name 'fuzz_*' -type f -executable | sort)
[ ${#targets[@]} -gt 0 ] || { echo "bad build: $out holds no target" >&2 && exit 1; }
export -f fail run carries_sanitizer check_target
# shellcheck disable=SC2016 # the inner bash expands it
printf '%s\n' "${targets[@]}" | xargs -P "$(nproc)" -I {} bash -euc 'check_target "$1"' check_target {} || exit 1
echo "${#targets[@]} targets are good ($sanitizer)"
