#include "dump/npy_text.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace brickproof {
namespace {

constexpr std::string_view magic("\x93NUMPY\x01\x00", 8);
constexpr std::size_t preamble = 10;  // magic, version, length of the header
constexpr std::size_t alignment = 64;

// Empty where NumPy has no such number.
std::string_view code_of(const Number& number) {
    if (&number == &float32_number) return "<f4";
    if (&number == &float16_number) return "<f2";
    return &number == &int8_number ? "|i1" : "";
}

std::string descr_of(const Type& type) {
    std::string fields;
    std::size_t end = 0;
    bool known = true;
    for (const Field& field : type.fields) {
        const std::string_view code = code_of(*field.number);
        known = known && !code.empty() && field.offset == end;
        end = field.offset + field.count * field.number->bytes;
        fields += fmt::format("{}('{}', '{}'{})", fields.empty() ? "" : ", ", field.name, code,
                              field.count > 1 ? fmt::format(", ({},)", field.count) : "");
    }
    if (!known || end != type.bytes) return fmt::format("'|V{}'", type.bytes);
    return type.is_block() ? fmt::format("[{}]", fields) : fmt::format("'{}'", code_of(*type.fields[0].number));
}

}  // namespace

std::string npy_text(std::string_view descr, std::span<const std::size_t> shape, std::string_view bytes) {
    std::string header = fmt::format("{{'descr': {}, 'fortran_order': False, 'shape': ({}{}), }}", descr,
                                     fmt::join(shape, ", "), shape.size() == 1 ? "," : "");
    const std::size_t unpadded = preamble + header.size() + 1;
    header.append((alignment - unpadded % alignment) % alignment, ' ');
    header += '\n';
    std::string text(magic);
    text += {static_cast<char>(header.size() & 0xFF), static_cast<char>(header.size() >> 8)};
    return text.append(header).append(bytes);
}

std::string npy_text(const Type& type, std::span<const std::byte> elements) {
    const std::size_t count = elements.size() / type.bytes;
    return npy_text(descr_of(type), {&count, 1}, {reinterpret_cast<const char*>(elements.data()), elements.size()});
}

}  // namespace brickproof
