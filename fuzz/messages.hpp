// What a search in a child process tells its parent: one line of JSON a message.
#pragma once

#include <string>

#include "engine/expected.hpp"
#include "fuzz/statement_runner.hpp"

namespace brickproof::fuzz {

struct Message {
    enum class Kind { kept, finding, done };
    Kind kind = Kind::done;
    Bytes kept{};
    Finding finding{};
};

std::string kept_message(const Kernel& kernel, const Bytes& bytes);
std::string finding_message(const Finding& finding);
std::string done_message();

// Of a line that one of these made; `kernel` is the one that the child searches. A problem is a line of another
// sort: the child runs kernels, which may have ruined its memory.
Expected<Message> parse_message(const std::string& line, const Kernel& kernel);

// Ends the process where nobody reads any more.
void write_message(int pipe, const std::string& line);

}  // namespace brickproof::fuzz
