// How long a token may take.
#pragma once

#include <cmath>
#include <cstddef>
#include <stdexcept>

#include "brick/result.hpp"

namespace brick {

// Microseconds per token, for batches of batch_size tokens. Latency and throughput are one number, each the other's
// reciprocal: 50 microseconds a token are 20,000 tokens a second.
class TokenBudget {
  public:
    // 100 microseconds a token, one token at a time.
    constexpr TokenBudget() = default;

    // Errors: bad_parameter for what is zero, negative, NaN or Inf; zero_dimension for a batch of 0.
    static Result<TokenBudget> from_latency(double microseconds_per_token, std::size_t batch_size = 1);
    static Result<TokenBudget> from_throughput(double tokens_per_second, std::size_t batch_size = 1);

    // A constant: one that is not positive and finite does not compile.
    static consteval TokenBudget microseconds(double per_token) {
        if (!(per_token > 0.0 && per_token < 1e300)) throw std::invalid_argument("a budget is positive and finite");
        return TokenBudget(per_token, 1);
    }

    constexpr double microseconds_per_token() const { return microseconds_per_token_; }
    constexpr double tokens_per_second() const { return 1e6 / microseconds_per_token_; }
    constexpr std::size_t batch_size() const { return batch_size_; }

    // Of the microseconds that a token took; NaN never meets a budget.
    constexpr bool is_met(double actual) const { return actual <= microseconds_per_token_; }
    // actual / budget: 1 at the budget, 2 at twice the time.
    constexpr double gap_factor(double actual) const { return actual / microseconds_per_token_; }

    // What comes one after the other takes the sum. The batch sizes must be the same, and this one's is kept.
    constexpr TokenBudget operator+(const TokenBudget& next) const {
        return {microseconds_per_token_ + next.microseconds_per_token_, batch_size_};
    }

  private:
    constexpr TokenBudget(double microseconds_per_token, std::size_t batch_size)
        : microseconds_per_token_(microseconds_per_token), batch_size_(batch_size) {}

    double microseconds_per_token_ = 100.0;
    std::size_t batch_size_ = 1;
};

}  // namespace brick
