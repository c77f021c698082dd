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

Expected<Done> save(const ScratchFolder& scratch, const GoldenCase& golden) {
    const Change change = change_of(std::nullopt, golden, "added", "a test");
    return write_changes(scratch.path(), std::span(&change, 1), {"a test"});
}

TEST(GoldenAdd, ANewCaseOfEveryOpLoads) {
    const ScratchFolder scratch;
    for (const Contract* contract : all_contracts()) {
        const std::string text = fmt::format("{}", fmt::join(contract->workloads[0].sizes, ","));
        const Expected<Sizes> sizes = parse_sizes(*contract, text);
        ASSERT_TRUE(sizes) << sizes.problem();
        Expected<Case> inputs = typical_case(*contract, *sizes, 3);
        ASSERT_TRUE(inputs) << inputs.problem();
        const Expected<GoldenCase> made =
            case_of_oracle(*contract, std::move(*inputs), "made", "test", scratch.path());
        ASSERT_TRUE(made) << made.problem();
        ASSERT_TRUE(save(scratch, *made));
        const Expected<GoldenCase> back = load_golden_case(made->folder);
        ASSERT_TRUE(back) << back.problem();
        EXPECT_EQ(recompute(*back)->from_old->moved, 0u);
    }
    EXPECT_EQ(load_golden_set(scratch.path(), every_op).cases.size(), all_contracts().size());
}

TEST(GoldenAdd, BrokenPreconditionsAreFound) {
    const ScratchFolder scratch;
    const Contract& contract = *find_contract("q8_0.dot");
    Expected<Case> inputs = typical_case(contract, {{"n", 64}}, 1);
    ASSERT_TRUE(inputs);
    const auto outside = [&] {
        return case_of_oracle(contract, *inputs, "x", "test", scratch.path())->manifest.outside;
    };
    EXPECT_EQ(outside(), std::vector<std::string>{});
    inputs->input<brickproof_q8_0>(1)[1].qs[5] = -128;
    EXPECT_EQ(outside(), std::vector<std::string>{"quants>-128"});
    inputs->input<brickproof_q8_0>(0)[0].d = 0x7C00;
    EXPECT_EQ(outside(), (std::vector<std::string>{"finite", "quants>-128"}));

    const Contract& softmax = *find_contract("softmax");
    Expected<Case> masked = typical_case(softmax, {{"n", 8}}, 1);
    masked->input<float>(0)[3] = -INFINITY;
    EXPECT_EQ(case_of_oracle(softmax, *masked, "x", "test", scratch.path())->manifest.outside,
              std::vector<std::string>{"unmasked"});
}

TEST(GoldenAdd, BadNamesAndSizesAreRefused) {
    const ScratchFolder scratch;
    const Contract& contract = *find_contract("q8_0.dot");
    const Expected<Case> inputs = typical_case(contract, {{"n", 32}}, 1);
    for (const char* name : {"", "..", "a/b", "a b", ".hidden"})
        EXPECT_FALSE(case_of_oracle(contract, *inputs, name, "test", scratch.path())) << name;
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
    const Expected<GoldenCase> made = case_of_arrays(*find_contract(op), given, "golden");
    return made ? "" : made.problem();
}

TEST(GoldenAdd, ArraysBecomeACase) {
    const ScratchFolder scratch;
    Given given = softmax_of_two();
    given.inputs["x"].shape = {1, 2, 1};  // any shape of two elements
    const Expected<GoldenCase> made = case_of_arrays(*find_contract("softmax"), given, scratch.path());
    ASSERT_TRUE(made) << made.problem();
    EXPECT_EQ(made->manifest.sizes.at("n"), 2u);
    EXPECT_EQ(made->manifest.rounded, Rounded::float32);
    EXPECT_EQ(made->expected[0].tensor.dtype, Dtype::float64);
    ASSERT_TRUE(save(scratch, *made));
    const Expected<GoldenCase> back = load_golden_case(made->folder);
    ASSERT_TRUE(back) << back.problem();
    EXPECT_EQ(back->manifest.rounded, Rounded::float32);
    EXPECT_EQ(doubles_of(back->expected[0].tensor), (std::vector<double>{0.5, 0.5}));
    EXPECT_TRUE(fs::exists(made->folder / "y.npy"));
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
    const Expected<GoldenCase> made = case_of_arrays(*find_contract("softmax"), given, "golden");
    ASSERT_TRUE(made);
    const auto reason = refusal(change_of(std::nullopt, *made, "added", "a test"));
    ASSERT_TRUE(reason);
    EXPECT_TRUE(mentions(*reason, "softmax/two: the new values are farther from the contract's oracle")) << *reason;
    EXPECT_TRUE(mentions(*reason, "y[1]")) << *reason;
}

TEST(GoldenAdd, OwnKernelsGiveNoExpectations) {
    const Contract& contract = *find_contract("softmax");
    for (const Kernel& kernel : own_kernels()) {
        if (kernel.contract != &contract) continue;
        const auto made = case_of_guest(kernel, *typical_case(contract, {{"n", 4}}, 1), "x", "test", "golden");
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
    const auto made = case_of_guest(guest(softmax_of_a_guest), *inputs, "theirs", "test", scratch.path());
    ASSERT_TRUE(made) << made.problem();
    EXPECT_EQ(made->manifest.origin, Origin::implementation);
    EXPECT_EQ(made->manifest.library, "their library 2.0");
    ASSERT_TRUE(save(scratch, *made));
    const Expected<GoldenCase> back = load_golden_case(made->folder);
    ASSERT_TRUE(back) << back.problem();
    EXPECT_EQ(back->manifest.library, "their library 2.0");
    const auto lost = case_of_guest(guest(softmax_that_exits), *inputs, "lost", "test", scratch.path());
    ASSERT_FALSE(lost);
    EXPECT_TRUE(mentions(lost.problem(), "exit code 3")) << lost.problem();
}

TEST(GoldenAdd, AListNamesTheCasesThatDoNotFit) {
    const ScratchFolder scratch;
    overwrite(scratch.path() / "x.npy", npy_text(floats({2}, {0.0f, 0.0f})));
    overwrite(scratch.path() / "y.npy", npy_text(floats({2}, {0.5f, 0.5f})));
    const std::string good =
        R"({"op": "softmax", "case": "good", "source": "a test", "inputs": {"x": "x.npy"}, "outputs": {"y": "y.npy"}})";
    const struct {
        const char* entry;
        const char* sentence;
    } faults[] = {
        {"3", "is no object"},
        {R"({"op": "nothing"})", "of the op 'nothing'"},
        {R"({"op": "softmax", "case": "a"})", "lacks a \"source\""},
        {R"({"op": "softmax", "case": "a", "source": "s", "kind": "oracle"})", "must be \"independent\""},
        {R"({"op": "softmax", "case": "a", "source": "s", "kind": "rumour"})", "unknown \"kind\""},
        {R"({"op": "softmax", "case": "a", "source": "s", "comparison": "1e-5"})", "unknown \"comparison\""},
        {R"({"op": "softmax", "case": "a", "source": "s", "sizes": {"n": -1}})", "needs a number as the size n"},
        {R"({"op": "softmax", "case": "a", "source": "s", "inputs": {"x": "missing.npy"}})",
         "missing.npy is missing"},
        {R"({"op": "softmax", "case": "a", "source": "s", "inputs": {"x": 3}})", "needs the name of a file"},
        {R"({"op": "softmax", "case": "a/b", "source": "s", "inputs": {"x": "x.npy"}})", "is no name"},
    };
    for (const auto& [entry, sentence] : faults) {
        overwrite(scratch.path() / "list.json", "{\"cases\": [" + std::string(entry) + ", " + good + "]}");
        const Expected<CaseList> list = cases_of_list(scratch.path() / "list.json", "golden");
        ASSERT_TRUE(list) << list.problem();
        EXPECT_EQ(list->cases.size(), 1u) << entry;
        ASSERT_EQ(list->problems.size(), 1u) << entry;
        EXPECT_TRUE(mentions(list->problems[0], sentence)) << list->problems[0];
    }
    for (const char* text : {"", "[]", "{}", "{\"cases\": 3}"}) {
        overwrite(scratch.path() / "list.json", text);
        EXPECT_FALSE(cases_of_list(scratch.path() / "list.json", "golden")) << text;
    }
}

}  // namespace
}  // namespace brickproof::golden
