// brickproof-onednn.so: gemv and softmax by the oneDNN that is installed, on one thread. DNNL_MAX_CPU_ISA=AVX2
// makes it take its AVX2 kernels on a CPU that has more.
#include <omp.h>

#include <iterator>
#include <map>
#include <oneapi/dnnl/dnnl.hpp>
#include <string>

#include "blas_gemv.hpp"
#include "brickproof/kernel_abi.h"

namespace {

// As a product of matrices, the second of one column.
void gemv(const float* w, const float* x, const float* bias, float* y, std::size_t rows, std::size_t cols) {
    const auto m = static_cast<dnnl_dim_t>(rows), k = static_cast<dnnl_dim_t>(cols);
    const auto product = [&](float beta) { dnnl_sgemm('N', 'N', m, 1, k, 1.0f, w, k, x, 1, beta, y, 1); };
    gemv_by(product, bias, y, rows, cols);
}

// What oneDNN prepares for a row of n values, once: a user of it would do so too.
class Softmax {
  public:
    explicit Softmax(std::size_t n)
        : row_({1, static_cast<dnnl_dim_t>(n)}, dnnl::memory::data_type::f32, dnnl::memory::format_tag::ab),
          engine_(dnnl::engine::kind::cpu, 0),
          stream_(engine_),
          primitive_(dnnl::softmax_forward::primitive_desc(
              dnnl::softmax_forward::desc(dnnl::prop_kind::forward_inference, row_, 1), engine_)),
          x_(row_, engine_, nullptr),
          y_(row_, engine_, nullptr) {}

    void run(const float* x, float* y) {
        x_.set_data_handle(const_cast<float*>(x));  // it is only read
        y_.set_data_handle(y);
        primitive_.execute(stream_, {{DNNL_ARG_SRC, x_}, {DNNL_ARG_DST, y_}});
        stream_.wait();
    }

  private:
    dnnl::memory::desc row_;
    dnnl::engine engine_;
    dnnl::stream stream_;
    dnnl::softmax_forward primitive_;
    dnnl::memory x_;
    dnnl::memory y_;
};

void softmax(const float* x, float* y, std::size_t n) {
    if (n == 0) return;
    static thread_local std::map<std::size_t, Softmax> prepared;
    prepared.try_emplace(n, n).first->second.run(x, y);
}

}  // namespace

extern "C" [[gnu::visibility("default")]] const brickproof_kernel_table* brickproof_kernels() {
    omp_set_num_threads(1);
    brickproof_gemv_fn* const gemv_function = gemv;
    brickproof_softmax_fn* const softmax_function = softmax;
    static const brickproof_kernel kernels[] = {
        {"gemv", "sgemm", "", "", 0, reinterpret_cast<void (*)()>(gemv_function)},
        {"softmax", "primitive", "", "", 0, reinterpret_cast<void (*)()>(softmax_function)},
    };
    static const std::string name = [] {
        const dnnl_version_t* const version = dnnl::version();
        return "oneDNN " + std::to_string(version->major) + "." + std::to_string(version->minor) + "." +
               std::to_string(version->patch);
    }();
    static const brickproof_kernel_table table{BRICKPROOF_ABI_VERSION, name.c_str(), std::size(kernels), kernels};
    return &table;
}
