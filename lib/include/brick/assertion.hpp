// What a brick asserts of itself, and what became of it.
#pragma once

#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "brick/result.hpp"
#include "brick/token_budget.hpp"

namespace brick {

// What a brick computed from its sample: all that an assertion may judge by.
struct Evidence {
    std::span<const float> output;
    std::span<const float> reference;  // by the scalar kernels, which are the definition
    double microseconds_per_token = 0.0;
    TokenBudget budget;
};

// The outcome of one assertion.
struct AssertionOutcome {
    std::string name;
    bool holds = false;
    std::string message;  // where it does not hold: what, where, expected and actual
};

class BrickAssertion {
  public:
    // Nothing if it holds, else a sentence.
    using Check = std::function<std::string(const Evidence&)>;

    // Every output is within tolerance * (the largest magnitude of the reference) of the reference.
    static BrickAssertion equivalent_to_scalar(double tolerance);
    // The same with a tolerance that is computed when it is needed: that of a large brick reads all of its weights.
    using Tolerance = std::function<double()>;
    static BrickAssertion equivalent_to_scalar(Tolerance tolerance);
    static BrickAssertion no_nan();
    static BrickAssertion no_inf();
    // Every output is in [min, max].
    static BrickAssertion bounds(float min, float max);
    static BrickAssertion budget_met();
    // Error bad_parameter without a name or without a check: an assertion that nothing checks would always pass.
    static Result<BrickAssertion> custom(std::string name, Check check);

    const std::string& name() const { return name_; }
    AssertionOutcome judge(const Evidence& evidence) const;

  private:
    BrickAssertion(std::string name, Check check) : name_(std::move(name)), check_(std::move(check)) {}

    std::string name_;
    Check check_;
};

// The outcomes of all of a brick's assertions, in the order in which it states them.
struct BrickVerification {
    std::vector<AssertionOutcome> outcomes;

    bool is_valid() const;
    // Error assertion_failed with the brick's name and the first sentence, if one does not hold.
    Result<void> require(std::string_view brick) const;
};

BrickVerification judge_all(std::span<const BrickAssertion> assertions, const Evidence& evidence);

}  // namespace brick
