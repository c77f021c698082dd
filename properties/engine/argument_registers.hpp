// Which registers carry the arguments of a function type: what lies in all others is anything at all.
#pragma once

#include <cstddef>
#include <type_traits>

namespace brickproof {

// By the System V ABI (x86-64) and AAPCS64, for pointers, integers and floats.
struct ArgumentRegisters {
    unsigned general = 0;  // of pointers and integers, from the first
    unsigned narrow = 0;   // bit i: general register i carries 32 bits, and its upper half is undefined
    unsigned vector = 0;   // of floats, from the first: 32 bits each
};

#if defined(__x86_64__)
inline constexpr unsigned general_argument_registers = 6;
#else
inline constexpr unsigned general_argument_registers = 8;
#endif
inline constexpr unsigned vector_argument_registers = 8;
// Bytes of arguments on the stack that a call can carry along to another stack.
inline constexpr std::size_t most_stack_arguments = 64;

template <typename Function>
struct ArgumentRegistersOf;

template <typename Result, typename... Arguments>
struct ArgumentRegistersOf<Result(Arguments...)> {
    static constexpr ArgumentRegisters value() {
        static_assert(sizeof...(Arguments) <= general_argument_registers + most_stack_arguments / 8);
        ArgumentRegisters registers;
        (add<Arguments>(registers), ...);
        return registers;
    }

  private:
    template <typename Argument>
    static constexpr void add(ArgumentRegisters& registers) {
        static_assert(std::is_scalar_v<Argument> && !std::is_same_v<Argument, double>,
                      "what a double or a struct occupies is not known here");
        if constexpr (std::is_same_v<Argument, float>) {
            if (registers.vector < vector_argument_registers) ++registers.vector;
        } else if (registers.general < general_argument_registers) {
            if (sizeof(Argument) <= 4) registers.narrow |= 1u << registers.general;
            ++registers.general;
        }
    }
};

template <typename Function>
constexpr ArgumentRegisters argument_registers() {
    return ArgumentRegistersOf<Function>::value();
}

}  // namespace brickproof
