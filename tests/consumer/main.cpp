// Uses the library as any program would.
#include <array>
#include <cstdio>

#include "brick/isa.hpp"
#include "brick/q8_0.hpp"
#include "brick/rms_norm.hpp"

int main() {
    std::array<float, 32> x{};
    for (std::size_t i = 0; i < x.size(); ++i) x[i] = static_cast<float>(i);
    std::array<brickproof_q8_0, 1> blocks{};
    std::array<float, 32> y{};
    const bool done = brick::q8_0::quantize(x, blocks) && brick::q8_0::dequantize(blocks, y) &&
                      brick::rms_norm(x, y, y, 1e-5f) && brick::isa_report();
    std::printf("%s\n", done && blocks[0].qs[31] == 127 ? "the library works" : "the library does not work");
    return done ? 0 : 1;
}
