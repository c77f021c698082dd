# Flags that every target of ours gets: by linking brickproof_flags, or by the variables of this directory and those
# below it. A project that adds this one keeps its own.

option(BRICKPROOF_LIBFUZZER "Link the fuzz targets with libFuzzer (clang only)" OFF)
set(BRICKPROOF_FUZZING_ENGINE "" CACHE STRING
    "What the fuzz targets are linked with instead, as OSS-Fuzz's $LIB_FUZZING_ENGINE: flags or a library with main()")
set(BRICKPROOF_SANITIZE "" CACHE STRING "Value of -fsanitize= for every target, such as address,undefined")

set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_CXX_VISIBILITY_PRESET hidden)
set(CMAKE_C_VISIBILITY_PRESET hidden)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
if(PROJECT_IS_TOP_LEVEL AND NOT CMAKE_BUILD_TYPE)
    set(CMAKE_BUILD_TYPE Release)
endif()

add_library(brickproof_flags INTERFACE)
target_compile_features(brickproof_flags INTERFACE cxx_std_20 c_std_99)
# Contraction is written by hand (std::fma, intrinsics) or not at all: a result must not depend on the compiler.
target_compile_options(brickproof_flags INTERFACE -Wall -Wextra -Wpedantic -Wconversion
    $<$<BOOL:${BRICKPROOF_WARNINGS_ARE_ERRORS}>:-Werror> -ffp-contract=off)
if(BRICKPROOF_SANITIZE)
    # Tests themselves take twice as long to build with sanitizers. What they call is instrumented, and so is the heap.
    set(sanitized $<NOT:$<BOOL:$<TARGET_PROPERTY:BRICKPROOF_NOT_SANITIZED>>>)
    target_compile_options(brickproof_flags INTERFACE
        $<${sanitized}:-fsanitize=${BRICKPROOF_SANITIZE}> $<${sanitized}:-fno-sanitize-recover=all>
        -fno-omit-frame-pointer -g1)
    target_link_options(brickproof_flags INTERFACE -fsanitize=${BRICKPROOF_SANITIZE})
endif()
if(BRICKPROOF_LIBFUZZER)
    target_compile_options(brickproof_flags INTERFACE
        $<$<NOT:$<BOOL:$<TARGET_PROPERTY:BRICKPROOF_NOT_SANITIZED>>>:-fsanitize=fuzzer-no-link>)
    target_link_options(brickproof_flags INTERFACE -fsanitize=fuzzer-no-link)
endif()
