// replay --dump: the C program shows the fault of the kernel that it was made for, and no fault of a right one.
#include <gtest/gtest.h>
#include <sys/wait.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "expectations.hpp"
#include "planted_fault.hpp"

namespace brickproof::cli_test {
namespace {

namespace fs = std::filesystem;

std::string text_of(const fs::path& path) {
    std::ifstream file(path);
    std::ostringstream text;
    text << file.rdbuf();
    return text.str();
}

int shell(const std::string& command) {
    const int status = std::system((command + " > /dev/null 2>&1").c_str());
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

class Dump : public CommandTest {
  protected:
    void SetUp() override {
#if defined(__SANITIZE_ADDRESS__)
        GTEST_SKIP() << "plug-ins that are sanitized cannot be loaded by a program that is not";
#endif
        CommandTest::SetUp();
    }

    // The token of a fault's statement, as verify finds it.
    std::string token_of(const std::string& op, const std::string& fault, const std::string& statement) {
        run({"verify", "--kernels", BRICKPROOF_FAULTS, "--op", op, "--variant", fault, "--json",
             path("found.json")});
        const auto report = nlohmann::json::parse(text_of(path("found.json")));
        for (const auto& each : report.at("kernels").at(0).at("statements"))
            if (each.at("name") == statement) return each.at("token");
        return "";
    }

    Result dump(const std::string& fault, const std::string& token, const std::string& folder) const {
        return run({"replay", token, "--kernels", BRICKPROOF_FAULTS, "--variant", fault, "--dump", folder});
    }

    // Compiles DIR/case.c; 0 where that went well, without a warning.
    int compile(const std::string& folder, const std::string& more = "") const {
        return shell(std::string(BRICKPROOF_C_COMPILER) + " -O2 -Wall -Wextra -Werror -DSECONDS=1 " + more + " " +
                     folder + "/case.c -o " + folder + "/case");
    }
    int run_case(const std::string& folder, const std::string& arguments) const {
        return shell(std::string(BRICKPROOF_EMULATOR) + " " + folder + "/case " + arguments);
    }
};

// One fault for each way in which a case is checked, and for each way in which an op is called.
constexpr struct {
    const char* op;
    const char* fault;
    const char* statement;
    const char* file;  // some file of the dump
} dumped[] = {
    {"f16.from_f32", "ties_away_from_zero", "exact_rounding", "y.exact.npy"},
    {"q8_0.dequantize", "block_of_36_bytes", "exact_product", "x.npy"},
    {"f16.from_f32", "tail_dropped", "outputs_written", "y.expected.npy"},
    {"f16.from_f32", "stores_eight_in_the_tail", "writes_in_bounds", "y.got.npy"},
    {"f16.from_f32", "reads_eight_in_the_tail", "reads_in_bounds", "x.npy"},
    {"f16.from_f32", "leaves_rounding_upward", "fp_environment", "x.npy"},
    {"f16.to_f32", "input_written_back", "inputs_unchanged", "x.npy"},
    {"f16.to_f32", "aligned_stores", "alignment_independent", "x.npy"},
    {"gemv", "null_bias_read", "no_crash", "w.npy"},
    {"gemv", "endless_at_five_rows", "terminates", "w.npy"},
    {"gemv", "sums_in_a_static_group", "thread_safe", "second_x.npy"},
    {"q8_0f.quantize", "amax_not_reset_between_calls", "deterministic", "second_x.npy"},
};

TEST_F(Dump, TheCProgramShowsTheFaultAndNoneOfARightKernel) {
    for (const auto& [op, fault, statement, file] : dumped) {
        SCOPED_TRACE(std::string(op) + " / " + fault);
        const std::string folder = path(std::string(op) + fault);
        const std::string token = token_of(op, fault, statement);
        ASSERT_NE(token, "");
        const Result result = dump(fault, token, folder);
        EXPECT_EQ(result.exit_code, 1) << result.out << result.err;
        EXPECT_TRUE(holds(result.out, "case.c shows ")) << result.out;
        EXPECT_TRUE(fs::exists(folder + "/" + file)) << result.out;
        ASSERT_EQ(compile(folder), 0);
        EXPECT_EQ(run_case(folder, ""), 1) << "the plug-in that it was found in";
        for (const faults::CorrectKernel& right : faults::correct_kernels()) {
            if (std::string(op) != right.op) continue;
            EXPECT_EQ(run_case(folder, std::string(BRICKPROOF_CORRECT) + " " + right.name), 0) << right.name;
        }
        EXPECT_EQ(run_case(folder, "there_is_none.so"), 2);
    }
}

TEST_F(Dump, AKernelThatIsLinkedInNeedsNoPlugin) {
    const std::string token = token_of("f16.to_f32", "subnormals_flushed", "exact_value");
    dump("subnormals_flushed", token, path("case"));
    std::ofstream(path("wrong.c")) << "#include <stddef.h>\n#include <stdint.h>\n"
                                      "void wrong(const uint16_t *x, float *y, size_t n) { (void)x; "
                                      "for (size_t i = 0; i < n; ++i) y[i] = 0; }\n";
    ASSERT_EQ(compile(path("case"), "-DKERNEL=wrong " + path("wrong.c")), 0);
    EXPECT_EQ(run_case(path("case"), ""), 1);
}

TEST_F(Dump, NumpyReadsTheArrays) {
    const std::string token = token_of("q8_0.dequantize", "block_of_36_bytes", "exact_product");
    dump("block_of_36_bytes", token, path("case"));
    const std::string blocks = text_of(path("case/x.npy"));
    EXPECT_TRUE(holds(blocks, "{'descr': [('d', '<f2'), ('qs', '|i1', (32,))], 'fortran_order': False, 'shape': ("))
        << blocks.substr(0, 128);
    EXPECT_EQ((blocks.find('\n') + 1) % 64, 0u) << "the data is aligned";
}

TEST_F(Dump, FilesOfOthersStayAndThoseOfAnEarlierDumpAreReplaced) {
    const std::string token = token_of("f16.to_f32", "subnormals_flushed", "exact_value");
    fs::create_directories(path("mine"));
    std::ofstream(path("mine/x.npy")) << "mine";
    const Result refused = dump("subnormals_flushed", token, path("mine"));
    EXPECT_EQ(refused.exit_code, 2);
    EXPECT_TRUE(holds(refused.err, "holds files that are not of a dump")) << refused.err;
    EXPECT_EQ(text_of(path("mine/x.npy")), "mine");
    EXPECT_EQ(std::distance(fs::directory_iterator(path("mine")), {}), 1);
    for (int i = 0; i < 2; ++i) EXPECT_EQ(dump("subnormals_flushed", token, path("new/folder")).exit_code, 1);
    for (const auto& entry : fs::directory_iterator(path("new/folder")))
        EXPECT_FALSE(holds(entry.path().filename().string(), ".tmp")) << entry.path();
}

TEST_F(Dump, WhatCannotBeDumpedIsOneSentence) {
    const std::string token = token_of("f16.to_f32", "subnormals_flushed", "exact_value");
    const Result many = run({"replay", token, "--kernels", BRICKPROOF_FAULTS, "--dump", path("case")});
    expect_refused(many, "--dump is of one kernel");
    const Result right = run({"replay", token, "--variant", "scalar", "--dump", path("case")});
    EXPECT_EQ(right.exit_code, 0) << right.err;
    EXPECT_TRUE(holds(right.out, "Nothing is dumped: no statement fails on this case.")) << right.out;
    EXPECT_FALSE(fs::exists(path("case")));
}

}  // namespace
}  // namespace brickproof::cli_test
