// The ggml guest on libraries that stand in for ggml's, so that it is tested without a network.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "ggml_implementation.hpp"
#include "ggml_kernels.hpp"
#include "ggml_variants.hpp"

namespace brickproof::ggml {
namespace {

const std::string folder = BRICKPROOF_FAKE_GGML_FOLDER;
const std::string base = folder + "/libggml-base.so";
const std::string haswell = folder + "/libggml-cpu-haswell.so";
const std::string skylakex = folder + "/libggml-cpu-skylakex.so";
const std::string unsupported = folder + "/libggml-cpu-x64.so";

std::string reason_to_refuse(const std::string& base_path, const std::string& cpu_paths) {
    try {
        load_ggml(base_path, cpu_paths);
    } catch (const std::runtime_error& error) {
        return error.what();
    }
    return "";
}

const brickproof_kernel* find_kernel(const std::vector<brickproof_kernel>& kernels, std::string_view op,
                                     std::string_view variant) {
    const auto found = std::find_if(kernels.begin(), kernels.end(), [&](const brickproof_kernel& kernel) {
        return kernel.op == op && kernel.variant == variant;
    });
    return found == kernels.end() ? nullptr : &*found;
}

// The kernels of CPU libraries with their types.
class Loaded {
  public:
    explicit Loaded(const std::string& cpu_paths)
        : ggml_(load_ggml(base, cpu_paths)), kernels_(make_kernels(ggml_.implementations)) {}

    template <typename Function>
    Function* function(std::string_view op, std::string_view variant) const {
        const brickproof_kernel* kernel = find_kernel(kernels_, op, variant);
        if (kernel == nullptr) throw std::runtime_error("no kernel " + std::string(op));
        return reinterpret_cast<Function*>(kernel->fn);
    }

  private:
    Ggml ggml_;
    std::vector<brickproof_kernel> kernels_;
};

// Whole numbers from -3 to 3.
std::vector<float> small_numbers(size_t count, size_t step) {
    std::vector<float> numbers(count);
    for (size_t i = 0; i < count; ++i) numbers[i] = static_cast<float>(i * step % 7) - 3.0f;
    return numbers;
}

TEST(GgmlVariants, NameComesFromTheFile) {
    EXPECT_EQ(variant_name("some/where/libggml-cpu-haswell.so"), "haswell");
    EXPECT_EQ(variant_name("libggml-cpu-armv8.2_3.so"), "armv8.2_3");
    EXPECT_EQ(variant_name("libggml-cpu-zen4.so.0.9.4"), "zen4");
    EXPECT_EQ(variant_name("libggml-cpu.so"), "cpu");
    EXPECT_EQ(variant_name("libmine.so"), "mine");
    EXPECT_EQ(variant_name("lib.so"), "lib");
}

TEST(GgmlVariants, FeaturesAreThoseOfTheBuild) {
    EXPECT_EQ(variant_cpu_features("x64"), "");
    EXPECT_EQ(variant_cpu_features("haswell"), "avx2,fma,f16c,bmi2");
    EXPECT_EQ(variant_cpu_features("armv8.2_1"), "neon,dotprod");
    EXPECT_EQ(variant_cpu_features("mine"), "");
}

TEST(GgmlGuest, LibrariesLoadedTogetherRunTheirOwnCode) {
    const Ggml ggml = load_ggml(base, haswell + ":" + skylakex);
    const std::vector<brickproof_kernel> kernels = make_kernels(ggml.implementations);
    const brickproof_q8_0 block{};
    const auto dot = [&](const char* variant) {
        const brickproof_kernel* kernel = find_kernel(kernels, "q8_0.dot", variant);
        return reinterpret_cast<brickproof_q8_0_dot_fn*>(kernel->fn)(&block, &block, 32);
    };
    ASSERT_NE(find_kernel(kernels, "q8_0.dot", "haswell"), nullptr);
    ASSERT_NE(find_kernel(kernels, "q8_0.dot", "skylakex"), nullptr);
    EXPECT_EQ(dot("haswell"), 2.0f * 32.0f);
    EXPECT_EQ(dot("skylakex"), 3.0f * 32.0f);
}

TEST(GgmlGuest, GemvIsTheDotOfEachRow) {
    const Ggml ggml = load_ggml(base, haswell);
    const std::vector<brickproof_kernel> kernels = make_kernels(ggml.implementations);
    const brickproof_kernel* kernel = find_kernel(kernels, "q8_0.gemv", "haswell_by_rows");
    ASSERT_NE(kernel, nullptr);

    std::array<brickproof_q8_0, 6> weights{};
    weights[0].qs[0] = 5;
    weights[2].qs[0] = 6;
    weights[4].qs[0] = 7;
    const std::array<brickproof_q8_0, 2> x{};
    std::array<float, 3> y{};
    reinterpret_cast<brickproof_q8_0_gemv_fn*>(kernel->fn)(weights.data(), x.data(), y.data(), 3, 64);
    EXPECT_EQ(y, (std::array{133.0f, 134.0f, 135.0f}));
}

TEST(GgmlGuest, OnlyFunctionsThatALibraryDefinesAreKernels) {
    const Ggml ggml = load_ggml(base, haswell);
    std::vector<std::string> names;
    for (const brickproof_kernel& kernel : make_kernels(ggml.implementations)) {
        names.push_back(std::string(kernel.op) + "/" + kernel.variant);
    }
    // The CPU library depends on the base, whose quantize_row_q8_0 is no kernel of the CPU library.
    EXPECT_EQ(names, (std::vector<std::string>{"q8_0.dequantize/base", "q8_0.dot/haswell",
                                               "q8_0.gemv/haswell_by_rows", "gemv/haswell_by_rows",
                                               "softmax/haswell", "swiglu/haswell", "rms_norm/haswell",
                                               "rope/haswell", "attention/haswell", "attention/haswell_unfused"}));
}

TEST(GgmlGuest, LibraryThatComputesNoGraphsHasNoKernelsMadeOfThem) {
    const Ggml ggml = load_ggml(base, unsupported);
    const std::vector<brickproof_kernel> kernels = make_kernels(ggml.implementations);
    EXPECT_NE(find_kernel(kernels, "softmax", "x64"), nullptr);
    for (const char* op : {"rms_norm", "rope", "attention"}) EXPECT_EQ(find_kernel(kernels, op, "x64"), nullptr);
}

TEST(GgmlGuest, FloatGemvIsTheDotOfEachRowAndTheBias) {
    const Loaded haswell_kernels(haswell);
    const std::array w{1.0f, 2.0f, 3.0f, 4.0f, 5.0f, 6.0f};
    const std::array x{1.0f, 10.0f};
    const std::array bias{0.25f, 0.5f, 0.75f};
    std::array<float, 3> y{};
    auto* gemv = haswell_kernels.function<brickproof_gemv_fn>("gemv", "haswell_by_rows");
    gemv(w.data(), x.data(), nullptr, y.data(), 3, 2);
    EXPECT_EQ(y, (std::array{42.0f, 86.0f, 130.0f}));
    gemv(w.data(), x.data(), bias.data(), y.data(), 3, 2);
    EXPECT_EQ(y, (std::array{42.25f, 86.5f, 130.75f}));
}

TEST(GgmlGuest, SoftmaxSubtractsTheMaximumAndDividesByTheSum) {
    const Loaded haswell_kernels(haswell);
    const std::array x{-1.0f, 3.0f, 1.0f};
    std::array<float, 3> y{};
    haswell_kernels.function<brickproof_softmax_fn>("softmax", "haswell")(x.data(), y.data(), x.size());
    EXPECT_EQ(y, (std::array{-2.0f, 0.0f, -1.0f}));
}

TEST(GgmlGuest, SwigluGatesByTheFirstInput) {
    const Loaded haswell_kernels(haswell);
    const std::array gate{1.0f, 2.0f};
    const std::array up{3.0f, 4.0f};
    std::array<float, 2> y{};
    haswell_kernels.function<brickproof_swiglu_fn>("swiglu", "haswell")(gate.data(), up.data(), y.data(), 2);
    EXPECT_EQ(y, (std::array{206.0f, 408.0f}));
}

TEST(GgmlGuest, GraphsAreComputedByTheLibraryOfTheKernel) {
    const Loaded both(haswell + ":" + skylakex);
    const std::array x{1.0f, 2.0f};
    const std::array weight{10.0f, 100.0f};
    std::array<float, 2> y{};
    both.function<brickproof_rms_norm_fn>("rms_norm", "haswell")(x.data(), weight.data(), y.data(), 2, 0.5f);
    EXPECT_EQ(y, (std::array{2.0f * 15.0f, 2.0f * 250.0f}));
    both.function<brickproof_rms_norm_fn>("rms_norm", "skylakex")(x.data(), weight.data(), y.data(), 2, 0.5f);
    EXPECT_EQ(y, (std::array{3.0f * 15.0f, 3.0f * 250.0f}));
}

TEST(GgmlGuest, RopeIsInPlaceAndGetsPositionThetaAndStyle) {
    const Loaded haswell_kernels(haswell);
    std::array x{1.0f, 2.0f, 3.0f, 4.0f};
    haswell_kernels.function<brickproof_rope_fn>("rope", "haswell")(x.data(), 2, 2, 7, 1000.0f, 2);
    EXPECT_EQ(x, (std::array{7003.0f, 7004.0f, 7005.0f, 7006.0f}));
}

// The softmax of the libraries that stand in is linear, the scaled score itself; the numbers are small and whole
// and the scale is 1/2, so sums are exact in any order.
TEST(GgmlGuest, BothAttentionsReadTheLayoutOfTheAbi) {
    constexpr size_t seq = 3, heads = 4, kv_heads = 2, head_dim = 4;
    const std::vector<float> q = small_numbers(heads * head_dim, 5);
    const std::vector<float> k = small_numbers(seq * kv_heads * head_dim, 3);
    const std::vector<float> v = small_numbers(seq * kv_heads * head_dim, 2);
    std::vector<float> expected(heads * head_dim, 0.0f);
    for (size_t head = 0; head < heads; ++head) {
        for (size_t token = 0; token < seq; ++token) {
            const size_t row = (token * kv_heads + head / (heads / kv_heads)) * head_dim;
            float score = 0.0f;
            for (size_t i = 0; i < head_dim; ++i) score += q[head * head_dim + i] * k[row + i];
            for (size_t i = 0; i < head_dim; ++i) expected[head * head_dim + i] += 0.5f * score * v[row + i];
        }
    }

    const Loaded haswell_kernels(haswell);
    for (const char* variant : {"haswell", "haswell_unfused"}) {
        std::vector<float> out(heads * head_dim);
        haswell_kernels.function<brickproof_attention_fn>("attention", variant)(
            q.data(), k.data(), v.data(), out.data(), seq, heads, kv_heads, head_dim);
        EXPECT_EQ(out, expected) << variant;
    }
}

// The libraries that stand in abort on an empty tensor, as ggml does.
TEST(GgmlGuest, EmptyInputsDoNotReachGgml) {
    const Loaded haswell_kernels(haswell);
    float value = 5.0f;
    haswell_kernels.function<brickproof_rms_norm_fn>("rms_norm", "haswell")(&value, &value, &value, 0, 1e-5f);
    haswell_kernels.function<brickproof_softmax_fn>("softmax", "haswell")(&value, &value, 0);
    auto* rope = haswell_kernels.function<brickproof_rope_fn>("rope", "haswell");
    rope(&value, 0, 2, 1, 1e4f, 0);
    rope(&value, 1, 0, 1, 1e4f, 0);
    for (const char* variant : {"haswell", "haswell_unfused"}) {
        auto* attention = haswell_kernels.function<brickproof_attention_fn>("attention", variant);
        attention(&value, &value, &value, &value, 0, 1, 1, 1);
        attention(&value, &value, &value, &value, 1, 0, 1, 1);
        attention(&value, &value, &value, &value, 1, 1, 0, 1);
        attention(&value, &value, &value, &value, 1, 1, 1, 0);
    }
    EXPECT_EQ(value, 5.0f);
}

TEST(GgmlGuest, LibraryIsNamedByVersionAndFiles) {
    EXPECT_EQ(load_ggml(base, haswell).name, "ggml 9.8.7 (libggml-base.so, libggml-cpu-haswell.so)");
}

TEST(GgmlGuest, LibraryThatRefusesThisCpuNeedsAFeatureThatNoCpuHas) {
    const Ggml ggml = load_ggml(base, unsupported);
    const std::vector<brickproof_kernel> kernels = make_kernels(ggml.implementations);
    const brickproof_kernel* kernel = find_kernel(kernels, "q8_0.dot", "x64");
    ASSERT_NE(kernel, nullptr);
    EXPECT_STREQ(kernel->cpu_features, "ggml-score-0");
}

TEST(GgmlGuest, RefusalsSayWhatIsWrong) {
    std::string too_many = haswell;
    for (size_t i = 0; i < cpu_library_limit; ++i) too_many += ":" + haswell;

    struct Refusal {
        std::string base_path, cpu_paths, reason;
    };
    const std::array refusals{
        Refusal{folder + "/none.so", haswell, "none.so: cannot open"},
        Refusal{base, folder + "/none.so", "none.so: cannot open"},
        Refusal{base, ":", "names no library"},
        Refusal{base, haswell + ":" + haswell, "are called haswell"},
        Refusal{folder + "/no_symbol.so", haswell, "does not use"},
        Refusal{folder + "/no_symbol.so", folder + "/no_symbol.so", "none of the libraries exports"},
        Refusal{base, too_many, "names 17 libraries and one run takes 16"},
    };
    for (const Refusal& refusal : refusals) {
        const std::string reason = reason_to_refuse(refusal.base_path, refusal.cpu_paths);
        EXPECT_NE(reason.find(refusal.reason), std::string::npos) << "got: " << reason;
    }
}

}  // namespace
}  // namespace brickproof::ggml
