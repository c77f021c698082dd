// Random byte strings whose choices are drawn like cards, without putting back: each size is tried once before any
// is tried twice, and so is each pattern, whatever the others are meanwhile. A fault that shows at one of 400 sizes
// is met after 200 strings on average and after 400 for certain; drawn with putting back, one in ten takes more
// than 900.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <vector>

#include "engine/contract.hpp"
#include "engine/random.hpp"

namespace brickproof::fuzz {

class Dealer {
  public:
    // Choices are where they are under these preconditions, each in turn.
    Dealer(const Contract& contract, std::vector<Preconditions> domains)
        : contract_(contract), domains_(std::move(domains)) {}

    Bytes deal(Random& random);

    // Every alternative of every choice that is dealt has been dealt.
    bool been_round() const { return dealt_ > 0 && dealt_ >= largest_deck_; }

  private:
    struct Deck {
        std::vector<std::uint16_t> alternatives;
        std::size_t next = 0;
    };
    std::size_t draw(std::size_t choice, std::size_t alternatives, Random& random);

    const Contract& contract_;
    std::vector<Preconditions> domains_;
    std::map<std::pair<std::size_t, std::size_t>, Deck> decks_;  // by the choice's place and its alternatives
    std::size_t dealt_ = 0;
    std::size_t largest_deck_ = 0;
};

}  // namespace brickproof::fuzz
