#include "bricks/channel_quant.hpp"

#include <algorithm>
#include <cmath>

#include "support/float_bits.hpp"

namespace brick {

// Row by row, so that memory is read in order.
void quantize_channels(const float* x, std::size_t tokens, std::size_t channels, std::int8_t* quants,
                       float* scales) {
    std::fill_n(scales, channels, 0.0f);
    for (std::size_t i = 0; i < tokens * channels; ++i)
        scales[i % channels] = std::max(scales[i % channels], std::fabs(x[i]));
    for (std::size_t c = 0; c < channels; ++c) scales[c] = scales[c] <= 1e-10f ? 1.0f / 127.0f : scales[c] / 127.0f;
    for (std::size_t i = 0; i < tokens * channels; ++i)
        quants[i] = static_cast<std::int8_t>(std::clamp(round_half_away(x[i] / scales[i % channels]), -127, 127));
}

void dequantize_channels(const std::int8_t* quants, const float* scales, std::size_t tokens, std::size_t channels,
                         float* y) {
    for (std::size_t i = 0; i < tokens * channels; ++i) y[i] = static_cast<float>(quants[i]) * scales[i % channels];
}

}  // namespace brick
