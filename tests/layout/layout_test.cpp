#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <sstream>
#include <string>

#include "engine/contract.hpp"
#include "house.hpp"

namespace brickproof::layout {
namespace {

namespace fs = std::filesystem;
using Names = std::vector<std::string>;

const fs::path root = BRICKPROOF_SOURCE_DIR;

Names stems() {
    Names all;
    std::istringstream list(BRICKPROOF_OP_STEMS);
    for (std::string stem; std::getline(list, stem, ',');) all.push_back(stem);
    return all;
}

std::string stem_of(const Contract& contract) {
    std::string stem(contract.op);
    std::ranges::replace(stem, '.', '_');
    return stem;
}

TEST(Layout, EveryOpHasAllItsFiles) {
    for (const std::string& stem : stems())
        for (const std::string& file : missing_files(root, stem)) ADD_FAILURE() << stem << " lacks " << file;
}

TEST(Layout, EveryFileOfAnOpCarriesItsStem) {
    for (const std::string& stem : stems())
        for (const std::string& file : files_without_stem(root, stem))
            ADD_FAILURE() << file << " lacks the stem " << stem;
}

TEST(Layout, EveryFolderIsAnOpOfTheListOrShared) {
    for (const std::string& folder : folders_of_no_op(root, stems()))
        ADD_FAILURE() << folder << " is no op of BRICKPROOF_OPS";
}

TEST(Layout, TheContractsAreThoseOfTheList) {
    Names ops;
    for (const Contract* contract : all_contracts()) ops.push_back(stem_of(*contract));
    EXPECT_EQ(ops, stems());
}

TEST(Layout, EveryContractIsComplete) {
    for (const Contract* contract : all_contracts()) {
        EXPECT_FALSE(contract->workloads.empty()) << contract->op << " has no workload for bench";
        for (const Workload& workload : contract->workloads)
            EXPECT_EQ(workload.sizes.size(), contract->signature.sizes.size())
                << contract->op << ", " << workload.name;
        EXPECT_NE(contract->work, nullptr)
            << contract->op << " does not say its work: bench would draw no roofline";
        EXPECT_FALSE(contract->summary.empty()) << contract->op;
        EXPECT_FALSE(contract->formula.empty()) << contract->op;
        EXPECT_FALSE(contract->references.empty()) << contract->op;
        EXPECT_FALSE(contract->bound_derivation.empty()) << contract->op;
        Names names;
        for (const Statement& statement : contract->statements) {
            EXPECT_FALSE(statement.says.empty()) << contract->op << ", " << statement.name;
            EXPECT_TRUE(statement.check) << contract->op << ", " << statement.name;
            for (const std::string_view need : statement.needs)
                EXPECT_NE(std::ranges::find(contract->preconditions, need, &Precondition::name),
                          contract->preconditions.end())
                    << contract->op << ", " << statement.name << " needs " << need;
            names.emplace_back(statement.name);
        }
        std::ranges::sort(names);
        EXPECT_EQ(std::ranges::adjacent_find(names), names.end()) << contract->op << " says a statement twice";
    }
}

TEST(Layout, ArrowsPointOneWay) {
    for (const std::string& arrow : wrong_includes(root)) ADD_FAILURE() << arrow;
}

TEST(Layout, EverySourceOfAStoreyWithRoomsIsInOne) {
    for (const std::string& file : sources_of_no_room(root)) ADD_FAILURE() << file << " is in no room";
}

// A small house of empty files, to see that the checks can fail.
class House : public testing::Test {
  protected:
    void SetUp() override {
        for (const char* file :
             {"lib/add/add.cpp", "lib/add/add_scalar.cpp", "lib/add/add_avx2.cpp", "lib/add/add_neon.cpp",
              "lib/add/add_bound.hpp", "lib/include/brick/add.hpp", "properties/add/add_contract.cpp",
              "properties/add/add_oracle.hpp", "properties/add/add_laws.cpp", "properties/engine/case.hpp",
              "fuzz/corpus/add/0", "fuzz/campaign/campaign.hpp", "bench/machine/clock.hpp", "bench/run/row.hpp",
              "golden/add.npz", "golden/cases/npy.hpp", "tests/faults/add_faults.cpp", "tests/lib/add_test.cpp",
              "cli/commands.hpp"})
            write(file, "");
    }
    void TearDown() override { fs::remove_all(house_); }
    void write(const fs::path& file, const std::string& text) const {
        fs::create_directories((house_ / file).parent_path());
        std::ofstream(house_ / file) << text;
    }

    fs::path house_ = fs::path(testing::TempDir()) / ("house_" + std::to_string(getpid()));
};

TEST_F(House, ACompleteOneLacksNothing) {
    EXPECT_EQ(missing_files(house_, "add"), Names{});
    EXPECT_EQ(files_without_stem(house_, "add"), Names{});
    EXPECT_EQ(wrong_includes(house_), Names{});
    EXPECT_EQ(folders_of_no_op(house_, {"add"}), Names{});
    EXPECT_EQ(sources_of_no_room(house_), Names{});
}

TEST_F(House, AMissingFileIsNamed) {
    Names files;
    for (const fs::directory_entry& entry : fs::recursive_directory_iterator(house_)) {
        const std::string file = entry.path().lexically_relative(house_).string();
        const bool of_the_op = file.find("/add") != std::string::npos && !file.starts_with("lib/include");
        if (entry.is_regular_file() && of_the_op) files.push_back(file);
    }
    EXPECT_EQ(files.size(), 12u);
    for (const std::string& file : files) {
        fs::remove(house_ / file);
        const Names missing = missing_files(house_, "add");
        ASSERT_EQ(missing.size(), 1u) << file;
        EXPECT_TRUE(missing[0] == file || file.starts_with(missing[0].substr(0, missing[0].size() - 1)))
            << missing[0];
        write(file, "");
    }
}

TEST_F(House, AFileWithoutItsStemIsNamed) {
    write("properties/add/helpers.hpp", "");
    EXPECT_EQ(files_without_stem(house_, "add"), Names{"properties/add/helpers.hpp"});
}

TEST_F(House, AFolderOfNoOpIsNamed) {
    write("lib/sub/sub.cpp", "");
    EXPECT_EQ(folders_of_no_op(house_, {"add"}), Names{"lib/sub"});
}

TEST_F(House, AnArrowThatPointsUpIsNamed) {
    write("lib/add/add.cpp", "#include \"engine/case.hpp\"\n#include \"brick/add.hpp\"\n#include <vector>\n");
    write("properties/add/add_laws.cpp",
          "#include \"fuzz/campaign/campaign.hpp\"\n#include \"add/add_bound.hpp\"\n");
    write("fuzz/campaign/campaign.hpp", "#include \"cases/npy.hpp\"\n#include \"engine/case.hpp\"\n");
    write("golden/cases/npy.hpp", "#include \"commands.hpp\"\n#include \"fuzz/campaign/campaign.hpp\"\n");
    write("cli/commands.hpp", "#include \"cases/npy.hpp\"\n#include \"fuzz/campaign/campaign.hpp\"\n");
    const Names expected = {"lib/add/add.cpp includes properties/engine/case.hpp",
                            "properties/add/add_laws.cpp includes fuzz/campaign/campaign.hpp",
                            "golden/cases/npy.hpp includes cli/commands.hpp",
                            "golden/cases/npy.hpp includes fuzz/campaign/campaign.hpp"};
    EXPECT_EQ(wrong_includes(house_), expected);
}

TEST_F(House, AnArrowBetweenRoomsThatPointsUpIsNamed) {
    write("bench/machine/clock.hpp", "#include \"bench/run/row.hpp\"\n");
    write("bench/run/row.hpp", "#include \"bench/machine/clock.hpp\"\n");
    EXPECT_EQ(wrong_includes(house_), Names{"bench/machine/clock.hpp includes bench/run/row.hpp"});
}

TEST_F(House, ASourceInNoRoomIsNamed) {
    write("bench/helpers.hpp", "");
    EXPECT_EQ(sources_of_no_room(house_), Names{"bench/helpers.hpp"});
}

}  // namespace
}  // namespace brickproof::layout
