// What an element of an operand is: a number, or a block of numbers that belong together. A type is data: whoever
// compares, prints, stores or counts elements asks it, and knows no format.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace brickproof {

// How a number is stored.
struct Number {
    std::string_view name{};
    std::size_t bytes = 0;  // of one number
    // Of a binary floating-point number: the bits of its significand, and the exponent of its smallest value. An
    // integer has no precision: its neighbours are 1 apart.
    int precision = 0;
    int least_exponent = 0;
    // The exact values of `count` numbers from `at` on.
    void (*read)(const std::byte* at, std::size_t count, double* values) = nullptr;
    // The number at `at`, as messages say it: all that tells it from another.
    std::string (*show)(const std::byte* at) = nullptr;

    // The distance of the neighbours of `value` (one unit in the last place).
    double spacing(double value) const;
    // How many neighbours `a` and `b` are apart, both finite and of one sign.
    double ulps_between(double a, double b) const;
};

// Numbers of one kind that lie side by side in an element.
struct Field {
    std::string_view name{};  // "d", "qs"; empty where the element is one number
    const Number* number = nullptr;
    std::size_t offset = 0;  // bytes from the element's start
    std::size_t count = 1;   // numbers
};

struct Type {
    std::string_view name{};
    std::size_t bytes = 0;
    std::size_t align = 1;   // bytes: all that the ABI promises
    std::size_t values = 1;  // values that an element stands for: of a block, those that its codes decode to
    std::span<const Field> fields{};

    // Numbers that are stored in an element, in the order of its fields: what an oracle gives for it.
    constexpr std::size_t numbers() const {
        std::size_t count = 0;
        for (const Field& field : fields) count += field.count;
        return count;
    }
    bool is_block() const { return numbers() > 1; }
    // Where number i of an array of elements is, as messages say it: "y[3]", or "y[0].qs[31]" of a block.
    std::string place(std::string_view array, std::size_t i) const;
};

inline bool operator==(const Type& a, const Type& b) {
    return &a == &b;
}

extern const Number float32_number, float16_number, int8_number;

namespace detail {
inline constexpr Field float32_fields[] = {{.number = &float32_number}};
inline constexpr Field float16_fields[] = {{.number = &float16_number}};
inline constexpr Field int8_fields[] = {{.number = &int8_number}};
}  // namespace detail

inline constexpr Type f32{.name = "float32", .bytes = 4, .align = 4, .fields = detail::float32_fields};
inline constexpr Type f16{.name = "float16", .bytes = 2, .align = 2, .fields = detail::float16_fields};  // its bits
inline constexpr Type i8{.name = "int8", .bytes = 1, .align = 1, .fields = detail::int8_fields};

}  // namespace brickproof
