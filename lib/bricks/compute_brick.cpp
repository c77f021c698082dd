#include "brick/compute_brick.hpp"

namespace brick {

Result<BrickTerms> BrickTerms::make(std::string name, TokenBudget budget, std::vector<BrickAssertion> assertions) {
    if (name.empty()) return make_error(ErrorCode::bad_parameter, "a brick needs a name");
    if (assertions.empty())
        return make_error(ErrorCode::bad_parameter, std::string_view(name),
                          ": a brick needs at least one assertion; without one, verify could not fail");
    return BrickTerms(std::make_shared<const Shared>(Shared{std::move(name), budget, std::move(assertions)}));
}

}  // namespace brick
