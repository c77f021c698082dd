#include "engine/quantize_format.hpp"

#include <cmath>
#include <limits>

namespace brickproof {

namespace {
constexpr double infinity = std::numeric_limits<double>::infinity();
}

float amax_of(std::span<const float> block) {
    float amax = 0.0f;
    for (const float x : block) amax = std::max(amax, std::fabs(x));
    return amax;
}

std::span<const float> values_of(const Case& c) {
    return c.input<float>(0);
}

Array<BlockPromise> promises_of(const QuantizeFormat& format, std::span<const float> x) {
    Array<BlockPromise> promises(block_count_of(x.size()));
    for (std::size_t b = 0; b < promises.size(); ++b) promises[b] = format.promise(block_of(x, b));
    return promises;
}

Array<BlockPromise> promises_of(const QuantizeFormat& format, Trial& trial, const Case& c) {
    return trial.derived(c, format.promises);
}

Quantized run_on(const QuantizeFormat& format, Trial& trial, std::span<const float> x) {
    Case c = trial.contract().signature.shape({x.size()});
    std::ranges::copy(x, c.input<float>(0).begin());
    return format.read(trial.run(c));
}

Quantized run_on(const QuantizeFormat& format, Trial& trial, const Case& c) {
    return format.read(trial.run(c));
}

OracleOutput scales_oracle(std::span<const BlockPromise> promises) {
    OracleOutput oracle;
    oracle.exact.reserve(promises.size());
    oracle.bound.reserve(promises.size());
    for (const BlockPromise& promise : promises) {
        oracle.exact.push_back(promise.scale);
        oracle.bound.push_back(promise.scale_promised ? std::max(promise.highest_scale - promise.scale,
                                                                 promise.scale - promise.lowest_scale)
                                                      : infinity);
    }
    return oracle;
}

OracleOutput codes_oracle(const QuantizeFormat& format, std::span<const float> x,
                          std::span<const BlockPromise> promises) {
    OracleOutput oracle;
    oracle.exact.reserve(x.size());
    oracle.bound.reserve(x.size());
    for (std::size_t i = 0; i < x.size(); ++i) {
        const BlockPromise& promise = promises[i / q8_0_block];
        const bool zero = promise.scale == 0.0;
        const double ratio = zero ? 0.0 : static_cast<double>(x[i]) / promise.scale;
        oracle.exact.push_back(promise.codes_promised ? ratio : 0.0);
        oracle.bound.push_back(!promise.codes_promised ? infinity
                               : zero                  ? 0.0
                                                       : format.code_bound(std::fabs(ratio)));
    }
    return oracle;
}

}  // namespace brickproof
