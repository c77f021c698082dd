#include "fuzz/search/dealer.hpp"

#include <algorithm>
#include <numeric>
#include <utility>

#include "fuzz/search/features.hpp"
#include "fuzz/search/mutation.hpp"

namespace brickproof::fuzz {
namespace {

// Later ones are overrides of single values, if anything.
constexpr std::size_t dealt_choices = 12;

}  // namespace

std::size_t Dealer::draw(std::size_t choice, std::size_t alternatives, Random& random) {
    Deck& deck = decks_[{choice, alternatives}];
    if (deck.next == deck.alternatives.size()) {
        deck.alternatives.resize(alternatives);
        std::iota(deck.alternatives.begin(), deck.alternatives.end(), std::uint16_t{0});
        // Fisher and Yates.
        for (std::size_t i = alternatives; i > 1; --i)
            std::swap(deck.alternatives[i - 1], deck.alternatives[random.below(i)]);
        deck.next = 0;
    }
    largest_deck_ = std::max(largest_deck_, alternatives);
    return deck.alternatives[deck.next++];
}

Bytes Dealer::deal(Random& random) {
    Bytes bytes(longest_input);
    for (std::uint8_t& byte : bytes) byte = static_cast<std::uint8_t>(random.next() >> 56);
    const Preconditions& domain = domains_[dealt_++ % domains_.size()];
    // Where the choices are does not depend on the size, the first of them, and a case of size 0 is soon decoded.
    Bytes empty = bytes;
    empty[0] = empty[1] = 0;
    const std::vector<Choice> choices = decode_logged(contract_, empty, domain).choices;
    for (std::size_t i = 0; i < std::min(choices.size(), dealt_choices); ++i) {
        const Choice& choice = choices[i];
        if (choice.position + choice.width > bytes.size()) break;
        const std::size_t alternative = draw(i, choice.alternatives, random);
        bytes[choice.position] = static_cast<std::uint8_t>(alternative & 0xFF);
        if (choice.width == 2) bytes[choice.position + 1] = static_cast<std::uint8_t>(alternative >> 8);
    }
    return bytes;
}

}  // namespace brickproof::fuzz
