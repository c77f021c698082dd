#include "engine/array_laws.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "engine/compare.hpp"

namespace brickproof {
namespace {

constexpr std::size_t block = BRICKPROOF_Q8_0_BLOCK;

// What the outputs of the whole begin with: as much as `prefix` has.
Outputs first_outputs(const Case& prefix, const Outputs& outputs) {
    Outputs cut = outputs;
    auto array = cut.arrays.begin();
    for (const Operand& operand : prefix.operands)
        if (operand.access == Access::output) (array++)->resize(operand.bytes());
    return cut;
}

Outcome check_prefixes(const Case& c, Trial& trial, std::size_t unit) {
    const std::size_t units = c.sizes[0] / unit;
    if (units == 0) return Outcome::discard();
    const Outputs whole = trial.run(c);
    std::size_t before = units;
    for (const std::size_t count : {units - 1, units / 2, units / 3, std::size_t{1}}) {
        if (std::exchange(before, count) == count) continue;
        const Case prefix = first_values(trial.contract().signature, c, count * unit);
        Outcome outcome = in_situation(
            [&] { return fmt::format("with only the first {} of {} values", prefix.sizes[0], c.sizes[0]); },
            expect_same_outputs(prefix, trial.run(prefix), first_outputs(prefix, whole)));
        if (outcome.kind != Outcome::Kind::pass) return outcome;
    }
    return Outcome::pass();
}

// Element i of the result is element (start + step * i) mod n.
Array<std::byte> reordered(std::span<const std::byte> array, std::size_t element_size, std::size_t start,
                           bool backwards) {
    const std::size_t n = array.size() / element_size;
    Array<std::byte> result(array.size());
    for (std::size_t i = 0; i < n; ++i) {
        const std::size_t from = backwards ? n - 1 - i : (start + i) % n;
        std::copy_n(array.begin() + static_cast<std::ptrdiff_t>(from * element_size), element_size,
                    result.begin() + static_cast<std::ptrdiff_t>(i * element_size));
    }
    return result;
}

Outcome check_elementwise(const Case& c, Trial& trial) {
    const std::size_t n = c.sizes[0];
    if (n < 2) return Outcome::discard();
    const Outputs original = trial.run(c);
    const auto outcome_of = [&](auto situation, std::size_t start, bool backwards) {
        Case moved = c;
        Outputs expected = original;
        auto output = expected.arrays.begin();
        for (Operand& operand : moved.operands) {
            Array<std::byte>& array = operand.access == Access::input ? operand.contents : *output++;
            array = reordered(array, operand.type->bytes, start, backwards);
        }
        return in_situation(situation, expect_same_outputs(moved, trial.run(moved), expected));
    };
    const std::size_t rotation = 1 + n / 3;
    return all_of(
        {outcome_of("after reversing the array", 0, true),
         outcome_of([&] { return fmt::format("after rotating the array by {}", rotation); }, rotation, false)});
}

// The values of the blocks of one parity are the same.
Outcome expect_same_blocks(std::span<const float> got, std::span<const float> expected, std::size_t parity) {
    for (std::size_t i = 0; i < got.size(); ++i)
        if (i / block % 2 == parity && !same_value(got[i], expected[i]))
            return Outcome::fail(fmt::format("block {}, element {} is {}, expected {} as before", i / block,
                                             i % block, show(got[i]), show(expected[i])));
    return Outcome::pass();
}

Outcome check_block_independence(const Case& c, Trial& trial, void (*replace_blocks)(Case&, std::size_t)) {
    if (c.sizes[0] <= block) return Outcome::discard();
    const Outputs original = trial.run(c);
    const auto outcome_of = [&](std::string_view situation, std::size_t replaced) {
        Case edited = c;
        replace_blocks(edited, replaced);
        const Outputs got = trial.run(edited);
        return in_situation(situation, expect_same_blocks(got.as<float>(0), original.as<float>(0), 1 - replaced));
    };
    return all_of(
        {outcome_of("after replacing every odd block", 1), outcome_of("after replacing every even block", 0)});
}

}  // namespace

Case first_values(const Signature& signature, const Case& c, std::size_t n) {
    Case cut = signature.shape({n});
    for (std::size_t i = 0; i < cut.operands.size(); ++i)
        std::copy_n(c.operands[i].contents.begin(), cut.operands[i].contents.size(),
                    cut.operands[i].contents.begin());
    return cut;
}

Statement prefix_consistency(std::size_t unit, std::vector<std::string_view> needs) {
    return {.name = "prefix_consistency",
            .kind = StatementKind::law,
            .says = "the first values alone give the same as within the whole",
            .needs = std::move(needs),
            .check = [unit](const Case& c, Trial& trial) { return check_prefixes(c, trial, unit); }};
}

Statement elementwise(std::vector<std::string_view> needs) {
    return law("elementwise", "a value's result depends neither on its position nor on its neighbours",
               std::move(needs), check_elementwise);
}

Statement block_independence(void (*replace_blocks)(Case&, std::size_t), std::vector<std::string_view> needs) {
    return {.name = "block_independence",
            .kind = StatementKind::law,
            .says = "a block's values do not depend on the other blocks",
            .needs = std::move(needs),
            .check = [replace_blocks](const Case& c, Trial& trial) {
                return check_block_independence(c, trial, replace_blocks);
            }};
}

Statement promised_by_own_kernels(Statement law) {
    law.kind = StatementKind::character;
    law.promised_by_own = true;
    law.check = [check = std::move(law.check)](const Case& c, Trial& trial) {
        Outcome outcome = check(c, trial);
        if (outcome.kind == Outcome::Kind::fail) outcome.kind = Outcome::Kind::note;
        return outcome;
    };
    return law;
}

Statement law(std::string_view name, std::string_view says, std::vector<std::string_view> needs,
              Outcome (*check)(const Case& c, Trial& trial)) {
    return {.name = name, .kind = StatementKind::law, .says = says, .needs = std::move(needs), .check = check};
}

}  // namespace brickproof
