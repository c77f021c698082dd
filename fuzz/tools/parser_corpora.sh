#!/usr/bin/env bash
# parser_corpora.sh OUT [FOUND]: makes the seed corpora of the parsers' targets (and of the bricks') anew from what
# they hold and from what fuzzing has left in FOUND/<target>/: by the targets of OUT, which ./run oss-fuzz makes, only
# what reaches code that nothing else reaches. Those of the ops are written by 'brickproof fuzz --write-corpus'.
set -euo pipefail
out=$(cd "$1" && pwd)
found=${2:+$(cd "$2" && pwd)}
cd "$(dirname "${BASH_SOURCE[0]}")/../corpus"
most=200  # files

for stem in baseline bricks gguf golden_file message plugin_table replay_token terms; do
    fresh=$(mktemp -d)
    length=$(sed -n 's/^max_len = //p' "$out/fuzz_$stem.options")
    from=("$stem")
    [ ! -d "$found/$stem" ] || from+=("$found/$stem")
    "$out/fuzz_$stem" -set_cover_merge=1 -use_counters=0 "-max_len=$length" "$fresh" "${from[@]}" 2>/dev/null
    count=$(find "$fresh" -type f | wc -l)
    if [ "$count" -eq 0 ] || [ "$count" -ge "$most" ]; then
        echo "$stem: $count files reach code of their own, the corpus stays as it is" >&2
    else
        rm -r "$stem" && mv "$fresh" "$stem" && chmod 755 "$stem"
        echo "$stem: $count files"
    fi
    rm -rf "$fresh"
done
