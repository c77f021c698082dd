// The C function of an op: how it is called on the operands of a case, which registers carry its arguments, and its
// prototype, all from its type.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>

#include "brickproof/kernel_abi.h"
#include "engine/argument_registers.hpp"
#include "engine/signature.hpp"

namespace brickproof {

using KernelFunction = void (*)();

struct Function {
    // Casts fn to the function's type and calls it: its pointers are the first operands, each of its integers is
    // the next size, and its other numbers are read from the operands that follow; what it returns is written to
    // the operand that follows the pointers.
    void (*call)(KernelFunction fn, std::span<const std::size_t> sizes, std::span<void* const> operands) = nullptr;
    ArgumentRegisters registers{};
    std::string_view result{};  // C types
    std::span<const std::string_view> arguments{};
    KernelFunction definition = nullptr;  // a kernel of the library that defines the op
};

// As C declares it: "void gemv(const float *w, ..., size_t cols)".
std::string prototype(const Function& function, std::string_view op, const Signature& signature);

namespace detail {

template <typename T>
constexpr std::string_view c_name() {
    if constexpr (std::is_pointer_v<T>) {
        using Pointee = std::remove_pointer_t<T>;
        using Value = std::remove_const_t<Pointee>;
        constexpr bool constant = std::is_const_v<Pointee>;
        if constexpr (std::is_same_v<Value, float>) return constant ? "const float *" : "float *";
        if constexpr (std::is_same_v<Value, std::uint16_t>) return constant ? "const uint16_t *" : "uint16_t *";
        if constexpr (std::is_same_v<Value, std::int8_t>) return constant ? "const int8_t *" : "int8_t *";
        if constexpr (std::is_same_v<Value, brickproof_q8_0>)
            return constant ? "const brickproof_q8_0 *" : "brickproof_q8_0 *";
        return constant ? "const void *" : "void *";
    }
    if constexpr (std::is_same_v<T, float>) return "float ";
    if constexpr (std::is_same_v<T, int>) return "int ";
    if constexpr (std::is_same_v<T, std::size_t>) return "size_t ";
    return "void ";
}

template <typename Type>
struct FunctionOf;

template <typename Result, typename... Arguments>
struct FunctionOf<Result(Arguments...)> {
    enum class Kind { pointer, size, number };
    template <typename T>
    static constexpr Kind kind_of = std::is_pointer_v<T>    ? Kind::pointer
                                    : std::is_integral_v<T> ? Kind::size
                                                            : Kind::number;
    static constexpr std::array kinds{kind_of<Arguments>...};
    static constexpr std::array<std::string_view, sizeof...(Arguments)> names{c_name<Arguments>()...};

    // How many arguments of this kind stand before argument `end`.
    static constexpr std::size_t count(Kind kind, std::size_t end) {
        std::size_t found = 0;
        for (std::size_t i = 0; i < end; ++i) found += kinds[i] == kind ? 1 : 0;
        return found;
    }
    static constexpr std::size_t after_pointers = count(Kind::pointer, kinds.size());
    static constexpr std::size_t first_number = after_pointers + (std::is_void_v<Result> ? 0 : 1);

    template <typename T, std::size_t i>
    static T argument(std::span<const std::size_t> sizes, std::span<void* const> operands) {
        constexpr std::size_t number = count(kinds[i], i);
        if constexpr (kinds[i] == Kind::pointer) return static_cast<T>(operands[number]);
        if constexpr (kinds[i] == Kind::size) return static_cast<T>(sizes[number]);
        if constexpr (kinds[i] == Kind::number) return *static_cast<const T*>(operands[first_number + number]);
    }

    static void call(KernelFunction fn, std::span<const std::size_t> sizes, std::span<void* const> operands) {
        call_with(fn, sizes, operands, std::index_sequence_for<Arguments...>{});
    }
    template <std::size_t... i>
    static void call_with(KernelFunction fn, std::span<const std::size_t> sizes, std::span<void* const> operands,
                          std::index_sequence<i...>) {
        const auto typed = reinterpret_cast<Result (*)(Arguments...)>(fn);
        if constexpr (std::is_void_v<Result>)
            typed(argument<Arguments, i>(sizes, operands)...);
        else
            *static_cast<Result*>(operands[after_pointers]) = typed(argument<Arguments, i>(sizes, operands)...);
    }
};

}  // namespace detail

// Of the op that this kernel of the library defines.
template <typename Result, typename... Arguments>
Function function_of(Result (*definition)(Arguments...)) {
    using Of = detail::FunctionOf<Result(Arguments...)>;
    return {.call = Of::call,
            .registers = argument_registers<Result(Arguments...)>(),
            .result = detail::c_name<Result>(),
            .arguments = Of::names,
            .definition = reinterpret_cast<KernelFunction>(definition)};
}

}  // namespace brickproof
