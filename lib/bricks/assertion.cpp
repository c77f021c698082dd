#include "brick/assertion.hpp"

#include <algorithm>
#include <cmath>

#include "bricks/sentence.hpp"

namespace brick {
namespace {

// Says where the first output stands for which `holds` is false.
template <class Holds>
std::string each_output(const Evidence& evidence, std::string_view expected, Holds holds) {
    for (std::size_t i = 0; i < evidence.output.size(); ++i)
        if (!holds(evidence.output[i]))
            return sentence("output ", i, " is ", evidence.output[i], ", expected ", expected);
    return {};
}

float largest_magnitude(std::span<const float> values) {
    float largest = 0.0f;
    for (const float value : values) largest = std::max(largest, std::fabs(value));
    return largest;
}

std::string check_equivalence(const Evidence& evidence, double tolerance) {
    if (evidence.output.size() != evidence.reference.size())
        return sentence("there are ", evidence.output.size(), " outputs, but ", evidence.reference.size(),
                        " of the scalar reference");
    const double allowed = tolerance * static_cast<double>(largest_magnitude(evidence.reference));
    for (std::size_t i = 0; i < evidence.output.size(); ++i) {
        const double difference =
            std::fabs(static_cast<double>(evidence.output[i]) - static_cast<double>(evidence.reference[i]));
        if (!(difference <= allowed))
            return sentence("output ", i, " is ", evidence.output[i], ", the scalar reference gives ",
                            evidence.reference[i], ": more than ", allowed, " apart");
    }
    return {};
}

}  // namespace

BrickAssertion BrickAssertion::equivalent_to_scalar(double tolerance) {
    return equivalent_to_scalar([tolerance] { return tolerance; });
}

BrickAssertion BrickAssertion::equivalent_to_scalar(Tolerance tolerance) {
    return {"equivalent_to_scalar", [tolerance = std::move(tolerance)](const Evidence& evidence) {
                return check_equivalence(evidence, tolerance());
            }};
}

BrickAssertion BrickAssertion::no_nan() {
    return {"no_nan", [](const Evidence& evidence) {
                return each_output(evidence, "no NaN", [](float value) { return !std::isnan(value); });
            }};
}

BrickAssertion BrickAssertion::no_inf() {
    return {"no_inf", [](const Evidence& evidence) {
                return each_output(evidence, "no Inf", [](float value) { return !std::isinf(value); });
            }};
}

BrickAssertion BrickAssertion::bounds(float min, float max) {
    return {"bounds", [min, max](const Evidence& evidence) {
                return each_output(evidence, sentence("a value in [", min, ", ", max, "]"),
                                   [=](float value) { return value >= min && value <= max; });
            }};
}

BrickAssertion BrickAssertion::budget_met() {
    return {"budget_met", [](const Evidence& evidence) {
                if (evidence.budget.is_met(evidence.microseconds_per_token)) return std::string();
                return sentence("took ", evidence.microseconds_per_token,
                                " microseconds a token, expected at most ",
                                evidence.budget.microseconds_per_token());
            }};
}

Result<BrickAssertion> BrickAssertion::custom(std::string name, Check check) {
    if (name.empty()) return make_error(ErrorCode::bad_parameter, "BrickAssertion::custom: the name is empty");
    if (!check)
        return make_error(ErrorCode::bad_parameter, "BrickAssertion::custom: \"", std::string_view(name),
                          "\" has no check; it would always pass");
    return BrickAssertion(std::move(name), std::move(check));
}

AssertionOutcome BrickAssertion::judge(const Evidence& evidence) const {
    std::string message = check_(evidence);
    const bool holds = message.empty();
    return {name_, holds, std::move(message)};
}

bool BrickVerification::is_valid() const {
    return !outcomes.empty() && std::ranges::all_of(outcomes, &AssertionOutcome::holds);
}

Result<void> BrickVerification::require(std::string_view brick) const {
    if (outcomes.empty()) return make_error(ErrorCode::assertion_failed, brick, ": nothing was verified");
    const auto failed = std::ranges::find(outcomes, false, &AssertionOutcome::holds);
    if (failed == outcomes.end()) return {};
    return make_error(ErrorCode::assertion_failed, brick, ": ", std::string_view(failed->name), ": ",
                      std::string_view(failed->message));
}

BrickVerification judge_all(std::span<const BrickAssertion> assertions, const Evidence& evidence) {
    BrickVerification verification;
    for (const BrickAssertion& assertion : assertions) verification.outcomes.push_back(assertion.judge(evidence));
    return verification;
}

}  // namespace brick
