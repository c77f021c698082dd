// Archives of arrays as they come from outside: whole ones are read as they were written, all others are refused.
#include "cases/npz_file.hpp"

#include <gtest/gtest.h>

namespace brickproof::golden {
namespace {

const std::vector<Member> two = {{"cases.json", "{}"}, {"n33/x.npy", std::string("a\0b", 3)}};

std::string problem_of(const std::string& text) {
    const auto members = parse_npz(text);
    return members ? "" : members.problem();
}

bool mentions(const std::string& text, std::string_view part) {
    return text.find(part) != std::string::npos;
}

std::string replaced(std::string text, std::string_view old_text, std::string_view new_text, bool last = false) {
    const std::size_t at = last ? text.rfind(old_text) : text.find(old_text);
    return text.replace(at, old_text.size(), new_text);
}

TEST(NpzFile, IsReadBack) {
    EXPECT_EQ(*parse_npz(npz_text(two)), two);
    EXPECT_EQ(*parse_npz(npz_text({})), std::vector<Member>{});
    EXPECT_EQ(crc32_of("123456789"), 0xCBF43926u);  // the check value of CRC-32
}

TEST(NpzFile, EveryTruncationIsRefused) {
    const std::string whole = npz_text(two);
    for (std::size_t size = 0; size < whole.size(); ++size)
        EXPECT_NE(problem_of(whole.substr(0, size)), "") << size;
    EXPECT_NE(problem_of(whole + "x"), "");
}

// Times, systems and attributes mean nothing to us.
TEST(NpzFile, EveryFlippedBitIsRefusedOrChangesNothing) {
    const std::string whole = npz_text(two);
    std::size_t refused = 0;
    for (std::size_t bit = 0; bit < whole.size() * 8; ++bit) {
        std::string flipped = whole;
        flipped[bit / 8] = static_cast<char>(flipped[bit / 8] ^ (1 << bit % 8));
        const auto members = parse_npz(flipped);
        if (members)
            EXPECT_EQ(*members, two) << "bit " << bit;
        else
            ++refused;
    }
    EXPECT_GT(refused, whole.size() * 4);
}

TEST(NpzFile, NamesThatLeaveAFolderOrAreThereTwiceAreRefused) {
    for (const char* name : {"", "/etc/x", "../x", "a/../x", "x/", "a\\x", "a b"})
        EXPECT_TRUE(mentions(problem_of(npz_text(std::vector<Member>{{name, ""}})), "not a plain path")) << name;
    EXPECT_EQ(problem_of(npz_text(std::vector<Member>{{"x", ""}, {"x", ""}})), "has the member x twice");
}

TEST(NpzFile, WhatIsNotStoredIsRefused) {
    const std::string whole = npz_text(two);
    const std::string central = "PK\x01\x02";
    const std::size_t entry = whole.find(central);
    std::string deflated = whole;
    deflated[entry + 10] = 8;
    EXPECT_TRUE(mentions(problem_of(deflated), "cases.json, which is compressed"));
    std::string encrypted = whole;
    encrypted[entry + 8] = 1;
    EXPECT_TRUE(mentions(problem_of(encrypted), "which is encrypted"));
}

TEST(NpzFile, WhatOverlapsOrHidesIsRefused) {
    const std::string whole = npz_text(two);
    // The second member's header at the first one's place: both would be the same bytes.
    const std::string start_of_second(1, static_cast<char>(whole.find("PK\x03\x04", 1)));
    EXPECT_NE(problem_of(replaced(whole, start_of_second + std::string(3, '\0') + "n33",
                                  std::string(4, '\0') + "n33", true)),
              "");
    // Bytes between the members and the directory.
    const std::size_t directory = whole.find("PK\x01\x02");
    std::string hiding = whole.substr(0, directory) + "hidden" + whole.substr(directory);
    EXPECT_NE(problem_of(hiding), "");
    hiding[hiding.size() - 6] = static_cast<char>(hiding[hiding.size() - 6] + 6);  // where the directory starts
    EXPECT_NE(problem_of(hiding), "");
    // A first member that the directory does not name.
    std::string unnamed = whole;
    const std::size_t entry = unnamed.find("PK\x01\x02", directory + 1) - directory;
    unnamed.erase(directory, entry);
    const std::size_t end = unnamed.size() - 22;
    unnamed[end + 8] = unnamed[end + 10] = 1;
    unnamed[end + 12] = static_cast<char>(unnamed[end + 12] - static_cast<char>(entry));
    EXPECT_NE(problem_of(unnamed), "");
    // A size that reaches beyond the file.
    std::string large = whole;
    for (const std::size_t at : {directory + 20, directory + 24}) large.replace(at, 4, "\xFF\xFF\xFF\x7F");
    EXPECT_NE(problem_of(large), "");
}

TEST(NpzFile, ADamagedByteIsNamedByItsMember) {
    EXPECT_TRUE(mentions(problem_of(replaced(npz_text(two), std::string("a\0b", 3), std::string("A\0b", 3))),
                         "is damaged: n33/x.npy has the CRC-32"));
}

// As numpy.savez writes it: sizes in an extra field before each member.
TEST(NpzFile, ASizeInAnExtraFieldIsRead) {
    std::string text = npz_text(std::vector<Member>{{"x.npy", "abc"}});
    const std::string extra = std::string("\x01\x00\x10\x00", 4) + std::string("\3\0\0\0\0\0\0\0", 8) +
                              std::string("\3\0\0\0\0\0\0\0", 8);
    text.replace(18, 8, std::string(8, '\xFF'));
    text[28] = static_cast<char>(extra.size());
    text.insert(30 + 5, extra);
    const std::size_t start = text.size() - 6;
    text[start] = static_cast<char>(text[start] + static_cast<char>(extra.size()));
    ASSERT_EQ(problem_of(text), "");
    EXPECT_EQ(parse_npz(text)->front().bytes, "abc");
}

}  // namespace
}  // namespace brickproof::golden
