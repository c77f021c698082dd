// brickproof-openblas.so: gemv by the OpenBLAS that is installed, on one thread. OPENBLAS_CORETYPE=Haswell makes it
// take its AVX2 kernels on a CPU that has more.
#include <cblas.h>

#include <iterator>

#include "blas_gemv.hpp"
#include "brickproof/kernel_abi.h"

namespace {

void gemv(const float* w, const float* x, const float* bias, float* y, std::size_t rows, std::size_t cols) {
    const auto m = static_cast<blasint>(rows), n = static_cast<blasint>(cols);
    const auto product = [&](float beta) {
        cblas_sgemv(CblasRowMajor, CblasNoTrans, m, n, 1.0f, w, n, x, 1, beta, y, 1);
    };
    gemv_by(product, bias, y, rows, cols);
}

}  // namespace

extern "C" [[gnu::visibility("default")]] const brickproof_kernel_table* brickproof_kernels() {
    openblas_set_num_threads(1);
    brickproof_gemv_fn* const function = gemv;
    static const brickproof_kernel kernels[] = {
        {"gemv", "sgemv", "", "", 0, reinterpret_cast<void (*)()>(function)},
    };
    static const brickproof_kernel_table table{BRICKPROOF_ABI_VERSION, openblas_get_config(), std::size(kernels),
                                               kernels};
    return &table;
}
