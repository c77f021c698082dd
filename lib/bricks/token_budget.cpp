#include "brick/token_budget.hpp"

#include "brick/token_result.hpp"
#include "bricks/digits.hpp"

namespace brick {
namespace {

Result<void> check(std::string_view function, std::string_view what, double value, std::size_t batch_size) {
    if (!(value > 0.0) || !std::isfinite(value))
        return make_error(ErrorCode::bad_parameter, function, ": ", what, " is ", value,
                          "; it must be positive and finite");
    if (batch_size == 0) return make_error(ErrorCode::zero_dimension, function, ": the batch size is 0");
    return {};
}

}  // namespace

Result<TokenBudget> TokenBudget::from_latency(double microseconds_per_token, std::size_t batch_size) {
    const auto checked =
        check("TokenBudget::from_latency", "microseconds per token", microseconds_per_token, batch_size);
    BRICK_TRY(checked);
    return TokenBudget(microseconds_per_token, batch_size);
}

Result<TokenBudget> TokenBudget::from_throughput(double tokens_per_second, std::size_t batch_size) {
    constexpr std::string_view function = "TokenBudget::from_throughput";
    auto checked = check(function, "tokens per second", tokens_per_second, batch_size);
    // 1e6 / 1e-308 is more than a double holds.
    if (checked) checked = check(function, "1e6 / (tokens per second)", 1e6 / tokens_per_second, batch_size);
    BRICK_TRY(checked);
    return TokenBudget(1e6 / tokens_per_second, batch_size);
}

Result<void> require_budget(std::string_view brick, const TokenBudget& budget, double microseconds_per_token) {
    if (budget.is_met(microseconds_per_token)) return {};
    return make_error(ErrorCode::budget_exceeded, brick, ": took ", Digits(microseconds_per_token).text(),
                      " microseconds a token; the budget is ", Digits(budget.microseconds_per_token()).text(),
                      " (factor ", Digits(budget.gap_factor(microseconds_per_token)).text(), ")");
}

}  // namespace brick
