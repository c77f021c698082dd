// A line on the terminal that says how far a command is, rewritten again and again.
#pragma once

#include <fmt/format.h>
#include <unistd.h>

#include <cstdio>
#include <string_view>

namespace brickproof::cli {

// Nothing is written where standard error is no terminal.
class ProgressLine {
  public:
    void show(std::string_view text) const {
        if (shown_) fmt::print(stderr, "\r\033[K{}", text);
    }
    void clear() const { show(""); }

  private:
    bool shown_ = isatty(STDERR_FILENO) == 1;
};

}  // namespace brickproof::cli
