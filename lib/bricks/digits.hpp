// Measured numbers as a person reads them.
#pragma once

#include <array>
#include <charconv>
#include <string_view>

namespace brick {

// A number to four significant digits: no clock of ours has more.
class Digits {
  public:
    explicit Digits(double number) {
        const auto [end, error] =
            std::to_chars(text_.data(), text_.data() + text_.size(), number, std::chars_format::general, 4);
        size_ = static_cast<std::size_t>(end - text_.data());
    }
    std::string_view text() const { return {text_.data(), size_}; }

  private:
    std::array<char, 32> text_{};
    std::size_t size_ = 0;
};

}  // namespace brick
