// What every brick has: a name, a budget, assertions that it checks itself.
#pragma once

#include <concepts>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "brick/assertion.hpp"
#include "brick/token_budget.hpp"

namespace brick {

// A brick is a value: copies share what does not change, and one may be used from several threads at once.
template <class Brick>
concept ComputeBrick = std::copyable<Brick> && requires(const Brick& brick) {
    { brick.name() } -> std::convertible_to<std::string_view>;
    { brick.budget() } -> std::convertible_to<TokenBudget>;
    { brick.assertions() } -> std::convertible_to<std::span<const BrickAssertion>>;
    { brick.verify() } -> std::same_as<Result<BrickVerification>>;
    { brick.can_run() } -> std::same_as<Result<void>>;
};

// Name, budget and assertions, which no brick is built without.
class BrickTerms {
  public:
    // Errors: bad_parameter without a name or without an assertion.
    static Result<BrickTerms> make(std::string name, TokenBudget budget, std::vector<BrickAssertion> assertions);

    std::string_view name() const { return shared_->name; }
    const TokenBudget& budget() const { return shared_->budget; }
    std::span<const BrickAssertion> assertions() const { return shared_->assertions; }

    // Error: a BRICKPROOF_ISA that cannot be obeyed.
    Result<void> can_run() const;

  private:
    struct Shared {
        std::string name;
        TokenBudget budget;
        std::vector<BrickAssertion> assertions;
    };
    explicit BrickTerms(std::shared_ptr<const Shared> shared) : shared_(std::move(shared)) {}

    std::shared_ptr<const Shared> shared_;
};

}  // namespace brick
