#!/bin/bash -eu
# package.sh TARGETS OUT: the fuzz targets of a build, and beside each its seed corpus, its dictionary and its options.
targets=$1
mkdir -p "$2"
out=$(cd "$2" && pwd)
fuzz=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)

for target in "$targets"/fuzz_*; do
    [ -f "$target" ] && [ -x "$target" ] || continue
    name=$(basename "$target")
    stem=${name#fuzz_}
    cp "$target" "$out/$name"
    rm -f "$out/${name}_seed_corpus.zip"
    (cd "$fuzz/corpus/$stem" && zip -q "$out/${name}_seed_corpus.zip" -- *)
    # No domain of an op reads further than 96 bytes; a text takes some hundred, a GGUF file with a small layer more.
    longest=96
    if [ -f "$fuzz/dictionaries/$stem.dict" ]; then
        cp "$fuzz/dictionaries/$stem.dict" "$out/$name.dict"
        longest=2048
    fi
    case $stem in
        bricks) longest=256 ;;
        gguf) longest=16384 ;;
    esac
    # The mutator of the ops deals whole cases; one that is cut short would lose its last choices.
    printf '[libfuzzer]\nmax_len = %s\nlen_control = 0\n' "$longest" >"$out/$name.options"
done
