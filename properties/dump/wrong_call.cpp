#include "dump/wrong_call.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <optional>

#include "engine/compare.hpp"

namespace brickproof {
namespace {

constexpr std::size_t most_calls = 64;
constexpr double anything = std::numeric_limits<double>::infinity();

std::vector<DumpedCall> calls_of(const JudgedStatement& statement, const Case& c, Probe& probe) {
    std::vector<DumpedCall> calls;
    probe.set_watcher([&](const Case& called, const Outputs& got) {
        if (calls.size() < most_calls) calls.push_back({called, got, probe.definition(called)});
    });
    try {
        statement.check(c, probe);
    } catch (const KernelStopped&) {
    }
    probe.set_watcher(nullptr);
    return calls;
}

std::vector<Array<double>> numbers_of(const Case& c, const Outputs& outputs) {
    std::vector<Array<double>> numbers;
    for (const Operand& operand : c.operands)
        if (operand.access == Access::output)
            numbers.push_back(output_values(*operand.type, outputs.arrays[numbers.size()]));
    return numbers;
}

// The definition's values, to the bit.
std::vector<OracleOutput> same_bits(const DumpedCall& call, const Contract&) {
    std::vector<OracleOutput> promises;
    for (const Array<double>& values : numbers_of(call.c, call.expected))
        promises.push_back({values, Array<double>(values.size(), 0.0)});
    return promises;
}

// The oracle's values and bounds, where they are finite.
std::vector<OracleOutput> within_bounds(const DumpedCall& call, const Contract& contract) {
    std::vector<OracleOutput> promises = contract.oracle(call.c);
    for (OracleOutput& promise : promises)
        for (std::size_t i = 0; i < promise.exact.size(); ++i)
            if (!std::isfinite(promise.exact[i]) || std::isnan(promise.bound[i])) promise.bound[i] = anything;
    return promises;
}

// NaN and Inf where the definition has them.
std::vector<OracleOutput> same_specials(const DumpedCall& call, const Contract& contract) {
    std::vector<OracleOutput> promises = same_bits(call, contract);
    for (OracleOutput& promise : promises)
        for (std::size_t i = 0; i < promise.exact.size(); ++i)
            promise.bound[i] = std::isfinite(promise.exact[i]) ? anything : 0.0;
    return promises;
}

bool is_kept(double value, double exact, double bound) {
    return std::isinf(bound) || value == exact || (std::isnan(value) && std::isnan(exact)) ||
           std::fabs(value - exact) <= bound;
}

bool are_kept(const std::vector<OracleOutput>& promises, const Case& c, const Outputs& outputs) {
    const std::vector<Array<double>> values = numbers_of(c, outputs);
    for (std::size_t o = 0; o < promises.size(); ++o)
        for (std::size_t i = 0; i < values[o].size(); ++i)
            if (!is_kept(values[o][i], promises[o].exact[i], promises[o].bound[i])) return false;
    return true;
}

// The first call that breaks what the definition keeps.
template <typename Promises>
std::optional<WrongCall> first_broken(const std::vector<DumpedCall>& calls, const Contract& contract,
                                      Promises promises_of) {
    for (const DumpedCall& call : calls) {
        std::vector<OracleOutput> promises = promises_of(call, contract);
        if (are_kept(promises, call.c, call.got) || !are_kept(promises, call.c, call.expected)) continue;
        return WrongCall{{call}, std::move(promises)};
    }
    return std::nullopt;
}

// Whether two results are the same as far as both reach.
bool agree(const Outputs& a, const Outputs& b) {
    for (std::size_t o = 0; o < a.arrays.size(); ++o) {
        const std::size_t bytes = std::min(a.arrays[o].size(), b.arrays[o].size());
        if (bytes > 0 && std::memcmp(a.arrays[o].data(), b.arrays[o].data(), bytes) != 0) return false;
    }
    return true;
}

bool has_finite_results(const DumpedCall& call) {
    return std::ranges::all_of(numbers_of(call.c, call.expected), [](const Array<double>& values) {
        return std::ranges::all_of(values, [](double value) { return std::isfinite(value); });
    });
}

// The first two calls that differ where those of the definition do not.
std::optional<WrongCall> first_pair(const std::vector<DumpedCall>& calls) {
    for (std::size_t i = 0; i < calls.size(); ++i)
        for (std::size_t k = i + 1; k < calls.size(); ++k)
            if (has_finite_results(calls[i]) && agree(calls[i].expected, calls[k].expected) &&
                !agree(calls[i].got, calls[k].got))
                return WrongCall{{calls[i], calls[k]}};
    return std::nullopt;
}

}  // namespace

WrongCall find_wrong_call(const JudgedStatement& statement, const Case& c, Probe& probe) {
    const Contract& contract = *probe.kernel().contract;
    const std::vector<DumpedCall> calls = calls_of(statement, c, probe);
    std::optional<WrongCall> found;
    if (statement.kind == StatementKind::exact) found = first_broken(calls, contract, same_bits);
    if (!found) found = first_broken(calls, contract, within_bounds);
    if (!found) found = first_pair(calls);
    if (!found) found = first_broken(calls, contract, same_specials);
    return found.value_or(WrongCall{});
}

}  // namespace brickproof
