#include "brick/compute_brick.hpp"

#include "bricks/layer_kernels.hpp"

namespace brick {

Result<BrickTerms> BrickTerms::make(std::string name, TokenBudget budget, std::vector<BrickAssertion> assertions) {
    if (name.empty()) return make_error(ErrorCode::bad_parameter, "a brick needs a name");
    if (assertions.empty())
        return make_error(ErrorCode::bad_parameter, std::string_view(name),
                          ": a brick needs at least one assertion; without one, verify could not fail");
    // Asks the CPU for its features now: in a virtual machine that takes half a millisecond, which is no token's.
    static_cast<void>(active_kernels());
    return BrickTerms(std::make_shared<const Shared>(Shared{std::move(name), budget, std::move(assertions)}));
}

Result<void> BrickTerms::can_run() const {
    const auto kernels = active_kernels();
    BRICK_TRY(kernels);
    return {};
}

}  // namespace brick
