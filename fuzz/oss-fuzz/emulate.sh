#!/bin/bash -eu
# emulate.sh SANITIZER FOLDER: runs build.sh with the variables set as OSS-Fuzz's base-builder sets them for libFuzzer
# (infra/base-images/base-builder/compile), with this machine's clang, into FOLDER/out.
sanitizer=$1
mkdir -p "$2"
folder=$(cd "$2" && pwd)
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)

undefined=array-bounds,bool,builtin,enum,function,integer-divide-by-zero,null,object-size,return
undefined+=,returns-nonnull-attribute,shift,signed-integer-overflow,unreachable,vla-bound,vptr
case $sanitizer in
    address) flags="-fsanitize=address -fsanitize-address-use-after-scope" ;;
    undefined) flags="-fsanitize=$undefined -fno-sanitize-recover=$undefined" ;;
    none) flags="" ;;
    *) echo "emulate.sh: the sanitizer is address, undefined or none, not '$sanitizer'" >&2 && exit 2 ;;
esac
common="-O1 -fno-omit-frame-pointer -gline-tables-only -DFUZZING_BUILD_MODE_UNSAFE_FOR_PRODUCTION"

mkdir -p "$folder/src" "$folder/work"
ln -sfn "$(cd "$here/../.." && pwd)" "$folder/src/brickproof"
export SANITIZER=$sanitizer SRC=$folder/src WORK=$folder/work OUT=$folder/out FUZZING_ENGINE=libfuzzer
export CC=${CC:-clang-14} CXX=${CXX:-clang++-14} LIB_FUZZING_ENGINE="-fsanitize=fuzzer"
export CFLAGS="$common $flags -fsanitize=fuzzer-no-link" CXXFLAGS="$common $flags -fsanitize=fuzzer-no-link"
exec "$here/build.sh"
