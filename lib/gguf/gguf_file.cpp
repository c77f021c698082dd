// A mapped GGUF file and what is asked of it.
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <string>
#include <system_error>

#include "brick/f16.hpp"
#include "formats/formats.hpp"
#include "gguf/gguf_cursor.hpp"

namespace brick::gguf {
namespace {

Error unreadable(std::string_view path, std::string_view what) {
    const std::string reason = std::generic_category().message(errno);
    return make_error(ErrorCode::file_unreadable, path, ": ", what, ": ", std::string_view(reason));
}

class Descriptor {
  public:
    explicit Descriptor(const std::string& path) : number_(::open(path.c_str(), O_RDONLY | O_CLOEXEC)) {}
    ~Descriptor() {
        if (number_ >= 0) ::close(number_);
    }
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
    int number() const { return number_; }

  private:
    int number_;
};

template <class T>
std::span<const T> elements(const Tensor& tensor) {
    return {reinterpret_cast<const T*>(tensor.data.data()), tensor.data.size() / sizeof(T)};
}

template <class Number>
Number number_in(const Metadata& entry) {
    Number number;
    std::memcpy(&number, entry.value.data(), sizeof number);
    return number;
}

// Nothing for what is no integer, or a negative one.
std::optional<std::uint64_t> unsigned_in(const Metadata& entry) {
    const auto unless_negative = [](auto number) {
        return number < 0 ? std::nullopt : std::optional(static_cast<std::uint64_t>(number));
    };
    switch (entry.type) {
        case ValueType::u8:
            return number_in<std::uint8_t>(entry);
        case ValueType::u16:
            return number_in<std::uint16_t>(entry);
        case ValueType::u32:
            return number_in<std::uint32_t>(entry);
        case ValueType::u64:
            return number_in<std::uint64_t>(entry);
        case ValueType::i8:
            return unless_negative(number_in<std::int8_t>(entry));
        case ValueType::i16:
            return unless_negative(number_in<std::int16_t>(entry));
        case ValueType::i32:
            return unless_negative(number_in<std::int32_t>(entry));
        case ValueType::i64:
            return unless_negative(number_in<std::int64_t>(entry));
        default:
            return std::nullopt;
    }
}

}  // namespace

class File::Mapping {
  public:
    static Result<std::shared_ptr<const Mapping>> map(std::string_view path) {
        const std::string name(path);
        const Descriptor file(name);
        if (file.number() < 0) return unreadable(path, "cannot be opened");
        struct stat status {};
        if (::fstat(file.number(), &status) != 0) return unreadable(path, "cannot be examined");
        if (!S_ISREG(status.st_mode)) return make_error(ErrorCode::file_unreadable, path, ": is no regular file");
        if (status.st_size == 0) return make_error(ErrorCode::malformed_file, path, ": is empty");
        const auto size = static_cast<std::size_t>(status.st_size);
        void* const address = ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE, file.number(), 0);
        if (address == MAP_FAILED) return unreadable(path, "cannot be mapped");
        return std::shared_ptr<const Mapping>(new Mapping(address, size, name));
    }
    ~Mapping() { ::munmap(address_, size_); }
    Mapping(const Mapping&) = delete;
    Mapping& operator=(const Mapping&) = delete;

    std::span<const std::byte> bytes() const { return {static_cast<const std::byte*>(address_), size_}; }
    std::string_view path() const { return path_; }

  private:
    Mapping(void* address, std::size_t size, std::string path)
        : address_(address), size_(size), path_(std::move(path)) {}

    void* address_;
    std::size_t size_;
    std::string path_;
};

Result<File> File::open(std::string_view path) {
    auto mapping = Mapping::map(path);
    BRICK_TRY(mapping);
    auto contents = parse((*mapping)->bytes(), path);
    BRICK_TRY(contents);
    return File(*mapping, std::make_shared<const Contents>(*std::move(contents)));
}

Result<Tensor> File::tensor(std::string_view name) const {
    const auto found = std::ranges::find(contents_->tensors, name, &Tensor::name);
    if (found != contents_->tensors.end()) return *found;
    return make_error(ErrorCode::not_in_file, mapping_->path(), ": has no tensor \"", Printable(name).text(),
                      "\" among its ", contents_->tensors.size());
}

Result<Tensor> File::tensor_of(std::string_view name, TensorType type) const {
    const auto found = tensor(name);
    if (!found || found->type == type) return found;
    return make_error(ErrorCode::bad_type, mapping_->path(), ": tensor \"", Printable(name).text(), "\" is ",
                      name_of(found->type), ", not ", name_of(type));
}

Result<std::span<const float>> File::f32(std::string_view name) const {
    const auto found = tensor_of(name, TensorType::f32);
    BRICK_TRY(found);
    return elements<float>(*found);
}

Result<std::span<const std::uint16_t>> File::f16(std::string_view name) const {
    const auto found = tensor_of(name, TensorType::f16);
    BRICK_TRY(found);
    return elements<std::uint16_t>(*found);
}

Result<std::span<const brickproof_q8_0>> File::q8_0(std::string_view name) const {
    const auto found = tensor_of(name, TensorType::q8_0);
    BRICK_TRY(found);
    return elements<brickproof_q8_0>(*found);
}

Result<std::vector<float>> File::floats(std::string_view name) const {
    const auto found = tensor(name);
    BRICK_TRY(found);
    const Format* format = formats::find_gguf_type(static_cast<std::uint32_t>(found->type));
    if (format == nullptr)
        return make_error(ErrorCode::bad_type, mapping_->path(), ": tensor \"", Printable(name).text(), "\" is ",
                          name_of(found->type), ", which no weights are made of");
    std::vector<float> values(found->rows() * found->cols());
    if (found->type == TensorType::f16) {
        if (const auto widened = f16::to_f32(elements<std::uint16_t>(*found), values); !widened)
            return widened.error();
    } else {
        dequantize(*format, reinterpret_cast<const std::uint8_t*>(found->data.data()), values);
    }
    return values;
}

Result<Metadata> File::metadata(std::string_view key) const {
    const auto found = std::ranges::find(contents_->metadata, key, &Metadata::key);
    if (found != contents_->metadata.end()) return *found;
    return make_error(ErrorCode::not_in_file, mapping_->path(), ": has no metadata \"", Printable(key).text(),
                      "\"");
}

Result<std::uint64_t> File::unsigned_value(std::string_view key) const {
    const auto entry = metadata(key);
    BRICK_TRY(entry);
    if (const auto number = unsigned_in(*entry)) return *number;
    return make_error(ErrorCode::bad_type, mapping_->path(), ": metadata \"", Printable(key).text(),
                      "\" is no integer from 0 on");
}

Result<double> File::real_value(std::string_view key) const {
    const auto entry = metadata(key);
    BRICK_TRY(entry);
    if (entry->type == ValueType::f32) return static_cast<double>(number_in<float>(*entry));
    if (entry->type == ValueType::f64) return number_in<double>(*entry);
    return make_error(ErrorCode::bad_type, mapping_->path(), ": metadata \"", Printable(key).text(),
                      "\" is no floating-point number");
}

Result<std::string_view> File::string_value(std::string_view key) const {
    const auto entry = metadata(key);
    BRICK_TRY(entry);
    if (entry->type == ValueType::string)
        return std::string_view(reinterpret_cast<const char*>(entry->value.data()), entry->value.size());
    return make_error(ErrorCode::bad_type, mapping_->path(), ": metadata \"", Printable(key).text(),
                      "\" is no text");
}

}  // namespace brick::gguf
