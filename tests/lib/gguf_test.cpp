#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>

#include "brick/gguf.hpp"
#include "brick/matrix.hpp"
#include "formats/formats.hpp"
#include "gguf_bytes.hpp"

namespace brick::gguf {
namespace {

std::string error_of(const FileBytes& file) {
    const auto contents = parse(file.bytes(), "m.gguf");
    if (contents) return "no error";
    EXPECT_EQ(contents.error().code, ErrorCode::malformed_file);
    return std::string(contents.error().message.view());
}

// A file that is removed with the test.
class OnDisk {
  public:
    explicit OnDisk(std::span<const std::byte> bytes)
        : path_(std::filesystem::temp_directory_path() / ("brick_gguf_" + std::to_string(::getpid()) + ".gguf")) {
        std::ofstream(path_, std::ios::binary)
            .write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
    }
    ~OnDisk() { std::filesystem::remove(path_); }
    OnDisk(const OnDisk&) = delete;
    OnDisk& operator=(const OnDisk&) = delete;
    std::string path() const { return path_.string(); }

  private:
    std::filesystem::path path_;
};

TEST(Gguf, ReadsTensorsAndMetadata) {
    const OnDisk on_disk(example_file().bytes());
    const auto file = File::open(on_disk.path());
    ASSERT_TRUE(file) << file.error().message.view();
    const auto norm = file->f32("norm");
    ASSERT_TRUE(norm);
    EXPECT_EQ(std::vector<float>(norm->begin(), norm->end()), (std::vector<float>{1, 2, 3, 4}));
    EXPECT_EQ(file->f16("halves").value()[5], 6);
    EXPECT_EQ(file->tensor("halves").value().rows(), 3u);
    EXPECT_EQ(file->tensor("halves").value().cols(), 2u);
    EXPECT_EQ(file->q8_0("blocks").value()[1].qs[31], 67);
    EXPECT_EQ(file->unsigned_value("llama.block_count").value(), 22u);
    EXPECT_EQ(file->real_value("llama.rope.freq_base").value(), 10000.0);
    EXPECT_EQ(file->string_value("general.architecture").value(), "llama");
}

TEST(Gguf, SaysWhatTheFileHasInstead) {
    const OnDisk on_disk(example_file().bytes());
    const auto file = File::open(on_disk.path());
    ASSERT_TRUE(file);
    EXPECT_EQ(file->f32("nrom").error().message.view(), on_disk.path() + ": has no tensor \"nrom\" among its 3");
    EXPECT_EQ(file->q8_0("norm").error().message.view(), on_disk.path() + ": tensor \"norm\" is f32, not q8_0");
    EXPECT_EQ(file->unsigned_value("negative").error().code, ErrorCode::bad_type);
    EXPECT_EQ(file->unsigned_value("general.architecture").error().code, ErrorCode::bad_type);
    EXPECT_EQ(file->string_value("nothing").error().code, ErrorCode::not_in_file);
}

// Rows of 256 values in a superblock format, in one that is not aligned, and integers beside them.
TEST(Gguf, EveryFormatIsRead) {
    FileBytes bytes;
    bytes.header(3, 0)
        .tensor("k", {256, 2}, 12, 0)
        .tensor("fp4", {32, 3}, 39, 288)
        .tensor("ids", {2}, 26, 352)
        .pad();
    std::vector<std::uint8_t> q4_K(2 * formats::q4_K.bytes, 0x11);
    std::vector<std::uint8_t> mxfp4(3 * formats::mxfp4.bytes, 0x7F);
    bytes.raw(std::as_bytes(std::span(q4_K))).raw(std::as_bytes(std::span(mxfp4))).pad().add(1).add(2);
    const OnDisk written(bytes.bytes());
    const auto file = File::open(written.path());
    ASSERT_TRUE(file) << file.error().message.view();

    std::vector<float> expected(512);
    dequantize(formats::q4_K, q4_K.data(), expected);
    EXPECT_EQ(*file->floats("k"), expected);
    EXPECT_EQ(file->floats("fp4")->size(), 96u);
    EXPECT_EQ(file->floats("fp4")->front(), -6.0f);  // code 15 at a scale of 2^0
    EXPECT_EQ(file->tensor("fp4")->data.size(), 3 * formats::mxfp4.bytes);
    EXPECT_EQ(file->floats("ids").error().message.view(),
              written.path() + ": tensor \"ids\" is i32, which no weights are made of");
    EXPECT_EQ(file->floats("none").error().code, ErrorCode::not_in_file);

    const auto matrix = Matrix::from_gguf(*file, "k");
    ASSERT_TRUE(matrix) << matrix.error().message.view();
    EXPECT_EQ(matrix->rows(), 2u);
    EXPECT_TRUE(std::ranges::equal(matrix->values(), expected));
}

TEST(Gguf, FilesThatCannotBeMappedAreErrors) {
    EXPECT_EQ(File::open("/nowhere/model.gguf").error().message.view(),
              "/nowhere/model.gguf: cannot be opened: No such file or directory");
    EXPECT_EQ(File::open("/").error().code, ErrorCode::file_unreadable);
    const OnDisk empty({});
    EXPECT_EQ(File::open(empty.path()).error().code, ErrorCode::malformed_file);
}

TEST(Gguf, EveryTruncationIsAnError) {
    const FileBytes whole = example_file();
    for (std::size_t size = 0; size < whole.bytes().size(); ++size) {
        // A copy of exactly this size, so that a sanitizer sees a read beyond it.
        const std::vector<std::byte> cut(whole.bytes().begin(),
                                         whole.bytes().begin() + static_cast<std::ptrdiff_t>(size));
        EXPECT_FALSE(parse(cut, "m.gguf")) << size;
    }
}

// Whatever a flipped bit makes of the file: an error, or contents whose every view lies within it.
TEST(Gguf, EveryFlippedBitIsSurvived) {
    FileBytes file = example_file();
    std::size_t errors = 0;
    for (std::size_t bit = 0; bit < file.bytes().size() * 8; ++bit) {
        const auto mask = static_cast<std::byte>(1u << bit % 8);
        file.editable()[bit / 8] ^= mask;
        const auto contents = parse(file.bytes(), "m.gguf");
        if (!contents) ++errors;
        if (contents)
            for (const Tensor& tensor : contents->tensors) {
                EXPECT_GE(tensor.data.data(), file.bytes().data());
                EXPECT_LE(tensor.data.data() + tensor.data.size(), file.bytes().data() + file.bytes().size());
            }
        file.editable()[bit / 8] ^= mask;
    }
    EXPECT_GT(errors, 500u);
}

TEST(Gguf, HostileFilesAreErrorsThatNameWhatAndWhere) {
    using U64 = std::uint64_t;
    EXPECT_EQ(error_of(FileBytes().header(0, 0, 1)), "m.gguf: has GGUF version 1; 2 and 3 are read");
    EXPECT_EQ(error_of(FileBytes().add<std::uint32_t>(7)),
              "m.gguf: is no GGUF file: it does not begin with \"GGUF\"");
    EXPECT_EQ(error_of(FileBytes().header(U64{1} << 60, 0)),
              "m.gguf: promises 1152921504606846976 tensors and 0 metadata entries, but has 0 bytes left");
    EXPECT_EQ(error_of(FileBytes().header(0, 1).add<U64>(~U64{0}).add<U64>(0)),
              "m.gguf: at byte 32, a metadata key needs 18446744073709551615 bytes, but the file has 8 left");
    EXPECT_EQ(error_of(FileBytes().header(0, 1).metadata<std::uint32_t>("k", 13, 0)),
              "m.gguf: metadata \"k\" has value type 13; the format knows 0 to 12");
    EXPECT_EQ(error_of(FileBytes().header(1, 0).tensor("t", {1}, 4, 0).pad()),
              "m.gguf: tensor \"t\" has type 4, which is not a type of numbers that is known here");
    EXPECT_EQ(
        error_of(FileBytes().header(1, 0).tensor("t", {128}, 12, 0).pad()),
        "m.gguf: tensor \"t\" has rows of 128 values, which is not a multiple of the block size of q4_K, 256");
    EXPECT_EQ(error_of(FileBytes().header(1, 0).tensor("t", {33}, 8, 0).pad()),
              "m.gguf: tensor \"t\" has rows of 33 values, which is not a multiple of the block size of q8_0, 32");
    EXPECT_EQ(error_of(FileBytes().header(1, 0).tensor("t", {0}, 0, 0).pad()),
              "m.gguf: tensor \"t\": dimension 0 is 0");
    EXPECT_EQ(
        error_of(FileBytes().header(1, 0).tensor("t", {U64{1} << 40, U64{1} << 40}, 0, 0).pad()),
        "m.gguf: tensor \"t\": dimension 1 is 1099511627776, and all of them together are more than 2^63 values");
    EXPECT_EQ(error_of(FileBytes().header(1, 0).tensor("t", {1, 1, 1, 1, 1}, 0, 0).pad()),
              "m.gguf: tensor \"t\" has 5 dimensions; the format allows 1 to 4");
    EXPECT_EQ(error_of(FileBytes().header(1, 0).tensor("t", {1}, 0, 4).pad().add(1.0f).add(1.0f)),
              "m.gguf: tensor \"t\" begins at offset 4 of the data, which is no multiple of the alignment 32");
    EXPECT_EQ(error_of(FileBytes().header(1, 0).tensor("t", {2}, 0, U64{1} << 63).pad().add(1.0f)),
              "m.gguf: tensor \"t\" needs 8 bytes from offset 9223372036854775808 of the data, which has 4 bytes");
    EXPECT_EQ(error_of(FileBytes().header(2, 0).tensor("a", {9}, 0, 0).tensor("b", {1}, 0, 32).pad().pad(256)),
              "m.gguf: the data of tensor \"b\" begins within that of \"a\"");
    EXPECT_EQ(error_of(FileBytes().header(2, 0).tensor("a", {1}, 0, 0).tensor("a", {1}, 0, 32).pad().pad(256)),
              "m.gguf: tensor \"a\" comes twice");
    EXPECT_EQ(error_of(FileBytes().header(0, 1).metadata<std::uint32_t>("general.alignment", 4, 12)),
              "m.gguf: general.alignment is 12, which is no multiple of 8");
    EXPECT_EQ(error_of(FileBytes().header(0, 1).metadata<float>("general.alignment", 6, 32)),
              "m.gguf: general.alignment is not a 32-bit unsigned integer");
}

TEST(Gguf, ArraysThatLieAboutTheirLengthAreErrors) {
    constexpr std::uint32_t array = 9;
    const auto head = [] { return FileBytes().header(0, 1).text("k").add(array); };
    EXPECT_EQ(error_of(head().add<std::uint32_t>(4).add<std::uint64_t>(std::uint64_t{1} << 62)),
              "m.gguf: metadata \"k\" is an array of 4611686018427387904 elements, but the file has 0 bytes left");
    EXPECT_EQ(error_of(head().add<std::uint32_t>(8).add<std::uint64_t>(std::uint64_t{1} << 62).text("a")),
              "m.gguf: at byte 58, a string of the array k needs 8 bytes, but the file has 0 left");
    FileBytes nested = head();
    for (int depth = 0; depth < 6; ++depth) nested.add(array).add<std::uint64_t>(1);
    EXPECT_EQ(error_of(nested), "m.gguf: metadata \"k\" nests arrays deeper than 4");
}

TEST(Gguf, NamesThatCannotBePrintedAreShownCut) {
    const std::string name = "\x1b[2J" + std::string(100, 'x');
    EXPECT_EQ(error_of(FileBytes().header(1, 0).tensor(name, {0}, 0, 0).pad()),
              "m.gguf: tensor \"?[2J" + std::string(60, 'x') + "\": dimension 0 is 0");
}

}  // namespace
}  // namespace brick::gguf
