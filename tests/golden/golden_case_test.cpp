// Golden cases as they come from outside: whole ones load, damaged ones are refused with a sentence.
#include <gtest/gtest.h>

#include "golden_folders.hpp"

namespace brickproof::golden {
namespace {

namespace fs = std::filesystem;

constexpr auto small_case = "q8_0_dot/exact_n32";
constexpr auto masked_case = "q8_0_quantize/subnormal_scale_id_inf_n128";

bool mentions(const std::string& text, std::string_view part) {
    return text.find(part) != std::string::npos;
}

bool same_case(const GoldenCase& a, const GoldenCase& b) {
    for (std::size_t i = 0; i < a.inputs.operands.size(); ++i)
        if (a.inputs.operands[i].contents != b.inputs.operands[i].contents) return false;
    for (std::size_t i = 0; i < a.expected.size(); ++i)
        if (a.expected[i].tensor != b.expected[i].tensor || a.expected[i].mask != b.expected[i].mask) return false;
    return manifest_text(a.manifest) == manifest_text(b.manifest);
}

TEST(GoldenCase, EveryCommittedCaseLoads) {
    EXPECT_TRUE(committed_set().problems.empty()) << committed_set().problems.front();
    EXPECT_GE(committed_set().cases.size(), 150u);
}

TEST(GoldenCase, EveryOpHasIndependentAndOracleCases) {
    for (const Contract* contract : all_contracts()) {
        std::size_t independent = 0;
        std::size_t of_oracle = 0;
        for (const GoldenCase& golden : committed_set().cases) {
            if (golden.contract != contract) continue;
            ++(golden.manifest.origin == Origin::oracle ? of_oracle : independent);
        }
        EXPECT_GE(independent, 1u) << contract->op;
        EXPECT_GE(of_oracle, 1u) << contract->op;
    }
}

TEST(GoldenCase, ManifestTextIsReadBack) {
    for (const GoldenCase& golden : committed_set().cases) {
        const std::string text = manifest_text(golden.manifest);
        const Expected<Manifest> back = parse_manifest(text);
        ASSERT_TRUE(back) << back.problem();
        EXPECT_EQ(manifest_text(*back), text);
    }
}

TEST(GoldenCase, EveryFileTruncatedAtAnyByteIsRefused) {
    const ScratchFolder scratch;
    for (const char* name : {small_case, masked_case}) {
        const fs::path folder = scratch.copy_of(name);
        for (const auto& entry : fs::directory_iterator(committed_golden / name)) {
            if (name == masked_case && entry.path().filename() != "y-mask.npy") continue;
            const std::string whole = contents_of(entry.path());
            const fs::path spoilt = folder / entry.path().filename();
            // All lengths of a small file; the manifest's last byte is a line end that nobody misses.
            const std::size_t end = whole.size() - (entry.path().filename() == manifest_name ? 1 : 0);
            for (std::size_t size = 0; size < end; ++size) {
                overwrite(spoilt, whole.substr(0, size));
                EXPECT_NE(problem_of(folder), "") << spoilt << " cut to " << size;
            }
            overwrite(spoilt, whole);
        }
        EXPECT_EQ(problem_of(folder), "");
    }
}

TEST(GoldenCase, EveryFlippedBitOfAManifestIsRefusedOrChangesNothing) {
    const std::string whole = contents_of(committed_golden / small_case / manifest_name);
    const std::string canonical = manifest_text(*parse_manifest(whole));
    std::size_t refused = 0;
    for (std::size_t bit = 0; bit < whole.size() * 8; ++bit) {
        std::string flipped = whole;
        flipped[bit / 8] = static_cast<char>(flipped[bit / 8] ^ (1 << bit % 8));
        const Expected<Manifest> manifest = parse_manifest(flipped);
        if (!manifest)
            ++refused;
        else  // white space
            EXPECT_EQ(manifest_text(*manifest), canonical) << "bit " << bit;
    }
    EXPECT_GT(refused, whole.size() * 4);
}

TEST(GoldenCase, EveryFlippedByteIsRefusedOrChangesNothing) {
    const ScratchFolder scratch;
    const fs::path folder = scratch.copy_of(small_case);
    const Expected<GoldenCase> original = load_golden_case(folder);
    ASSERT_TRUE(original);
    std::size_t refused = 0;
    for (const auto& entry : fs::directory_iterator(committed_golden / small_case)) {
        const std::string whole = contents_of(entry.path());
        const fs::path spoilt = folder / entry.path().filename();
        for (std::size_t at = 0; at < whole.size(); ++at) {
            std::string flipped = whole;
            flipped[at] = static_cast<char>(flipped[at] ^ (1 << at % 8));
            overwrite(spoilt, flipped);
            const Expected<GoldenCase> golden = load_golden_case(folder);
            if (!golden)
                ++refused;
            else  // white space in the manifest
                EXPECT_TRUE(same_case(*golden, *original)) << spoilt << " byte " << at;
        }
        overwrite(spoilt, whole);
    }
    EXPECT_GT(refused, 1000u);
}

TEST(GoldenCase, MissingFilesAreNamed) {
    const ScratchFolder scratch;
    const fs::path folder = scratch.copy_of(small_case);
    fs::remove(folder / "b.npy");
    EXPECT_EQ(problem_of(folder), (folder / "b.npy").string() + " is missing");
    fs::remove(folder / manifest_name);
    EXPECT_EQ(problem_of(folder), (folder / manifest_name).string() + " is missing");
}

TEST(GoldenCase, FilesOutsideTheFolderAreRefused) {
    const ScratchFolder scratch;
    const fs::path folder = scratch.copy_of(small_case);
    fs::rename(folder / "a.npy", scratch.path() / "a.npy");
    fs::create_symlink(scratch.path() / "a.npy", folder / "a.npy");
    EXPECT_TRUE(mentions(problem_of(folder), "no plain file"));
    for (const char* file : {"../a.npy", "/etc/a.npy", "x/a.npy", "", ".npy", "..", "a.txt"}) {
        std::string text = contents_of(committed_golden / small_case / manifest_name);
        text.replace(text.find("\"a.npy\""), 7, "\"" + std::string(file) + "\"");
        overwrite(folder / manifest_name, text);
        EXPECT_TRUE(mentions(problem_of(folder), "plain name")) << file << ": " << problem_of(folder);
    }
}

TEST(GoldenCase, AnotherTensorThanTheManifestSaysIsRefused) {
    const ScratchFolder scratch;
    const fs::path folder = scratch.copy_of(small_case);
    const std::string committed = contents_of(folder / "a.npy");
    overwrite(folder / "a.npy", npy_text({Dtype::uint8, {34}, std::string(34, '\0')}));
    EXPECT_TRUE(mentions(problem_of(folder), "holds uint8 (34), its manifest says uint8 (1, 34)"));
    overwrite(folder / "a.npy", npy_text({Dtype::int8, {1, 34}, std::string(34, '\0')}));
    EXPECT_TRUE(mentions(problem_of(folder), "holds int8 (1, 34)"));
    overwrite(folder / "a.npy", npy_text({Dtype::uint8, {1, 34}, std::string(34, '\0')}));
    EXPECT_TRUE(mentions(problem_of(folder), "is damaged: its CRC-32"));
    overwrite(folder / "a.npy", committed);
    EXPECT_EQ(problem_of(folder), "");
}

struct ManifestFault {
    const char* sentence;
    void (*spoil)(Manifest&);
};

TEST(GoldenCase, ManifestsThatDoNotFitTheOpAreRefused) {
    const ManifestFault faults[] = {
        {"does not know", [](Manifest& m) { m.op = "q8_0.nothing"; }},
        {"version 7 of the contract", [](Manifest& m) { m.contract_version = 7; }},
        {"says that it belongs to", [](Manifest& m) { m.name = "another"; }},
        {"says that it belongs to", [](Manifest& m) { m.op = "q8_0.gemv"; }},
        {"lacks the size n",
         [](Manifest& m) {
             m.sizes = {{"cols", 32}};
         }},
        {"no multiple of 32", [](Manifest& m) { m.sizes["n"] = 33; }},
        {"beyond what a golden case may have", [](Manifest& m) { m.sizes["n"] = std::size_t{1} << 62; }},
        {"sizes that q8_0.dot does not take", [](Manifest& m) { m.sizes["rows"] = 1; }},
        {"needs uint8 (2, 34)", [](Manifest& m) { m.sizes["n"] = 64; }},
        {"needs uint8 (1, 34)", [](Manifest& m) { m.tensors[0].dtype = Dtype::int8; }},
        {"has no tensor for b", [](Manifest& m) { m.tensors[1].operand = "c"; }},
        {"has no tensor for result", [](Manifest& m) { m.tensors.pop_back(); }},
        {"tensors that q8_0.dot does not take", [](Manifest& m) { m.tensors.push_back(m.tensors[0]); }},
        {"no precondition of", [](Manifest& m) { m.outside = {"sunshine"}; }},
        {"needs float64 (1)", [](Manifest& m) { m.comparison = m.guest_comparison = Comparison::bound; }},
        {"compares guests by bits",
         [](Manifest& m) {
             m.comparison = Comparison::bound;
             m.guest_comparison = Comparison::bits;
         }},
        {"an oracle gives exact values", [](Manifest& m) { m.origin = Origin::oracle; }},
    };
    for (const ManifestFault& fault : faults) {
        const ScratchFolder scratch;
        const fs::path folder = scratch.copy_of(small_case);
        edit_manifest(folder, fault.spoil);
        EXPECT_TRUE(mentions(problem_of(folder), fault.sentence)) << fault.sentence << ": " << problem_of(folder);
    }
}

TEST(GoldenCase, HostileJsonIsRefused) {
    const ScratchFolder scratch;
    const fs::path folder = scratch.copy_of(small_case);
    for (const std::string& text :
         {std::string(), std::string("null"), std::string("[]"), std::string("{}"), std::string("{\"format\": 2}"),
          std::string("{\"format\": \"1\"}"), std::string(500000, '['), std::string("{\"format\": 1e999}"),
          std::string("{\"format\": 1, \"tensors\": [3], \"sizes\": 3}"), std::string("\xFF\xFE{}"),
          std::string(3, '\0')}) {
        overwrite(folder / manifest_name, text);
        EXPECT_TRUE(mentions(problem_of(folder), "manifest.json ")) << text.substr(0, 40);
    }
}

TEST(GoldenSet, DamagedCasesAreProblemsAndTheOthersLoad) {
    const ScratchFolder scratch;
    fs::remove(scratch.copy_of(small_case) / "a.npy");
    scratch.copy_of("q8_0_dot/exact_n64");
    fs::create_directories(scratch.path() / "q8_0_dot" / "empty");
    fs::create_directories(scratch.path() / "tools" / "anything");
    const GoldenSet set = load_golden_set(scratch.path(), every_op);
    EXPECT_EQ(set.cases.size(), 1u);
    EXPECT_EQ(set.problems.size(), 2u);
}

TEST(GoldenSet, TheFolderMustHoldCases) {
    const ScratchFolder scratch;
    EXPECT_FALSE(find_golden_directory(scratch.path().string()));
    scratch.copy_of(small_case);
    EXPECT_TRUE(find_golden_directory(scratch.path().string()));
}

}  // namespace
}  // namespace brickproof::golden
