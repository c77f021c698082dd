#include "brick/attention.hpp"

#include <array>

#include "attention/attention_kernels.hpp"
#include "attention/attention_parts.hpp"
#include "dispatch/active_kernel.hpp"
#include "support/checks.hpp"
#include "support/operand_checks.hpp"

namespace brick {

std::span<const brickproof_kernel> attention_kernels() {
    static const std::array kernels = {
        kernel_row("attention", "scalar", "", attention_scalar),
#if defined(__x86_64__)
        kernel_row("attention", "avx2", "avx2,fma", attention_avx2),
#elif defined(__aarch64__)
        kernel_row("attention", "neon", "neon", attention_neon),
#endif
    };
    return kernels;
}

AttentionInTiles* attention_in_tiles([[maybe_unused]] brickproof_attention_fn* kernel) {
#if defined(__x86_64__)
    if (kernel == attention_avx2) return attention_in_tiles_avx2;
#elif defined(__aarch64__)
    if (kernel == attention_neon) return attention_in_tiles_neon;
#endif
    return attention_in_tiles_scalar;
}

namespace {

constexpr std::string_view function = "attention";

Result<void> check_sizes(const AttentionSizes& sizes) {
    const auto [seq, heads, kv_heads, head_dim] = sizes;
    if (seq == 0 || heads == 0 || kv_heads == 0 || head_dim == 0) {
        return make_error(ErrorCode::zero_dimension, function, ": seq is ", seq, ", heads is ", heads,
                          ", kv_heads is ", kv_heads, " and head_dim is ", head_dim, "; all must be at least 1");
    }
    return check_divisible_heads(function, heads, kv_heads);
}

}  // namespace

Result<void> attention(std::span<const float> q, std::span<const float> k, std::span<const float> v,
                       std::span<float> out, const AttentionSizes& sizes, const Executor& executor) {
    BRICK_TRY(check_sizes(sizes));
    const auto [seq, heads, kv_heads, head_dim] = sizes;
    constexpr std::string_view cache_shape = "[seq][kv_heads][head_dim]";
    for (const auto& checked :
         {check_operand_shape(function, "q", q.size(), "[heads][head_dim]", {heads, head_dim}),
          check_operand_shape(function, "k", k.size(), cache_shape, {seq, kv_heads, head_dim}),
          check_operand_shape(function, "v", v.size(), cache_shape, {seq, kv_heads, head_dim}),
          check_operand_shape(function, "out", out.size(), "[heads][head_dim]", {heads, head_dim}),
          check_finite(function, "q", q), check_finite(function, "k", k), check_finite(function, "v", v)}) {
        if (!checked) return checked;
    }
    static ActiveKernel active(attention_kernels());
    const auto kernel = active.get();
    BRICK_TRY(kernel);
    attend(kernel_function<brickproof_attention_fn>(**kernel),
           {q.data(), k.data(), v.data(), out.data(), seq, heads, kv_heads, head_dim}, executor);
    return {};
}

}  // namespace brick
