// int8 with one scale per channel of [tokens][channels].
#pragma once

#include <cstddef>
#include <cstdint>

namespace brick {

// scales[c] = amax over the tokens / 127 (1/127 where amax <= 1e-10, as q8_0f), quants = round-half-away(x /
// scale).
void quantize_channels(const float* x, std::size_t tokens, std::size_t channels, std::int8_t* quants,
                       float* scales);
void dequantize_channels(const std::int8_t* quants, const float* scales, std::size_t tokens, std::size_t channels,
                         float* y);

}  // namespace brick
