#!/bin/bash -eu
# Builds all fuzz targets as OSS-Fuzz and ClusterFuzzLite want them: with $CC, $CXX, $CFLAGS, $CXXFLAGS and
# $LIB_FUZZING_ENGINE from $SRC/brickproof into $OUT, by way of $WORK. $SANITIZER says what the flags hold.
# Nothing is fetched. Beside each target lie its seed corpus, its dictionary and its options.
# BRICKPROOF_FUZZ_TARGETS="fuzz_golden_file fuzz_gguf" builds these only.
source=$SRC/brickproof
build=$WORK/brickproof-$SANITIZER

# fmt from its headers, and only libraries that are needed: the machine that runs the targets has nothing installed.
cmake -S "$source" -B "$build" -G Ninja --log-level=WARNING -DCMAKE_BUILD_TYPE=None \
    -DCMAKE_C_COMPILER="$CC" -DCMAKE_CXX_COMPILER="$CXX" \
    -DCMAKE_C_FLAGS="$CFLAGS" -DCMAKE_CXX_FLAGS="$CXXFLAGS -DFMT_HEADER_ONLY" \
    -DCMAKE_EXE_LINKER_FLAGS=-Wl,--as-needed -DCMAKE_DISABLE_PRECOMPILE_HEADERS=ON \
    -DBRICKPROOF_FUZZING_ENGINE="$LIB_FUZZING_ENGINE" -DBRICKPROOF_WARNINGS_ARE_ERRORS=OFF \
    -DBRICKPROOF_COMMAND=OFF -DBRICKPROOF_BUILD_TESTS=OFF
# shellcheck disable=SC2086 # these are words
cmake --build "$build" --target ${BRICKPROOF_FUZZ_TARGETS:-brickproof_fuzz_targets}

exec "$source/fuzz/oss-fuzz/package.sh" "$build/fuzz" "$OUT"
