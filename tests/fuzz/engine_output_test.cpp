// What libFuzzer (clang 14) printed, as it was printed.
#include "fuzz/campaign/engine_output.hpp"

#include <gtest/gtest.h>

#include <sstream>

namespace brickproof::fuzz {
namespace {

EngineOutput read(const std::string& text) {
    EngineOutput output;
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);) output.take_line(line);
    return output;
}

const std::string begun =
    "INFO: Running with entropic power schedule (0xFF, 100).\n"
    "Dictionary: 14 entries\n"
    "INFO: Seed: 1\n"
    "INFO:       27 files found in fuzz/corpus/npy\n"
    "#28\tINITED cov: 507 ft: 1211 corp: 27/3163b exec/s: 0 rss: 38Mb\n"
    "\tNEW_FUNC[1/1]: 0x55d0 in parse_header npy_file.cpp\n"
    "#71\tNEW    cov: 508 ft: 1215 corp: 28/3264b lim: 2048 exec/s: 0 rss: 38Mb L: 101/318 MS: 1 ChangeBit-\n"
    "#4096\tpulse  cov: 530 ft: 1300 corp: 31/4096b lim: 2048 exec/s: 2048 rss: 40Mb\n";

TEST(EngineOutput, CountsExecutionsAndFeatures) {
    const EngineOutput output = read(begun +
                                     "#5000\tDONE   cov: 530 ft: 1301 corp: 31/4096b exec/s: 2500 rss: 40Mb\n"
                                     "Done 5000 runs in 2 second(s)\n"
                                     "stat::number_of_executed_units: 5001\n");
    EXPECT_TRUE(output.is_engine());
    EXPECT_EQ(output.executions(), 5001u);
    EXPECT_EQ(output.features(), 1301u);
    EXPECT_EQ(output.features_of_corpus(), 1211u);
    EXPECT_EQ(output.failure(), "");
}

TEST(EngineOutput, TakesATargetsComplaintForTheSentence) {
    const EngineOutput output = read(begun +
                                     "a tensor does not survive being written: its shape is (3, 1)\n"
                                     "more about it\n"
                                     "==31337== ERROR: libFuzzer: deadly signal\n"
                                     "    #0 0x55d0 in __sanitizer_print_stack_trace\n"
                                     "NOTE: libFuzzer has rudimentary signal handlers.\n"
                                     "SUMMARY: libFuzzer: deadly signal\n"
                                     "MS: 2 ChangeByte-CopyPart-; base unit: adc8\n"
                                     "artifact_prefix='found/'; Test unit written to found/crash-7c2f\n");
    EXPECT_EQ(output.failure(), "a tensor does not survive being written: its shape is (3, 1)");
    EXPECT_EQ(output.failed_statement(), "a tensor does not survive being written");
    EXPECT_EQ(output.artifact(), "found/crash-7c2f");
}

TEST(EngineOutput, TakesASanitizersSummaryWhereTheTargetSaidNothing) {
    const EngineOutput address =
        read(begun +
             "=================================================================\n"
             "==31337==ERROR: AddressSanitizer: heap-buffer-overflow on address 0x6020\n"
             "READ of size 1 at 0x6020 thread T0\n"
             "SUMMARY: AddressSanitizer: heap-buffer-overflow npy_file.cpp:12:3 in parse\n");
    EXPECT_EQ(address.failed_statement(), "AddressSanitizer: heap-buffer-overflow npy_file.cpp:12:3 in parse");

    const EngineOutput undefined =
        read(begun +
             "npy_file.cpp:12:3: runtime error: shift exponent 70 is too large\n"
             "SUMMARY: UndefinedBehaviorSanitizer: undefined-behavior npy_file.cpp:12:3\n");
    EXPECT_EQ(undefined.failed_statement(), "npy_file.cpp:12:3");
    EXPECT_EQ(undefined.failure(), "npy_file.cpp:12:3: runtime error: shift exponent 70 is too large");

    const EngineOutput memory = read(begun +
                                     "==31337== ERROR: libFuzzer: out-of-memory (used: 2570Mb; limit: 2560Mb)\n"
                                     "SUMMARY: libFuzzer: out-of-memory (used: 2570Mb; limit: 2560Mb)\n");
    EXPECT_EQ(memory.failed_statement(), "libFuzzer: out-of-memory");
}

TEST(EngineOutput, KnowsWhichFileFailed) {
    const EngineOutput output = read(
        "INFO: Running with entropic power schedule (0xFF, 100).\n"
        "fuzz_npy: Running 2 inputs 1 time(s) each.\n"
        "Running: found/crash-1\n"
        "Executed found/crash-1 in 0 ms\n"
        "Running: found/crash-2\n"
        "a record is lost: 200\n"
        "==31337== ERROR: libFuzzer: deadly signal\n"
        "SUMMARY: libFuzzer: deadly signal\n");
    EXPECT_EQ(output.running(), "found/crash-2");
    EXPECT_EQ(output.failure(), "a record is lost: 200");
}

TEST(EngineOutput, OfSomethingElseIsNothing) {
    const EngineOutput output = read("27 files replayed\n#\n# ft: \n==\nSUMMARY: \nRunning: \n");
    EXPECT_FALSE(output.is_engine());
    EXPECT_EQ(output.executions(), 0u);
    EXPECT_EQ(output.failed_statement(), "");
}

}  // namespace
}  // namespace brickproof::fuzz
