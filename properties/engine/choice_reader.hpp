// The domain reads its choices from a byte string. Past the end every choice is 0, so that every byte string is a
// valid case, and shorter and smaller bytes mean simpler cases.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace brickproof {

// A size of an op as its domain picks it: one of a table, or any other that the bytes state.
struct SizeChoice {
    std::string_view name{};                  // as among the contract's size_names; a literal
    std::span<const std::size_t> table{};     // of static storage, ascending, in units
    std::size_t unit = 1;                     // values: a block's, where the op takes whole blocks only
    std::size_t most = std::size_t{1} << 20;  // that can be stated, in values
};

// A choice among a few alternatives, as it was read: the sweep takes each alternative of each such choice once.
struct Choice {
    std::size_t position;      // first byte
    std::size_t width;         // bytes: 1 or 2
    std::size_t alternatives;  // the value was taken modulo this
    SizeChoice size{};         // of a size; without a name where it is something else
};

// In units.
struct PickedSize {
    std::size_t value = 0;
    bool stated = false;  // the bytes state it: a domain takes it as it is, and makes room among the other sizes
};

class ChoiceReader {
  public:
    // The two bytes that say: the size itself follows, in three. No sweep takes them, and few random bytes are
    // them.
    static constexpr std::uint16_t size_is_stated = 0xFFFF;
    static constexpr std::size_t stated_bytes = 3;

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

    PickedSize pick(const SizeChoice& size) {
        if (log_ != nullptr) log_->push_back({position_, 2, size.table.size(), size});
        const std::uint16_t index = u16();
        if (index != size_is_stated) return {size.table[index % size.table.size()]};
        const std::size_t low = u16();
        const std::size_t number = low | static_cast<std::size_t>(byte()) << 16;
        return {std::max(number % (size.most / size.unit + 1), size.table.front()), true};
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
