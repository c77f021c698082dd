#!/bin/bash -eu
# package.sh TARGETS OUT: the fuzz targets of a build, with what lies beside each: options, dictionary, and the seed
# corpus as one file.
targets=$1
mkdir -p "$2"
out=$(cd "$2" && pwd)

for target in "$targets"/fuzz_*; do
    [ -f "$target" ] && [ -x "$target" ] || continue
    name=$(basename "$target")
    cp "$target" "$target.options" "$out"
    [ ! -f "$target.dict" ] || cp "$target.dict" "$out"
    rm -f "$out/${name}_seed_corpus.zip"
    (cd "${target}_seed_corpus" && zip -q "$out/${name}_seed_corpus.zip" -- *)
done
