// What a timed run of a brick returns.
#pragma once

#include <cstddef>

#include "brick/token_budget.hpp"

namespace brick {

template <class Output>
struct TokenResult {
    Output output;
    std::size_t tokens = 0;
    double microseconds_per_token = 0.0;
    double tokens_per_second = 0.0;
    bool budget_met = false;
};

// Errors of type budget_exceeded, with limit and actual, for who wants to stop there.
Result<void> require_budget(std::string_view brick, const TokenBudget& budget, double microseconds_per_token);

// The measures of a run that took so long for so many tokens.
template <class Output>
TokenResult<Output> make_token_result(Output output, std::size_t tokens, double microseconds,
                                      const TokenBudget& budget) {
    const double per_token = microseconds / static_cast<double>(tokens);
    return {std::move(output), tokens, per_token, 1e6 / per_token, budget.is_met(per_token)};
}

}  // namespace brick
