#include "fuzz/search/mutation.hpp"

#include <algorithm>

namespace brickproof::fuzz {
namespace {

std::uint8_t any_byte(Random& random) {
    return static_cast<std::uint8_t>(random.next() >> 56);
}

// Bytes behind the end read as 0, so that writing there first makes them so.
std::uint8_t& byte_at(Bytes& bytes, std::size_t position) {
    if (position >= bytes.size()) bytes.resize(position + 1);
    return bytes[position];
}

void take_another_alternative(Bytes& bytes, std::span<const Choice> choices, Random& random) {
    if (choices.empty()) return;
    const Choice& choice = choices[random.below(choices.size())];
    if (choice.position + choice.width > longest_input) return;
    const std::size_t alternative = random.below(choice.alternatives);
    byte_at(bytes, choice.position) = static_cast<std::uint8_t>(alternative & 0xFF);
    if (choice.width == 2) byte_at(bytes, choice.position + 1) = static_cast<std::uint8_t>(alternative >> 8);
}

void change_byte(Bytes& bytes, Random& random) {
    std::uint8_t& byte = byte_at(bytes, random.below(std::min(bytes.size() + 1, longest_input)));
    switch (random.below(4)) {
        case 0:
            byte = any_byte(random);
            break;
        case 1:
            byte = static_cast<std::uint8_t>(byte ^ 1u << random.below(8));
            break;
        case 2:
            byte = static_cast<std::uint8_t>(byte + random.between(-8, 8));
            break;
        default:
            byte = random.below(2) == 0 ? std::uint8_t{0} : std::uint8_t{255};
    }
}

void remove_or_insert(Bytes& bytes, Random& random) {
    const std::size_t at = random.below(bytes.size() + 1);
    const std::size_t count = 1 + random.below(4);
    const auto position = bytes.begin() + static_cast<std::ptrdiff_t>(at);
    if (random.below(2) == 0) {
        bytes.erase(position, position + static_cast<std::ptrdiff_t>(std::min(count, bytes.size() - at)));
        return;
    }
    Bytes inserted(count);
    for (std::uint8_t& byte : inserted) byte = any_byte(random);
    bytes.insert(position, inserted.begin(), inserted.end());
}

void copy_within(Bytes& bytes, Random& random) {
    if (bytes.size() < 2) return;
    const std::size_t count = 1 + random.below(std::min<std::size_t>(bytes.size() - 1, 8));
    const std::size_t from = random.below(bytes.size() - count + 1);
    const std::size_t to = random.below(bytes.size() - count + 1);
    const Bytes copy(bytes.begin() + static_cast<std::ptrdiff_t>(from),
                     bytes.begin() + static_cast<std::ptrdiff_t>(from + count));
    std::ranges::copy(copy, bytes.begin() + static_cast<std::ptrdiff_t>(to));
}

void cross_over(Bytes& bytes, const Bytes& other, Random& random) {
    const std::size_t at = random.below(std::min(bytes.size(), other.size()) + 1);
    bytes.resize(at);
    bytes.insert(bytes.end(), other.begin() + static_cast<std::ptrdiff_t>(at), other.end());
}

void change_once(Bytes& bytes, std::span<const Choice> choices, const Bytes& other, Random& random) {
    switch (random.below(16)) {
        case 0:
            return cross_over(bytes, other, random);
        case 1:
            return bytes.resize(random.below(bytes.size() + 1));
        case 2:
            return copy_within(bytes, random);
        case 3:
        case 4:
            return remove_or_insert(bytes, random);
        case 5:
        case 6:
        case 7:
        case 8:
            return take_another_alternative(bytes, choices, random);
        default:
            return change_byte(bytes, random);
    }
}

}  // namespace

Bytes cross_over_at_a_choice(const Bytes& first, std::span<const Choice> choices, const Bytes& second,
                             Random& random) {
    const std::size_t at = choices.empty() ? 0 : choices[random.below(choices.size())].position;
    Bytes crossed = first;
    crossed.resize(std::min(at, longest_input));
    if (at < second.size())
        crossed.insert(crossed.end(), second.begin() + static_cast<std::ptrdiff_t>(at), second.end());
    if (crossed.size() > longest_input) crossed.resize(longest_input);
    return crossed;
}

Bytes mutate(const Bytes& bytes, std::span<const Choice> choices, const Bytes& other, Random& random) {
    Bytes mutated = bytes;
    const std::size_t changes = 1 + random.below(4);
    for (std::size_t i = 0; i < changes; ++i) change_once(mutated, choices, other, random);
    if (mutated.size() > longest_input) mutated.resize(longest_input);
    return mutated;
}

}  // namespace brickproof::fuzz
