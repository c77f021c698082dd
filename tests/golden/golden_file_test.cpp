// Golden files as they come from outside: whole ones load, damaged ones are refused with a sentence; what was once
// there and is gone is noticed.
#include "cases/golden_file.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "cases/npz_file.hpp"
#include "golden_folders.hpp"

namespace brickproof::golden {
namespace {

namespace fs = std::filesystem;

constexpr auto small_case = "q8_0_dot/exact_n32";
constexpr auto masked_case = "q8_0_quantize/subnormal_scale_id_inf_n128";

bool mentions(const std::string& text, std::string_view part) {
    return text.find(part) != std::string::npos;
}

std::string problem_in(const ScratchFolder& scratch) {
    const GoldenSet set = scratch.load();
    return set.problems.empty() ? "" : set.problems.front();
}

TEST(GoldenFile, EveryCommittedCaseLoads) {
    EXPECT_TRUE(committed_set().problems.empty()) << committed_set().problems.front();
    EXPECT_GE(committed_set().cases.size(), 642u + all_contracts().size());
}

TEST(GoldenFile, EveryOpHasIndependentOracleAndPinnedCases) {
    for (const Contract* contract : all_contracts()) {
        std::map<Origin, std::size_t> count;
        for (const GoldenCase& golden : committed_set().cases)
            if (golden.contract == contract) ++count[golden.info.origin];
        EXPECT_GE(count[Origin::independent] + count[Origin::standard], 1u) << contract->op;
        EXPECT_GE(count[Origin::oracle], 1u) << contract->op;
        EXPECT_GE(count[Origin::pinned], 1u) << contract->op;
    }
}

TEST(GoldenFile, IsWrittenAsItWasRead) {
    for (const Contract* contract : all_contracts()) {
        const std::string text = contents_of(file_of_stem(committed_golden, stem_of(contract->op)));
        const Expected<GoldenFile> file = parse_golden_file(text);
        ASSERT_TRUE(file) << file.problem();
        EXPECT_TRUE(golden_file_text(*file) == text) << contract->op;
    }
}

TEST(GoldenFile, EveryTruncationAndEveryFlippedByteIsRefused) {
    const ScratchFolder scratch;
    scratch.copy_of(small_case);
    scratch.copy_of("q8_0_dot/exact_n64");
    const std::string whole = contents_of(scratch.file("q8_0_dot"));
    const std::string as_read = golden_file_text(*parse_golden_file(whole));
    for (std::size_t size = 0; size < whole.size(); ++size)
        EXPECT_FALSE(parse_golden_file(whole.substr(0, size))) << size;
    std::size_t refused = 0;
    for (std::size_t at = 0; at < whole.size(); ++at) {
        std::string flipped = whole;
        flipped[at] = static_cast<char>(flipped[at] ^ (1 << at % 8));
        const Expected<GoldenFile> file = parse_golden_file(flipped);
        if (file)
            EXPECT_TRUE(golden_file_text(*file) == as_read) << "byte " << at;
        else
            ++refused;
    }
    EXPECT_GT(refused, whole.size() * 9 / 10);
}

TEST(GoldenFile, AMaskIsReadBack) {
    const ScratchFolder scratch;
    scratch.copy_of(masked_case);
    EXPECT_EQ(scratch.loaded(masked_case).expected[0].mask, committed(masked_case).expected[0].mask);
    EXPECT_TRUE(committed(masked_case).expected[0].mask);
}

struct FileFault {
    const char* sentence;
    void (*spoil)(GoldenFile&);
};

TEST(GoldenFile, WhatDoesNotFitTheOpIsRefused) {
    const FileFault faults[] = {
        {"says that it is of the op 'q8_0.gemv'", [](GoldenFile& f) { f.op = "q8_0.gemv"; }},
        {"or names other operands",
         [](GoldenFile& f) {
             f.inputs = {"b", "a"};
         }},
        {"1 case of another version", [](GoldenFile& f) { f.cases[0].info.contract_version = 7; }},
        {"lacks the size n",
         [](GoldenFile& f) {
             f.cases[0].info.sizes = {{"cols", 32}};
         }},
        {"not a multiple of 32", [](GoldenFile& f) { f.cases[0].info.sizes["n"] = 33; }},
        {"beyond what a golden case", [](GoldenFile& f) { f.cases[0].info.sizes["n"] = std::size_t{1} << 62; }},
        {"sizes that q8_0.dot does not take", [](GoldenFile& f) { f.cases[0].info.sizes["rows"] = 1; }},
        {"these sizes need uint8 (2, 34)", [](GoldenFile& f) { f.cases[0].info.sizes["n"] = 64; }},
        {"has a as int8 (1, 34)", [](GoldenFile& f) { f.cases[0].arrays["a"].dtype = Dtype::int8; }},
        {"has no array b", [](GoldenFile& f) { f.cases[0].arrays.erase("b"); }},
        {"has no array result", [](GoldenFile& f) { f.cases[0].arrays.erase("result"); }},
        {"the array c, which q8_0.dot does not take",
         [](GoldenFile& f) { f.cases[0].arrays["c"] = f.cases[0].arrays["a"]; }},
        {"not a precondition of", [](GoldenFile& f) { f.cases[0].info.outside = {"sunshine"}; }},
        {"these sizes need float64 (1)",
         [](GoldenFile& f) { f.cases[0].info.comparison = f.cases[0].info.guest_comparison = Comparison::bound; }},
        {"'guest_comparison' of case 0",
         [](GoldenFile& f) {
             f.cases[0].info.comparison = Comparison::bound;
             f.cases[0].info.guest_comparison = Comparison::bits;
         }},
        {"'comparison' of case 0 is not \"bound\"", [](GoldenFile& f) { f.cases[0].info.origin = Origin::oracle; }},
        {"'case' of case 0 is not a name", [](GoldenFile& f) { f.cases[0].info.name = "a.b"; }},
        {"is there twice", [](GoldenFile& f) { f.cases.push_back({f.cases[0].info}); }},
    };
    for (const FileFault& fault : faults) {
        const ScratchFolder scratch;
        scratch.copy_of(small_case);
        edit_file(scratch.file("q8_0_dot"), fault.spoil);
        EXPECT_TRUE(mentions(problem_in(scratch), fault.sentence)) << fault.sentence << ": " << problem_in(scratch);
    }
}

TEST(GoldenFile, HostileContentsAreRefused) {
    const std::string array = npy_text({Dtype::int8, {1}, "a"});
    const std::string json = R"({"format": 2, "op": "o", "inputs": [], "outputs": [], "cases": []})";
    const std::string one_case =
        R"({"format": 2, "op": "o", "inputs": [], "outputs": [], "cases": [{"case": "a", "kind": "standard", )"
        R"("comparison": "bits", "sizes": {}, "source": "s"}]})";
    const std::vector<std::vector<Member>> files = {
        {},
        {{"x/y.npy", array}},
        {{"cases.json", ""}},
        {{"cases.json", "null"}},
        {{"cases.json", std::string(500000, '[')}},
        {{"cases.json", "{\"format\": 1e999}"}},
        {{"cases.json", R"({"format": 3, "op": "o", "inputs": [], "outputs": [], "cases": []})"}},
        {{"cases.json", R"({"format": 2, "op": "o", "inputs": [], "outputs": [], "cases": [3]})"}},
        {{"cases.json", R"({"format": 2, "op": "o", "inputs": [], "outputs": [], "cases": [], "x": 1})"}},
        {{"cases.json", json}, {"x/y.npy", array}},
        {{"cases.json", json}, {"readme.txt", "x"}},
        {{"cases.json", one_case}, {"b/y.npy", array}},
        {{"cases.json", one_case}, {"a/y.npy", "no array"}},
    };
    for (const std::vector<Member>& members : files) {
        const Expected<GoldenFile> file = parse_golden_file(npz_text(members));
        ASSERT_FALSE(file);
        EXPECT_TRUE(file.problem().starts_with("has ")) << file.problem();
    }
    EXPECT_TRUE(parse_golden_file(npz_text(std::vector<Member>{{"cases.json", json}})));
    EXPECT_TRUE(parse_golden_file(npz_text(std::vector<Member>{{"cases.json", one_case}, {"a/y.npy", array}})));
}

TEST(GoldenFile, TheTextForGitShowsWhatMoved) {
    GoldenFile file = empty_file_of(*find_contract("softmax"));
    file.cases.push_back(to_file_case(committed("softmax/oracle_typical_n65")));
    const std::string before = readable_text(file);
    for (const char* part :
         {"op softmax: inputs x, outputs y", "case oracle_typical_n65, digest ", "  sizes: {\"n\":65}",
          "  comparison: bound", "  why: ", "expected y: float64 (65), digest ", "    y[64]: "})
        EXPECT_TRUE(mentions(before, part)) << part << '\n' << before;
    file.cases[0] = to_file_case(moved(committed("softmax/oracle_typical_n65"), 1.5));
    EXPECT_NE(readable_text(file), before);
}

TEST(GoldenSet, WhatCannotBeReadIsAProblemAndTheRestLoads) {
    const ScratchFolder scratch;
    scratch.copy_of(small_case);
    scratch.copy_of("softmax/oracle_typical_n65");
    overwrite(scratch.file("softmax"), "not an archive");
    fs::create_symlink("rope.npz", scratch.file("rope"));  // to itself
    fs::create_directory(scratch.file("gemv"));
    overwrite(scratch.file("nobodys_op"), "");
    const GoldenSet set = scratch.load();
    EXPECT_EQ(set.cases.size(), 1u);
    EXPECT_EQ(set.problems.size(), 4u);
    for (const char* sentence :
         {"softmax.npz is not an .npz file", "rope.npz is not a plain file", "gemv.npz is not a plain",
          "nobodys_op.npz is of an op that this brickproof does not know"})
        EXPECT_TRUE(std::ranges::any_of(set.problems, [&](const auto& p) { return mentions(p, sentence); }))
            << sentence;
    EXPECT_TRUE(scratch.disagreements().empty()) << scratch.disagreements()[0].sentence;
}

TEST(GoldenSet, TheFolderMustHoldCases) {
    const ScratchFolder scratch;
    EXPECT_FALSE(find_golden_directory(scratch.path().string()));
    scratch.copy_of(small_case);
    EXPECT_TRUE(find_golden_directory(scratch.path().string()));
}

TEST(GoldenIndex, ListsTheCommittedCases) {
    const auto index = read_index(committed_golden);
    ASSERT_TRUE(index) << index.problem();
    EXPECT_EQ(index->size(), committed_set().cases.size());
    const auto found = disagreements(committed_golden, *index, committed_set(), every_case);
    EXPECT_TRUE(found.empty()) << found.front().sentence;
}

TEST(GoldenIndex, WhatIsGoneChangedOrNotListedIsNamed) {
    const auto sentence_after = [](auto spoil) {
        const ScratchFolder scratch;
        for (const char* name : {small_case, "q8_0_dot/exact_n64", "softmax/oracle_typical_n65"})
            scratch.copy_of(name);
        EXPECT_TRUE(scratch.disagreements().empty());
        spoil(scratch);
        const auto found = scratch.disagreements();
        return found.size() == 1 ? found[0].sentence : fmt::format("{} sentences", found.size());
    };
    const auto without_a_case = [](const ScratchFolder& s) {
        edit_file(s.file("q8_0_dot"), [](GoldenFile& file) { file.cases.pop_back(); });
    };
    EXPECT_TRUE(mentions(sentence_after(without_a_case), "no longer holds the case exact_n64"));
    const auto without_a_file = [](const ScratchFolder& s) { fs::remove(s.file("q8_0_dot")); };
    EXPECT_TRUE(mentions(sentence_after(without_a_file), "q8_0_dot.npz is missing, of which "));
    EXPECT_TRUE(mentions(sentence_after(without_a_file), "lists 2 cases"));
    const auto with_another_value = [](const ScratchFolder& s) {
        edit_file(s.file("softmax"), [](GoldenFile& file) { file.cases[0].arrays["y"].bytes[3] ^= 1; });
    };
    EXPECT_TRUE(
        mentions(sentence_after(with_another_value), "softmax/oracle_typical_n65 was changed: its digest is"));
    const auto with_an_unlisted_case = [](const ScratchFolder& s) {
        edit_file(s.file("q8_0_dot"), [](GoldenFile& file) {
            file.cases.push_back(file.cases[0]);
            file.cases.back().info.name = "more";
        });
    };
    EXPECT_TRUE(mentions(sentence_after(with_an_unlisted_case), "q8_0_dot/more is not listed in "));
    const auto without_an_index = [](const ScratchFolder& s) { fs::remove(s.path() / "index.txt"); };
    EXPECT_EQ(sentence_after(without_an_index), "3 sentences");
}

TEST(GoldenIndex, ADamagedLineIsNamed) {
    const ScratchFolder scratch;
    scratch.copy_of(small_case);
    const std::string good = contents_of(scratch.path() / "index.txt");
    for (const std::string& bad : {good + good, good + "x\n", good + "\n" + good, good + "0123456G  softmax/a\n",
                                   good + "01234567  softmax\n", good + "01234567  softmax/../a\n"}) {
        overwrite(scratch.path() / "index.txt", bad);
        const auto index = read_index(scratch.path());
        ASSERT_FALSE(index) << bad;
        EXPECT_TRUE(mentions(index.problem(), "is damaged in line 2")) << index.problem();
    }
    fs::remove(scratch.path() / "index.txt");
    fs::create_symlink("index.txt", scratch.path() / "index.txt");
    EXPECT_FALSE(read_index(scratch.path()));
}

}  // namespace
}  // namespace brickproof::golden
