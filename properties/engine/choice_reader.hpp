// The domain reads its choices from a byte string. Past the end every choice is 0, so that every byte string is a
// valid case, and shorter and smaller bytes mean simpler cases.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace brickproof {

// A choice among a few alternatives, as it was read: the sweep takes each alternative of each such choice once.
struct Choice {
    std::size_t position;      // first byte
    std::size_t width;         // bytes: 1 or 2
    std::size_t alternatives;  // the value was taken modulo this
};

class ChoiceReader {
  public:
    explicit ChoiceReader(std::span<const std::uint8_t> bytes, std::vector<Choice>* log = nullptr)
        : bytes_(bytes), log_(log) {}

    // A number below `alternatives` (at least 1, at most 65,536); 0 is the simplest.
    std::size_t pick(std::size_t alternatives) {
        const std::size_t width = alternatives > 256 ? 2 : 1;
        if (log_ != nullptr) log_->push_back({position_, width, alternatives});
        const std::size_t low = byte();
        const std::size_t value = width == 1 ? low : low | static_cast<std::size_t>(byte()) << 8;
        return value % alternatives;
    }

    // Raw bytes: seeds and positions, of which no value is special.
    std::uint8_t byte() { return position_ < bytes_.size() ? bytes_[position_++] : past_the_end(); }
    std::uint16_t u16() {
        const unsigned low = byte();
        return static_cast<std::uint16_t>(low | static_cast<unsigned>(byte()) << 8);
    }

    std::size_t consumed() const { return position_; }

  private:
    std::uint8_t past_the_end() {
        ++position_;
        return 0;
    }

    std::span<const std::uint8_t> bytes_;
    std::vector<Choice>* log_;
    std::size_t position_ = 0;
};

}  // namespace brickproof
