#include "cases/npy_file.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <array>
#include <bit>
#include <charconv>
#include <limits>

#include "dump/npy_text.hpp"

namespace brickproof::golden {
namespace {

static_assert(std::endian::native == std::endian::little, "tensors are used as they lie in the file");

struct DtypeRow {
    Dtype dtype;
    std::string_view name;
    std::string_view descr;  // NumPy's code: byte order, kind, bytes
    std::size_t size;
};
constexpr std::array<DtypeRow, 5> dtypes{{{Dtype::float32, "float32", "<f4", 4},
                                          {Dtype::float64, "float64", "<f8", 8},
                                          {Dtype::uint16, "uint16", "<u2", 2},
                                          {Dtype::int8, "int8", "|i1", 1},
                                          {Dtype::uint8, "uint8", "|u1", 1}}};

const DtypeRow& row_of(Dtype dtype) {
    return dtypes[static_cast<std::size_t>(dtype)];
}

constexpr std::string_view magic = "\x93NUMPY";
constexpr std::size_t preamble = 10;  // magic, version, length of the header

// Reads a text from its front; once something is not as expected, nothing more is.
class Cursor {
  public:
    explicit Cursor(std::string_view text) : rest_(text) {}

    bool take(std::string_view literal) {
        if (!rest_.starts_with(literal)) return false;
        rest_.remove_prefix(literal.size());
        return true;
    }
    std::optional<std::string_view> take_until(char end) {
        const std::size_t at = rest_.find(end);
        if (at == std::string_view::npos) return std::nullopt;
        const std::string_view taken = rest_.substr(0, at);
        rest_.remove_prefix(at);
        return taken;
    }
    std::optional<std::size_t> take_number() {
        std::size_t value = 0;
        const auto [end, error] = std::from_chars(rest_.data(), rest_.data() + rest_.size(), value);
        if (error != std::errc{}) return std::nullopt;
        rest_.remove_prefix(static_cast<std::size_t>(end - rest_.data()));
        return value;
    }
    std::string_view rest() const { return rest_; }

  private:
    std::string_view rest_;
};

// "(3,)", "(2, 34)", "()".
std::optional<std::vector<std::size_t>> take_shape(Cursor& header) {
    std::vector<std::size_t> shape;
    if (!header.take("(")) return std::nullopt;
    while (!header.take(")")) {
        if (!shape.empty() && !header.take(shape.size() == 1 ? "," : ", ")) return std::nullopt;
        if (shape.size() == 1) {
            if (header.take(")")) return shape;
            if (!header.take(" ")) return std::nullopt;
        }
        const std::optional<std::size_t> extent = header.take_number();
        if (!extent) return std::nullopt;
        shape.push_back(*extent);
    }
    return shape;
}

Expected<Tensor> parse_header(std::string_view text) {
    const Problem malformed{"has a header that is not as NumPy writes it"};
    Cursor header(text);
    if (!header.take("{'descr': '")) return malformed;
    const std::optional<std::string_view> descr = header.take_until('\'');
    if (!descr || !header.take("', 'fortran_order': ")) return malformed;
    const bool fortran_order = header.take("True");
    if (!fortran_order && !header.take("False")) return malformed;
    if (!header.take(", 'shape': ")) return malformed;
    const std::optional<std::vector<std::size_t>> shape = take_shape(header);
    if (!shape || !header.take(", }")) return malformed;
    if (header.rest().find_first_not_of(' ') != header.rest().size() - 1 || header.rest().back() != '\n')
        return malformed;
    if (fortran_order) return Problem{"is in Fortran order; golden values are in C order"};
    for (const DtypeRow& row : dtypes)
        if (row.descr == *descr) return Tensor{row.dtype, *shape, {}};
    return Problem{fmt::format(
        "has elements of type '{}'; golden values are little endian '<f4', '<f8', '<u2', '|i1' or '|u1'", *descr)};
}

}  // namespace

std::size_t size_of(Dtype dtype) {
    return row_of(dtype).size;
}
std::string_view name_of(Dtype dtype) {
    return row_of(dtype).name;
}
std::optional<Dtype> dtype_named(std::string_view name) {
    for (const DtypeRow& row : dtypes)
        if (row.name == name) return row.dtype;
    return std::nullopt;
}

std::optional<std::size_t> element_count(const std::vector<std::size_t>& shape) {
    constexpr std::size_t most = std::numeric_limits<std::size_t>::max() / sizeof(double);
    std::size_t count = 1;
    for (const std::size_t extent : shape) {
        if (extent != 0 && count > most / extent) return std::nullopt;
        count *= extent;
    }
    return count;
}

std::string show_shape(const std::vector<std::size_t>& shape) {
    return fmt::format("({})", fmt::join(shape, ", "));
}

std::string npy_text(const Tensor& tensor) {
    return brickproof::npy_text(fmt::format("'{}'", row_of(tensor.dtype).descr), tensor.shape, tensor.bytes);
}

Expected<Tensor> parse_npy(std::string_view text) {
    if (!text.starts_with(magic)) return Problem{"is no .npy file"};
    if (text.size() < preamble) return Problem{"is cut off within its header"};
    if (text[6] != '\x01' || text[7] != '\x00')
        return Problem{fmt::format("is in version {}.{} of the .npy format; golden values are in version 1.0",
                                   static_cast<unsigned char>(text[6]), static_cast<unsigned char>(text[7]))};
    const std::size_t header_size =
        static_cast<unsigned char>(text[8]) + std::size_t{static_cast<unsigned char>(text[9])} * 256;
    if (text.size() < preamble + header_size) return Problem{"is cut off within its header"};
    Expected<Tensor> tensor = parse_header(text.substr(preamble, header_size));
    if (!tensor) return tensor;
    const std::string_view data = text.substr(preamble + header_size);
    const std::optional<std::size_t> count = element_count(tensor->shape);
    if (!count || *count * size_of(tensor->dtype) != data.size())
        return Problem{fmt::format("has {} bytes of data, which are not {} of {}", data.size(),
                                   show_shape(tensor->shape), name_of(tensor->dtype))};
    tensor->bytes = data;
    return tensor;
}

}  // namespace brickproof::golden
