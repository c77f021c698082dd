#include "bricks/layer_kernels.hpp"

#include <span>

#include "dispatch/active_kernel.hpp"
#include "kernel_tables.hpp"

namespace brick {

namespace {

using Rows = std::span<const brickproof_kernel> (*)();

// The row of the kernel table that an op runs: the chosen one, or the first, which is scalar.
template <Rows rows>
struct Chosen {
    static Result<const brickproof_kernel*> row() {
        static ActiveKernel active(rows());
        return active.get();
    }
};
template <Rows rows>
struct Scalar {
    static Result<const brickproof_kernel*> row() { return &rows()[0]; }
};

template <class Row, class Function>
Result<void> set(Function*& function) {
    const auto row = Row::row();
    BRICK_TRY(row);
    function = kernel_function<Function>(**row);
    return {};
}

template <template <Rows> class Choice>
Result<LayerKernels> kernels_by() {
    LayerKernels kernels;
    for (const auto& done :
         {set<Choice<rms_norm_kernels>>(kernels.rms_norm), set<Choice<gemv_kernels>>(kernels.gemv),
          set<Choice<swiglu_kernels>>(kernels.swiglu), set<Choice<rope_kernels>>(kernels.rope),
          set<Choice<attention_kernels>>(kernels.attention),
          set<Choice<q8_0_quantize_kernels>>(kernels.q8_0_quantize),
          set<Choice<q8_0_dequantize_kernels>>(kernels.q8_0_dequantize),
          set<Choice<q8_0_gemv_kernels>>(kernels.q8_0_gemv),
          set<Choice<q8_0f_quantize_kernels>>(kernels.q8_0f_quantize),
          set<Choice<q8_0f_dequantize_kernels>>(kernels.q8_0f_dequantize)})
        BRICK_TRY(done);
    return kernels;
}

}  // namespace

Result<LayerKernels> active_kernels() {
    return kernels_by<Chosen>();
}

const LayerKernels& scalar_kernels() {
    static const LayerKernels kernels = *kernels_by<Scalar>();
    return kernels;
}

}  // namespace brick
