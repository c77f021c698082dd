// New golden cases: of the oracle, of arrays, of guests, of lists; what does not fit is refused with a sentence.
#include "cases/golden_add.hpp"

#include <fmt/ranges.h>
#include <gtest/gtest.h>

#include <cmath>
#include <cstring>

#include "cases/golden_change.hpp"
#include "cases/golden_update.hpp"
#include "golden_folders.hpp"
#include "judge/plugin.hpp"

namespace brickproof::golden {
namespace {

namespace fs = std::filesystem;

bool mentions(const std::string& text, std::string_view part) {
    return text.find(part) != std::string::npos;
}

TEST(GoldenAdd, ANewCaseOfEveryOpLoads) {
    const ScratchFolder scratch;
    for (const Contract* contract : all_contracts()) {
        const std::string text = fmt::format("{}", fmt::join(contract->workloads[0].sizes, ","));
        const Expected<Sizes> sizes = parse_sizes(*contract, text);
        ASSERT_TRUE(sizes) << sizes.problem();
        Expected<Case> inputs = typical_case(*contract, *sizes, 3);
        ASSERT_TRUE(inputs) << inputs.problem();
        const Expected<GoldenCase> made = case_of_oracle(*contract, std::move(*inputs), "made", "test");
        ASSERT_TRUE(made) << made.problem();
        scratch.put(*made);
        EXPECT_TRUE(changes_nothing(change_of(scratch.loaded(id_of(*made)), *renewed(*made))));
    }
    EXPECT_EQ(scratch.load().cases.size(), all_contracts().size());
}

TEST(GoldenAdd, BrokenPreconditionsAreFound) {
    const ScratchFolder scratch;
    const Contract& contract = *find_contract("q8_0.dot");
    Expected<Case> inputs = typical_case(contract, {{"n", 64}}, 1);
    ASSERT_TRUE(inputs);
    const auto outside = [&] { return case_of_oracle(contract, *inputs, "x", "test")->info.outside; };
    EXPECT_EQ(outside(), std::vector<std::string>{});
    inputs->input<brickproof_q8_0>(1)[1].qs[5] = -128;
    EXPECT_EQ(outside(), std::vector<std::string>{"quants>-128"});
    inputs->input<brickproof_q8_0>(0)[0].d = 0x7C00;
    EXPECT_EQ(outside(), (std::vector<std::string>{"finite", "quants>-128"}));

    const Contract& softmax = *find_contract("softmax");
    Expected<Case> masked = typical_case(softmax, {{"n", 8}}, 1);
    masked->input<float>(0)[3] = -INFINITY;
    EXPECT_EQ(case_of_oracle(softmax, *masked, "x", "test")->info.outside, std::vector<std::string>{"unmasked"});
}

TEST(GoldenAdd, BadNamesAndSizesAreRefused) {
    const ScratchFolder scratch;
    const Contract& contract = *find_contract("q8_0.dot");
    const Expected<Case> inputs = typical_case(contract, {{"n", 32}}, 1);
    for (const char* name : {"", "..", "a/b", "a b", ".hidden"})
        EXPECT_FALSE(case_of_oracle(contract, *inputs, name, "test")) << name;
    for (const char* sizes : {"", "x", "3,", ",3", "3,4", "-3", "99999999999999999999999"})
        EXPECT_FALSE(parse_sizes(contract, sizes)) << sizes;
    for (const char* sizes : {"", "3", "3,", "3,4,5", "3;4"})
        EXPECT_FALSE(parse_sizes(*find_contract("q8_0.gemv"), sizes)) << sizes;
}

Tensor floats(std::vector<std::size_t> shape, const std::vector<float>& values) {
    return {Dtype::float32, std::move(shape),
            std::string(reinterpret_cast<const char*>(values.data()), values.size() * sizeof(float))};
}

Given softmax_of_two() {
    Given given{.name = "two", .source = "a test"};
    given.inputs["x"] = floats({2}, {0.0f, 0.0f});
    given.outputs["y"] = floats({2}, {0.5f, 0.5f});
    return given;
}

std::string problem_with(const Given& given, const char* op = "softmax") {
    const Expected<GoldenCase> made = case_of_arrays(*find_contract(op), given);
    return made ? "" : made.problem();
}

TEST(GoldenAdd, ArraysBecomeACase) {
    const ScratchFolder scratch;
    Given given = softmax_of_two();
    given.inputs["x"].shape = {1, 2, 1};  // any shape of two elements
    const Expected<GoldenCase> made = case_of_arrays(*find_contract("softmax"), given);
    ASSERT_TRUE(made) << made.problem();
    EXPECT_EQ(made->info.sizes.at("n"), 2u);
    EXPECT_EQ(made->info.rounded, Rounded::float32);
    EXPECT_EQ(made->expected[0].tensor.dtype, Dtype::float64);
    scratch.put(*made);
    const GoldenCase back = scratch.loaded(id_of(*made));
    EXPECT_EQ(back.info.rounded, Rounded::float32);
    EXPECT_EQ(doubles_of(back.expected[0].tensor), (std::vector<double>{0.5, 0.5}));
}

TEST(GoldenAdd, ArraysThatDoNotFitAreRefused) {
    Given given = softmax_of_two();
    EXPECT_EQ(problem_with(given), "");
    given.outputs["y"] = floats({3}, {0.5f, 0.5f, 0.0f});
    EXPECT_TRUE(mentions(problem_with(given), "y is float32 (3); these sizes need float32 (2)"));
    given = softmax_of_two();
    given.inputs["x"].dtype = Dtype::uint16;
    EXPECT_TRUE(mentions(problem_with(given), "x is uint16"));
    given = softmax_of_two();
    given.inputs["z"] = given.inputs["x"];
    EXPECT_TRUE(mentions(problem_with(given), "has no input z"));
    given = softmax_of_two();
    given.outputs.clear();
    EXPECT_TRUE(mentions(problem_with(given), "there is no output y"));
    given = softmax_of_two();
    given.inputs.clear();
    EXPECT_TRUE(mentions(problem_with(given), "there is no input"));
    given = softmax_of_two();
    given.masks["y"] = {Dtype::uint8, {2}, std::string(2, '\1')};
    EXPECT_TRUE(mentions(problem_with(given), "by bits only"));
    given = softmax_of_two();
    given.sizes["n"] = std::size_t{1} << 60;
    EXPECT_TRUE(mentions(problem_with(given), "beyond what a golden case may have"));
    given = softmax_of_two();
    EXPECT_TRUE(mentions(problem_with(given, "gemv"), "has the sizes rows,cols,bias"));
}

TEST(GoldenAdd, WrongValuesAreRefused) {
    Given given = softmax_of_two();
    given.outputs["y"] = floats({2}, {0.5f, 0.6f});
    const Expected<GoldenCase> made = case_of_arrays(*find_contract("softmax"), given);
    ASSERT_TRUE(made);
    const auto reason = refusal(change_of(std::nullopt, *made));
    ASSERT_TRUE(reason);
    EXPECT_TRUE(mentions(*reason, "softmax/two: the new values are farther from the contract's oracle")) << *reason;
    EXPECT_TRUE(mentions(*reason, "y[1]")) << *reason;
}

TEST(GoldenAdd, OwnKernelsGiveNoExpectations) {
    const Contract& contract = *find_contract("softmax");
    for (const Kernel& kernel : own_kernels()) {
        if (kernel.contract != &contract) continue;
        const auto made = case_of_guest(kernel, *typical_case(contract, {{"n", 4}}, 1), "x", "test");
        ASSERT_FALSE(made);
        EXPECT_TRUE(mentions(made.problem(), "expectations never come from the kernels that they check"));
    }
}

void softmax_of_a_guest(const float* x, float* y, std::size_t n) {
    for (const Kernel& kernel : own_kernels())
        if (kernel.contract->op == "softmax" && kernel.variant == "scalar")
            reinterpret_cast<brickproof_softmax_fn*>(kernel.fn)(x, y, n);
}
void softmax_that_exits(const float*, float*, std::size_t) {
    _exit(3);
}

Kernel guest(brickproof_softmax_fn* fn) {
    return {.library = "their library 2.0",
            .variant = "fast",
            .fn = reinterpret_cast<KernelFunction>(fn),
            .contract = find_contract("softmax"),
            .plugin_path = "libtheirs.so"};
}

TEST(GoldenAdd, AGuestsOutputsBecomeACase) {
    const ScratchFolder scratch;
    const Contract& contract = *find_contract("softmax");
    const Expected<Case> inputs = typical_case(contract, {{"n", 33}}, 1);
    const auto made = case_of_guest(guest(softmax_of_a_guest), *inputs, "theirs", "test");
    ASSERT_TRUE(made) << made.problem();
    EXPECT_EQ(made->info.origin, Origin::implementation);
    EXPECT_EQ(made->info.library, "their library 2.0");
    scratch.put(*made);
    const GoldenCase back = scratch.loaded(id_of(*made));
    EXPECT_EQ(back.info.library, "their library 2.0");
    const auto lost = case_of_guest(guest(softmax_that_exits), *inputs, "lost", "test");
    ASSERT_FALSE(lost);
    EXPECT_TRUE(mentions(lost.problem(), "exit code 3")) << lost.problem();
}

TEST(GoldenAdd, APinHoldsTheBitsOfOurScalarKernel) {
    const ScratchFolder scratch;
    const Contract& contract = *find_contract("softmax");
    const auto made = case_of_pin(contract, *typical_case(contract, {{"n", 33}}, 1), "mine", "test");
    ASSERT_TRUE(made) << made.problem();
    scratch.put(*made);
    const GoldenCase back = scratch.loaded("softmax/mine");
    EXPECT_EQ(back.info.origin, Origin::pinned);
    EXPECT_EQ(back.info.comparison, Comparison::bits);
    EXPECT_EQ(back.expected[0].tensor.dtype, Dtype::float32);
    EXPECT_TRUE(changes_nothing(change_of(back, *renewed(back))));
    GoldenCase other = back;
    other.expected[0].tensor.bytes[0] ^= 1;
    EXPECT_FALSE(changes_nothing(change_of(other, *renewed(other))));
}

TEST(GoldenAdd, AListNamesTheCasesThatDoNotFit) {
    const ScratchFolder scratch;
    const fs::path list = scratch.path() / "list.npz";
    const FileCase good{{.name = "good",
                         .origin = Origin::independent,
                         .source = "a test",
                         .comparison = Comparison::bound,
                         .guest_comparison = Comparison::bound,
                         .sizes = {{"n", 2}}},
                        {{"x", floats({2}, {0.0f, 0.0f})}, {"y", floats({2}, {0.5f, 0.5f})}}};
    const struct {
        const char* sentence;
        void (*spoil)(FileCase&);
    } faults[] = {
        {"its source is empty", [](FileCase& c) { c.info.source = ""; }},
        {"its kind must be", [](FileCase& c) { c.info.origin = Origin::oracle; }},
        {"there is no input x", [](FileCase& c) { c.arrays.erase("x"); }},
        {"there is no output y", [](FileCase& c) { c.arrays.erase("y"); }},
        {"has no output z", [](FileCase& c) { c.arrays["z"] = c.arrays["y"]; }},
        {"these sizes need float32 (3)", [](FileCase& c) { c.info.sizes["n"] = 3; }},
    };
    GoldenFile file = empty_file_of(*find_contract("softmax"));
    file.cases.push_back(good);
    for (const auto& fault : faults) {
        file.cases.push_back(good);
        file.cases.back().info.name = fmt::format("bad{}", file.cases.size());
        fault.spoil(file.cases.back());
    }
    overwrite(list, golden_file_text(file));
    const Expected<CaseList> cases = cases_of_list(list);
    ASSERT_TRUE(cases) << cases.problem();
    ASSERT_EQ(cases->cases.size(), 1u);
    EXPECT_EQ(cases->cases[0].info.rounded, Rounded::float32);
    ASSERT_EQ(cases->problems.size(), std::size(faults));
    for (std::size_t i = 0; i < std::size(faults); ++i)
        EXPECT_TRUE(mentions(cases->problems[i], faults[i].sentence)) << cases->problems[i];
    file.op = "nothing";
    overwrite(list, golden_file_text(file));
    EXPECT_TRUE(mentions(cases_of_list(list).problem(), "of the op 'nothing'"));
    overwrite(list, "x");
    EXPECT_TRUE(mentions(cases_of_list(list).problem(), "is not an .npz file"));
}

}  // namespace
}  // namespace brickproof::golden
