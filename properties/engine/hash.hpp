// FNV-1a (Fowler, Noll, Vo), 64 bits: for seeds, which published tokens and reports depend on.
#pragma once

#include <cstdint>
#include <string_view>

namespace brickproof {

class Fnv1a {
  public:
    explicit Fnv1a(std::uint64_t seed = 0) : value_(0xCBF29CE484222325u ^ seed) {}

    // A byte, or a number as one step.
    void add(std::uint64_t part) { value_ = (value_ ^ part) * 0x100000001B3u; }
    void add(std::string_view text) {
        for (const char c : text) add(std::uint64_t{static_cast<unsigned char>(c)});
    }
    std::uint64_t value() const { return value_; }

  private:
    std::uint64_t value_;
};

}  // namespace brickproof
