#include "planted_fault.hpp"

#include <vector>

namespace brickproof::faults {
namespace {

template <class Entry, class... Tables>
std::vector<Entry> gathered(Tables... tables) {
    std::vector<Entry> all;
    (all.insert(all.end(), tables.begin(), tables.end()), ...);
    return all;
}

}  // namespace

std::span<const PlantedFault> planted_faults() {
    static const auto all = gathered<PlantedFault>(
        q8_0_quantize_faults(), q8_0_dequantize_faults(), q8_0_dot_faults(), q8_0_gemv_faults(),
        q8_0f_quantize_faults(), q8_0f_dequantize_faults(), f16_from_f32_faults(), f16_to_f32_faults());
    return all;
}

std::span<const CorrectKernel> correct_kernels() {
    static const auto all = gathered<CorrectKernel>(
        q8_0_quantize_correct(), q8_0_dequantize_correct(), q8_0_dot_correct(), q8_0_gemv_correct(),
        q8_0f_quantize_correct(), q8_0f_dequantize_correct(), f16_from_f32_correct(), f16_to_f32_correct());
    return all;
}

}  // namespace brickproof::faults
