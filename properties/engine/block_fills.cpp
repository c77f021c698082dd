// Fills of blocks' quants and of half-precision scales.
#include <algorithm>
#include <iterator>

#include "engine/fills.hpp"
#include "engine/float_steps.hpp"

namespace brickproof {
namespace {

// As weights have them: 2^-12 to 2^-3. One draw a statement: C++ leaves the order within one open.
double weight_scale(Random& random) {
    const float power = power_of_two(random.between(-12, -4));
    return (1.0 + random.unit()) * power;
}

std::uint16_t with_exponent(std::uint16_t bits, int exponent) {
    return static_cast<std::uint16_t>((bits & ~0x7C00) | exponent << 10);
}

std::uint16_t finite_half(std::uint16_t bits) {
    return (bits & 0x7C00) == 0x7C00 ? with_exponent(bits, 30) : bits;
}

std::uint16_t narrowed_scale(std::uint16_t bits, const Preconditions& holding) {
    const int exponent = (bits >> 10) & 31;
    if (holding.hold("normal_scales")) return with_exponent(bits, std::clamp(exponent, 2, 29));
    if (holding.hold("finite") && exponent == 31) return with_exponent(bits, 30);
    return bits;
}

}  // namespace

void fill_quants(ChoiceReader& choices, const Preconditions& holding, std::span<std::int8_t> q) {
    enum {
        zeros,
        one_hot,
        ramp,
        alternating,
        constant,
        uniform,
        extremes,
        all_lowest,
        signs,
        sparse,
        largest_of_all,
        count
    };
    const std::size_t pattern = choices.pick(count);
    Random random(choices.u16());
    const std::size_t hot = random.below(std::max<std::size_t>(q.size(), 1));
    const auto value = static_cast<std::int8_t>(random.between(-128, 127));
    constexpr std::int8_t extreme[] = {-128, -127, 127, 126, -1, 1};
    const auto each = [q](auto value_of) {
        for (std::size_t i = 0; i < q.size(); ++i) q[i] = static_cast<std::int8_t>(value_of(i));
    };
    switch (pattern) {
        case one_hot:
            each([&](std::size_t i) { return i == hot ? value : 0; });
            break;
        case ramp:
            each([&](std::size_t i) { return i + hot; });
            break;
        case alternating:
            each([](std::size_t i) { return i % 2 == 0 ? 127 : -127; });
            break;
        case constant:
            each([&](std::size_t) { return value; });
            break;
        case uniform:
            each([&, eight = std::uint64_t{0}](std::size_t i) mutable {  // quants of one draw
                if (i % 8 == 0) eight = random.next();
                return eight >> (i % 8 * 8);
            });
            break;
        case extremes:
            each([&](std::size_t) { return extreme[random.below(std::size(extreme))]; });
            break;
        case all_lowest:
            each([](std::size_t) { return -128; });
            break;
        case signs:
            each([&](std::size_t) { return random.between(-1, 1); });
            break;
        case sparse:
            each([&](std::size_t) { return random.below(16) == 0 ? extreme[random.below(4)] : std::int8_t{0}; });
            break;
        case largest_of_all:
            each([](std::size_t) { return 127; });
            break;
        default:
            each([](std::size_t) { return 0; });
            break;
    }
    for (std::size_t overrides = choices.pick(4); overrides > 0; --overrides) {
        const std::size_t position = choices.u16();
        const auto code = static_cast<std::int8_t>(choices.byte());
        if (!q.empty()) q[position % q.size()] = code;
    }
    if (holding.hold("quants>-128")) std::replace(q.begin(), q.end(), std::int8_t{-128}, std::int8_t{-127});
}

void fill_half_scales(ChoiceReader& choices, const Preconditions& holding, std::span<std::uint16_t> d) {
    enum {
        ones,
        constant,
        powers_of_two,
        weights,
        subnormals,
        largest_finite,
        finite_bits,
        ramp_of_bits,
        zeros,
        count
    };
    const std::size_t pattern = choices.pick(count);
    Random random(choices.u16());
    const auto start = static_cast<std::uint16_t>(random.next());
    for (std::size_t i = 0; i < d.size(); ++i) {
        const std::uint16_t sign = random.below(4) == 0 ? 0x8000 : 0;
        switch (pattern) {
            case constant:
                d[i] = finite_half(start);
                break;
            case powers_of_two:
                d[i] = static_cast<std::uint16_t>(sign | random.between(1, 30) << 10);
                break;
            case weights:
                d[i] = half_nearest(weight_scale(random));
                break;
            case subnormals:
                d[i] = static_cast<std::uint16_t>(sign | random.below(1024));
                break;
            case largest_finite:
                d[i] = static_cast<std::uint16_t>(sign | 0x7BFF);
                break;
            case finite_bits:
                d[i] = finite_half(static_cast<std::uint16_t>(random.next()));
                break;
            case ramp_of_bits:
                d[i] = finite_half(static_cast<std::uint16_t>(start + i));
                break;
            case zeros:
                d[i] = sign;
                break;
            default:
                d[i] = 0x3C00;
                break;
        }
    }
    constexpr std::uint16_t special[] = {0x0000, 0x8000, 0x0001, 0x03FF, 0x0400, 0x7BFF,
                                         0x3C00, 0xBC00, 0x7C00, 0xFC00, 0x7E00, 0x7C01};
    for (std::size_t overrides = choices.pick(4); overrides > 0; --overrides) {
        const std::size_t position = choices.u16();
        const std::size_t code = choices.pick(std::size(special));
        if (!d.empty()) d[position % d.size()] = special[code];
    }
    constexpr std::uint16_t nonfinite[] = {0x7C00, 0xFC00, 0x7E00};
    const std::size_t position = choices.u16();
    const std::size_t code = choices.pick(std::size(nonfinite));
    for (std::uint16_t& bits : d) bits = narrowed_scale(bits, holding);
    if (holding.hold("nonfinite") && !d.empty()) d[position % d.size()] = nonfinite[code];
}

}  // namespace brickproof
