// The C program of a dumped case.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "dump/wrong_call.hpp"
#include "engine/expected.hpp"
#include "judge/kernel.hpp"
#include "report/verdict.hpp"

namespace brickproof {

// How a statement is checked in C: the name of a part of checks.c.in, and whether it takes a second case, with
// other data.
struct CaseCheck {
    std::string_view name;
    bool needs_other_case = false;
};
// Of a behaviour; the name is empty where it has no check in C.
CaseCheck check_of_behaviour(std::string_view behaviour);

// The first line of each program.
inline constexpr std::string_view program_mark = "/* A case of Brickproof's";

// A file of an operand of call k: "x.npy", "y.expected.npy"; of the second call "second_x.npy".
std::string file_name(const Operand& operand, std::size_t k, std::string_view what);

Expected<std::string> case_program(const Kernel& kernel, const StatementVerdict& finding, std::string_view check,
                                   const WrongCall& call);

}  // namespace brickproof
