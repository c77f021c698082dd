// From bytes to Contents. In the file: magic, version, two counts, the metadata, the tensors' descriptions, padding
// to the alignment, the tensors' data.
#include <algorithm>
#include <array>
#include <limits>
#include <optional>

#include "formats/formats.hpp"
#include "gguf/gguf_cursor.hpp"

namespace brick::gguf {
namespace {

constexpr std::uint32_t magic = 0x46554747;  // "GGUF"
// What one entry takes at least: a count beyond the bytes left divided by this is a lie, found before memory is
// reserved.
constexpr std::uint64_t smallest_metadata = 8 + 4 + 1;
constexpr std::uint64_t smallest_tensor = 8 + 4 + 8 + 4 + 8;
constexpr int deepest_array = 4;

// Bytes of a value of fixed size; 0 for strings and arrays.
std::uint64_t size_of(ValueType type) {
    switch (type) {
        case ValueType::u8:
        case ValueType::i8:
        case ValueType::boolean:
            return 1;
        case ValueType::u16:
        case ValueType::i16:
            return 2;
        case ValueType::u32:
        case ValueType::i32:
        case ValueType::f32:
            return 4;
        case ValueType::u64:
        case ValueType::i64:
        case ValueType::f64:
            return 8;
        case ValueType::string:
        case ValueType::array:
            break;
    }
    return 0;
}

Result<ValueType> read_value_type(Cursor& cursor, std::string_view key) {
    const auto number = cursor.number<std::uint32_t>("the value type of ", key);
    BRICK_TRY(number);
    if (*number > static_cast<std::uint32_t>(ValueType::f64))
        return cursor.malformed("metadata \"", Printable(key).text(), "\" has value type ", *number,
                                "; the format knows 0 to 12");
    return static_cast<ValueType>(*number);
}

Result<void> skip_array(Cursor& cursor, std::string_view key, int depth);

Result<void> skip_elements(Cursor& cursor, std::string_view key, ValueType type, std::uint64_t count, int depth) {
    if (const std::uint64_t size = size_of(type); size > 0) {
        if (count > cursor.left() / size)
            return cursor.malformed("metadata \"", Printable(key).text(), "\" is an array of ", count,
                                    " elements, but the file has ", cursor.left(), " bytes left");
        const auto skipped = cursor.bytes(count * size, "the array ", key);
        BRICK_TRY(skipped);
        return {};
    }
    for (std::uint64_t i = 0; i < count; ++i) {
        if (type == ValueType::array) {
            BRICK_TRY(skip_array(cursor, key, depth + 1));
        } else {
            BRICK_TRY(cursor.string("a string of the array ", key));
        }
    }
    return {};
}

Result<void> skip_array(Cursor& cursor, std::string_view key, int depth) {
    if (depth > deepest_array)
        return cursor.malformed("metadata \"", Printable(key).text(), "\" nests arrays deeper than ",
                                deepest_array);
    const auto type = read_value_type(cursor, key);
    BRICK_TRY(type);
    const auto count = cursor.number<std::uint64_t>("the length of the array ", key);
    BRICK_TRY(count);
    return skip_elements(cursor, key, *type, *count, depth);
}

// The rest of `bytes` from `begin` to where the cursor is now.
std::span<const std::byte> between(std::span<const std::byte> bytes, std::uint64_t begin, const Cursor& cursor) {
    return bytes.subspan(begin, cursor.position() - begin);
}

Result<Metadata> read_metadata(Cursor& cursor, std::span<const std::byte> file) {
    const auto key = cursor.string("a metadata key");
    BRICK_TRY(key);
    const auto type = read_value_type(cursor, *key);
    BRICK_TRY(type);
    if (*type == ValueType::string) {
        const auto text = cursor.string("the text of ", *key);
        BRICK_TRY(text);
        return Metadata{*key, *type, std::as_bytes(std::span(*text))};
    }
    const std::uint64_t begin = cursor.position();
    const auto skipped =
        *type == ValueType::array ? skip_array(cursor, *key, 1) : skip_elements(cursor, *key, *type, 1, 1);
    BRICK_TRY(skipped);
    return Metadata{*key, *type, between(file, begin, cursor)};
}

// What the number of a type in a file stands for.
struct TypeFacts {
    std::uint32_t number;
    std::string_view name;
    BlockSize block;
};
// Plain numbers, which weights are never made of.
constexpr std::array integers_and_doubles{TypeFacts{24, "i8", {1, 1}}, TypeFacts{25, "i16", {1, 2}},
                                          TypeFacts{26, "i32", {1, 4}}, TypeFacts{27, "i64", {1, 8}},
                                          TypeFacts{28, "f64", {1, 8}}};

std::optional<TypeFacts> facts_of(std::uint32_t number) {
    if (const Format* format = formats::find_gguf_type(number))
        return TypeFacts{number, format->name, {format->values, format->bytes}};
    const auto found = std::ranges::find(integers_and_doubles, number, &TypeFacts::number);
    return found == integers_and_doubles.end() ? std::nullopt : std::optional(*found);
}

// A tensor and where its data begins, from the start of all data.
struct PlacedTensor {
    Tensor tensor;
    std::uint64_t offset = 0;
    std::uint64_t bytes = 0;
};

Result<TensorType> read_tensor_type(Cursor& cursor, std::string_view name) {
    const auto number = cursor.number<std::uint32_t>("the type of tensor ", name);
    BRICK_TRY(number);
    if (facts_of(*number)) return static_cast<TensorType>(*number);
    return cursor.malformed("tensor \"", Printable(name).text(), "\" has type ", *number,
                            ", which is not a type of numbers that is known here");
}

// The number of values; an error if it is 0 or more than 2^63.
Result<std::uint64_t> read_dimensions(Cursor& cursor, Tensor& tensor) {
    const auto count = cursor.number<std::uint32_t>("the dimensions of tensor ", tensor.name);
    BRICK_TRY(count);
    if (*count == 0 || *count > tensor.dimensions.size())
        return cursor.malformed("tensor \"", Printable(tensor.name).text(), "\" has ", *count,
                                " dimensions; the format allows 1 to 4");
    std::uint64_t values = 1;
    for (std::uint32_t i = 0; i < *count; ++i) {
        const auto dimension = cursor.number<std::uint64_t>("a dimension of tensor ", tensor.name);
        BRICK_TRY(dimension);
        if (*dimension == 0 || *dimension > (std::uint64_t{1} << 63) / values)
            return cursor.malformed("tensor \"", Printable(tensor.name).text(), "\": dimension ", i, " is ",
                                    *dimension,
                                    *dimension == 0 ? "" : ", and all of them together are more than 2^63 values");
        values *= *dimension;
        tensor.dimensions[i] = *dimension;
    }
    return values;
}

// Bytes of `values` values. An error for a row that is no whole number of blocks, and beyond what any file has.
Result<std::uint64_t> data_bytes(const Cursor& cursor, const Tensor& tensor, std::uint64_t values) {
    const BlockSize block = block_size_of(tensor.type);
    if (tensor.cols() % block.values != 0)
        return cursor.malformed("tensor \"", Printable(tensor.name).text(), "\" has rows of ", tensor.cols(),
                                " values, which is not a multiple of the block size of ", name_of(tensor.type),
                                ", ", block.values);
    const std::uint64_t blocks = values / block.values;
    if (blocks > (std::uint64_t{1} << 62) / block.bytes)
        return cursor.malformed("tensor \"", Printable(tensor.name).text(), "\" has ", values,
                                " values, more than any file holds");
    return blocks * block.bytes;
}

Result<PlacedTensor> read_tensor(Cursor& cursor) {
    const auto name = cursor.string("a tensor's name");
    BRICK_TRY(name);
    PlacedTensor placed;
    placed.tensor.name = *name;
    const auto values = read_dimensions(cursor, placed.tensor);
    BRICK_TRY(values);
    const auto type = read_tensor_type(cursor, *name);
    BRICK_TRY(type);
    placed.tensor.type = *type;
    const auto offset = cursor.number<std::uint64_t>("the offset of tensor ", *name);
    BRICK_TRY(offset);
    placed.offset = *offset;
    const auto bytes = data_bytes(cursor, placed.tensor, *values);
    BRICK_TRY(bytes);
    placed.bytes = *bytes;
    return placed;
}

// general.alignment, if the metadata has it.
Result<std::uint64_t> alignment_of(const Cursor& cursor, std::span<const Metadata> metadata) {
    const auto entry = std::ranges::find(metadata, "general.alignment", &Metadata::key);
    if (entry == metadata.end()) return std::uint64_t{32};
    std::uint32_t alignment = 0;
    if (entry->type != ValueType::u32)
        return cursor.malformed("general.alignment is not a 32-bit unsigned integer");
    std::memcpy(&alignment, entry->value.data(), sizeof alignment);
    // The format says a multiple of 8; less would misalign the floats.
    if (alignment == 0 || alignment % 8 != 0)
        return cursor.malformed("general.alignment is ", alignment, ", which is no multiple of 8");
    return std::uint64_t{alignment};
}

// Each tensor's data within the file's, aligned, and no two over each other.
Result<void> check_placement(const Cursor& cursor, std::uint64_t data_size, std::uint64_t alignment,
                             std::vector<PlacedTensor>& placed) {
    for (const PlacedTensor& each : placed) {
        const Printable name(each.tensor.name);
        if (each.offset % alignment != 0)
            return cursor.malformed("tensor \"", name.text(), "\" begins at offset ", each.offset,
                                    " of the data, which is no multiple of the alignment ", alignment);
        if (each.offset > data_size || each.bytes > data_size - each.offset)
            return cursor.malformed("tensor \"", name.text(), "\" needs ", each.bytes, " bytes from offset ",
                                    each.offset, " of the data, which has ", data_size, " bytes");
    }
    std::vector<const PlacedTensor*> by_offset;
    by_offset.reserve(placed.size());
    for (const PlacedTensor& each : placed) by_offset.push_back(&each);
    std::ranges::sort(by_offset, {}, &PlacedTensor::offset);
    for (std::size_t i = 1; i < by_offset.size(); ++i)
        if (by_offset[i]->offset - by_offset[i - 1]->offset < by_offset[i - 1]->bytes)
            return cursor.malformed("the data of tensor \"", Printable(by_offset[i]->tensor.name).text(),
                                    "\" begins within that of \"", Printable(by_offset[i - 1]->tensor.name).text(),
                                    "\"");
    return {};
}

// Of the sorted names, the first that comes twice.
template <class Entry>
std::string_view twice(std::span<const Entry> entries, std::string_view Entry::*name) {
    std::vector<std::string_view> names;
    for (const Entry& entry : entries) names.push_back(entry.*name);
    std::ranges::sort(names);
    const auto found = std::ranges::adjacent_find(names);
    return found == names.end() ? std::string_view() : *found;
}

struct Header {
    std::uint32_t version = 0;
    std::uint64_t tensors = 0;
    std::uint64_t metadata = 0;
};

Result<Header> read_header(Cursor& cursor) {
    const auto first = cursor.number<std::uint32_t>("the magic \"GGUF\"");
    BRICK_TRY(first);
    if (*first != magic) return cursor.malformed("is no GGUF file: it does not begin with \"GGUF\"");
    const auto version = cursor.number<std::uint32_t>("the version");
    BRICK_TRY(version);
    if (*version != 2 && *version != 3)
        return cursor.malformed("has GGUF version ", *version, "; 2 and 3 are read");
    const auto tensors = cursor.number<std::uint64_t>("the number of tensors");
    BRICK_TRY(tensors);
    const auto metadata = cursor.number<std::uint64_t>("the number of metadata entries");
    BRICK_TRY(metadata);
    if (*tensors > cursor.left() / smallest_tensor || *metadata > cursor.left() / smallest_metadata)
        return cursor.malformed("promises ", *tensors, " tensors and ", *metadata, " metadata entries, but has ",
                                cursor.left(), " bytes left");
    return Header{*version, *tensors, *metadata};
}

Result<void> read_all_metadata(Cursor& cursor, std::span<const std::byte> file, std::uint64_t count,
                               Contents& contents) {
    for (std::uint64_t i = 0; i < count; ++i) {
        const auto entry = read_metadata(cursor, file);
        BRICK_TRY(entry);
        contents.metadata.push_back(*entry);
    }
    const std::string_view again = twice(std::span<const Metadata>(contents.metadata), &Metadata::key);
    if (!again.empty()) return cursor.malformed("metadata \"", Printable(again).text(), "\" comes twice");
    return {};
}

Result<void> read_all_tensors(Cursor& cursor, std::span<const std::byte> file, std::uint64_t count,
                              Contents& contents) {
    std::vector<PlacedTensor> placed;
    for (std::uint64_t i = 0; i < count; ++i) {
        const auto tensor = read_tensor(cursor);
        BRICK_TRY(tensor);
        placed.push_back(*tensor);
    }
    const std::uint64_t padding =
        (contents.alignment - cursor.position() % contents.alignment) % contents.alignment;
    // A file without tensors may end without the padding.
    const std::uint64_t begin = cursor.position() + std::min(padding, cursor.left());
    const auto data = file.subspan(begin);
    BRICK_TRY(check_placement(cursor, data.size(), contents.alignment, placed));
    for (PlacedTensor& each : placed) {
        each.tensor.data = data.subspan(each.offset, each.bytes);
        contents.tensors.push_back(each.tensor);
    }
    const std::string_view again = twice(std::span<const Tensor>(contents.tensors), &Tensor::name);
    if (!again.empty()) return cursor.malformed("tensor \"", Printable(again).text(), "\" comes twice");
    return {};
}

}  // namespace

std::string_view name_of(TensorType type) {
    const auto facts = facts_of(static_cast<std::uint32_t>(type));
    return facts ? facts->name : "?";
}

BlockSize block_size_of(TensorType type) {
    const auto facts = facts_of(static_cast<std::uint32_t>(type));
    return facts ? facts->block : BlockSize{};
}

Result<Contents> parse(std::span<const std::byte> file, std::string_view source) {
    Cursor cursor(file, source);
    const auto header = read_header(cursor);
    BRICK_TRY(header);
    Contents contents;
    contents.version = header->version;
    BRICK_TRY(read_all_metadata(cursor, file, header->metadata, contents));
    const auto alignment = alignment_of(cursor, contents.metadata);
    BRICK_TRY(alignment);
    contents.alignment = *alignment;
    BRICK_TRY(read_all_tensors(cursor, file, header->tensors, contents));
    return contents;
}

}  // namespace brick::gguf
