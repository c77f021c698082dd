#include "fuzz/search/features.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <initializer_list>

#include "engine/random.hpp"

namespace brickproof::fuzz {
namespace {

Feature hashed(std::initializer_list<std::size_t> parts) {
    Feature hash = 0;
    for (const std::size_t part : parts) hash = Random(hash ^ part).next();
    return hash;
}

// The same choice made again and again (one a row, one an override) is told apart this often.
constexpr std::size_t told_apart = 12;
constexpr std::size_t few = 40;  // alternatives, each of which counts

std::size_t magnitude_class(std::size_t value, std::size_t alternatives) {
    return alternatives <= few ? value : few + static_cast<std::size_t>(std::bit_width(value));
}

}  // namespace

DecodedCase decode_logged(const Contract& contract, const Bytes& bytes, const Preconditions& holding) {
    DecodedCase decoded;
    ChoiceReader reader(bytes, &decoded.choices);
    contract.decode(reader, holding, decoded.c);
    decoded.read = reader.consumed();
    const auto byte_at = [&](std::size_t i) { return i < bytes.size() ? std::size_t{bytes[i]} : std::size_t{0}; };
    for (const Choice& choice : decoded.choices) {
        const std::size_t high = choice.width == 2 ? byte_at(choice.position + 1) << 8 : 0;
        decoded.values.push_back((byte_at(choice.position) | high) % choice.alternatives);
    }
    return decoded;
}

std::vector<Feature> choice_features(const DecodedCase& decoded, std::size_t domain) {
    std::vector<Feature> features;
    const std::size_t count = std::min(decoded.choices.size(), told_apart);
    for (std::size_t i = 0; i < count; ++i) {
        const std::size_t alternatives = decoded.choices[i].alternatives;
        const std::size_t value = decoded.values[i];
        features.push_back(hashed({1, domain, i, alternatives, magnitude_class(value, alternatives)}));
        if (alternatives > few) features.push_back(hashed({2, domain, i, alternatives, value % 8}));
    }
    return features;
}

std::vector<Feature> pair_features(const DecodedCase& decoded, std::size_t domain) {
    std::vector<Feature> features;
    const std::size_t count = std::min(decoded.choices.size(), told_apart);
    for (std::size_t i = 0; i + 1 < count; ++i) {
        const std::size_t first = decoded.choices[i].alternatives;
        const std::size_t second = decoded.choices[i + 1].alternatives;
        features.push_back(hashed({3, domain, i, first, magnitude_class(decoded.values[i], first), second,
                                   magnitude_class(decoded.values[i + 1], second)}));
    }
    return features;
}

Feature nearest_feature(std::size_t kernel, std::size_t statement) {
    return hashed({4, kernel, statement});
}

std::size_t share_level(double share_of_bound) {
    if (!(share_of_bound > 0.0)) return 0;
    constexpr double steps_per_halving = 8.0;
    constexpr double nearest = 0x1p-12;  // of the way that is left
    const double left = std::max(1.0 - std::min(share_of_bound, 1.0), nearest);
    return 1 + static_cast<std::size_t>(-std::log2(left) * steps_per_halving);
}

std::size_t operand_bytes(const Case& c) {
    std::size_t bytes = 0;
    for (const Operand& operand : c.operands) bytes += operand.bytes();
    return bytes;
}

}  // namespace brickproof::fuzz
