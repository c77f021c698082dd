// The .npy reader: what it writes it reads; everything else is refused with a reason.
#include "cases/npy_file.hpp"

#include <gtest/gtest.h>

namespace brickproof::golden {
namespace {

Tensor halves(std::vector<std::size_t> shape) {
    const std::size_t count = *element_count(shape);
    return {Dtype::uint16, std::move(shape), std::string(count * 2, '\x5A')};
}

std::string replaced(std::string text, std::string_view from, std::string_view to) {
    const std::size_t at = text.find(from);
    EXPECT_NE(at, std::string::npos);
    return text.replace(at, from.size(), to);
}

std::string problem_with(const std::string& text) {
    const Expected<Tensor> tensor = parse_npy(text);
    return tensor ? "" : tensor.problem();
}

bool mentions(const std::string& text, std::string_view part) {
    return text.find(part) != std::string::npos;
}

TEST(NpyFile, WhatIsWrittenIsRead) {
    for (const std::vector<std::size_t>& shape :
         {std::vector<std::size_t>{}, {0}, {1}, {7}, {2, 34}, {0, 34}, {3, 1, 2}}) {
        const Tensor tensor = halves(shape);
        const Expected<Tensor> back = parse_npy(npy_text(tensor));
        ASSERT_TRUE(back) << back.problem();
        EXPECT_EQ(*back, tensor);
    }
}

TEST(NpyFile, HeaderIsAsNumpyWritesIt) {
    const std::string text = npy_text(halves({3}));
    EXPECT_EQ(text.substr(0, 10), std::string("\x93NUMPY\x01\x00\x76\x00", 10));
    EXPECT_TRUE(text.substr(10).starts_with("{'descr': '<u2', 'fortran_order': False, 'shape': (3,), }  "));
    EXPECT_EQ(text[127], '\n');
    EXPECT_EQ(text.size(), 128u + 6u);
}

TEST(NpyFile, TruncatedAtAnyByteIsRefused) {
    const std::string text = npy_text(halves({2, 3}));
    for (std::size_t size = 0; size < text.size(); ++size)
        EXPECT_NE(problem_with(text.substr(0, size)), "") << size;
    EXPECT_TRUE(mentions(problem_with(text + "x"), "bytes of data"));
}

TEST(NpyFile, FlippedBitsNeverCrash) {
    const std::string text = npy_text(halves({2, 3}));
    for (std::size_t bit = 0; bit < text.size() * 8; ++bit) {
        std::string flipped = text;
        flipped[bit / 8] = static_cast<char>(flipped[bit / 8] ^ (1 << bit % 8));
        const Expected<Tensor> tensor = parse_npy(flipped);
        if (tensor) {
            EXPECT_EQ(tensor->bytes.size(), *element_count(tensor->shape) * size_of(tensor->dtype));
        }
    }
}

TEST(NpyFile, OtherFilesAreRefusedWithTheReason) {
    const std::string text = npy_text(halves({2, 3}));
    EXPECT_EQ(problem_with("hello"), "is no .npy file");
    EXPECT_TRUE(
        mentions(problem_with(replaced(text, std::string_view("\x01\x00", 2), std::string_view("\x02\x00", 2))),
                 "version 2.0"));
    EXPECT_TRUE(mentions(problem_with(replaced(text, "<u2", ">u2")), "'>u2'"));
    EXPECT_TRUE(mentions(problem_with(replaced(text, "<u2", "<c8")), "'<c8'"));
    EXPECT_TRUE(mentions(problem_with(replaced(text, "False", "True ")), "header"));
    EXPECT_TRUE(mentions(problem_with(replaced(text, "False, 'shape': (2, 3), }", "True, 'shape': (2, 3), } ")),
                         "Fortran"));
    EXPECT_TRUE(mentions(problem_with(replaced(text, "(2, 3)", "(2, 4)")), "bytes of data"));
    EXPECT_TRUE(mentions(problem_with(replaced(text, "(2, 3)", "(-2,3)")), "header"));
    EXPECT_TRUE(mentions(problem_with(replaced(text, "(2, 3)", "(2,  )")), "header"));
    EXPECT_TRUE(mentions(problem_with(replaced(text, "'descr'", "'DESCR'")), "header"));
}

TEST(NpyFile, ShapesBeyondMemoryAreRefused) {
    const std::string huge = "(4294967296, 4294967296), }";
    const std::string text =
        replaced(npy_text(halves({2, 3})), "(2, 3), }" + std::string(huge.size() - 9, ' '), huge);
    EXPECT_TRUE(mentions(problem_with(text), "bytes of data"));
    EXPECT_EQ(element_count({std::size_t{1} << 40, std::size_t{1} << 40}), std::nullopt);
    EXPECT_EQ(element_count({std::size_t{1} << 40, 0}), 0u);
}

}  // namespace
}  // namespace brickproof::golden
