// What a search in a child process tells its parent: one line of JSON a message.
#pragma once

#include <string>
#include <string_view>

#include "engine/expected.hpp"
#include "fuzz/search/statement_runner.hpp"

namespace brickproof::fuzz {

struct Message {
    enum class Kind { kept, nearer, finding, done };
    Kind kind = Kind::done;
    Bytes kept{};             // or the case that is nearer
    std::string statement{};  // that it brings nearer to its bound,
    std::size_t level = 0;    // to this share_level
    Finding finding{};
};

std::string kept_message(const Kernel& kernel, const Bytes& bytes);
std::string nearer_message(const Kernel& kernel, std::string_view statement, std::size_t level, const Bytes& bytes);
std::string finding_message(const Finding& finding);
std::string done_message();

// Of a line that one of these made; `kernel` is the one that the child searches. A problem is a line of another
// sort: the child runs kernels, which may have ruined its memory.
Expected<Message> parse_message(const std::string& line, const Kernel& kernel);

// Ends the process where nobody reads any more.
void write_message(int pipe, const std::string& line);

}  // namespace brickproof::fuzz
