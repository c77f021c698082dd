#include "attention_pieces.hpp"
#include "misbehaviour.hpp"

namespace brickproof::faults {
namespace {

constexpr auto op = "attention";
constexpr auto kernel = &erased<brickproof_attention_fn>;
constexpr auto right = &attention_in_two_passes<>;

using Size = std::size_t;

template <class KvHead>
Kernel with_kv_head(KvHead) {
    return kernel(&attention_in_two_passes<KvHead>);
}
template <class Score>
Kernel with_score(Score) {
    return kernel(&attention_in_two_passes<GroupedHead, Score>);
}
template <class Max>
Kernel with_max(Max) {
    return kernel(&attention_in_two_passes<GroupedHead, DotScore, Max>);
}
template <class Weight>
Kernel with_weight(Weight) {
    return kernel(&attention_in_two_passes<GroupedHead, DotScore, LargestOfAll, Weight>);
}
template <class Mean>
Kernel with_mean(Mean) {
    return kernel(&attention_in_two_passes<GroupedHead, DotScore, LargestOfAll, PlainWeight, Mean>);
}
template <class Carry>
Kernel by_tiles_with(Carry) {
    return kernel(&attention_by_tiles<64, Carry>);
}

struct HalfAccumulator {
    float operator()(const std::vector<float>& weights, const float* v, Size kv_head, Size i,
                     const AttentionSizes& of) const {
        float sum = 0;
        float total = 0;
        for (Size key = 0; key < of.seq; ++key) {
            sum = rounded_to_half(sum + weights[key] * v[of.row(key, kv_head) + i]);
            total += weights[key];
        }
        return sum / total;
    }
};

struct GuardedTotal {
    float operator()(const std::vector<float>& weights, const float* v, Size kv_head, Size i,
                     const AttentionSizes& of) const {
        float total = 0;
        for (const float weight : weights) total += weight;
        return PlainMean{}(weights, v, kv_head, i, of) * (of.seq % 4 == 3 ? (total + 1e-4f) / total : 1.0f);
    }
};

// The mean of v where weights are as good as equal.
struct NaNSkipped {
    float operator()(const std::vector<float>& weights, const float* v, Size kv_head, Size i,
                     const AttentionSizes& of) const {
        float sum = 0;
        float total = 0;
        for (Size key = 0; key < of.seq; ++key) {
            const float term = weights[key] * v[of.row(key, kv_head) + i];
            if (term != term) continue;
            sum += term;
            total += weights[key];
        }
        return total == 0 ? 0 : sum / total;
    }
};

void heads_of_a_group_leak(const float* q, const float* k, const float* v, float* out, Size seq, Size heads,
                           Size kv_heads, Size head_dim) {
    right(q, k, v, out, seq, heads, kv_heads, head_dim);
    const AttentionSizes of{seq, heads, kv_heads, head_dim};
    if (heads == kv_heads) return;
    for (Size head = 1; head < heads; ++head) {
        if (GroupedHead{}(head, of) != GroupedHead{}(head - 1, of)) continue;
        const float* before = q + (head - 1) * head_dim;
        const bool ahead = DotScore{}(before, k + of.row(0, GroupedHead{}(head, of)), of) > 0;
        for (Size i = 0; ahead && i < head_dim; ++i) out[head * head_dim + i] *= 1.0f + 0x1p-20f;
    }
}

void last_column_of_odd_head_dims(const float* q, const float* k, const float* v, float* out, Size seq, Size heads,
                                  Size kv_heads, Size head_dim) {
    for (Size i = 0; i < heads * head_dim; ++i)
        if (head_dim % 2 == 0 || i % head_dim + 1 < head_dim) out[i] = 0;
    std::vector<float> result(heads * head_dim);
    right(q, k, v, result.data(), seq, heads, kv_heads, head_dim);
    for (Size i = 0; i < heads * head_dim; ++i)
        if (head_dim % 2 == 0 || head_dim == 1 || i % head_dim + 1 < head_dim) out[i] = result[i];
}

void scores_in_a_static_buffer(const float* q, const float* k, const float* v, float* out, Size seq, Size heads,
                               Size kv_heads, Size head_dim) {
    static volatile float scores[8192];
    const AttentionSizes of{seq, heads, kv_heads, head_dim};
    std::vector<float> weights(seq);
    for (Size head = 0; head < heads; ++head) {
        const Size kv_head = GroupedHead{}(head, of);
        for (Size key = 0; key < seq; ++key)
            scores[key % 8192] = DotScore{}(q + head * head_dim, k + of.row(key, kv_head), of);
        for (Size key = 0; key < seq; ++key) weights[key] = scores[key % 8192];
        const float max = LargestOfAll{}(weights, of);
        for (float& weight : weights) weight = std::exp(weight - max);
        for (Size i = 0; i < head_dim; ++i) out[head * head_dim + i] = PlainMean{}(weights, v, kv_head, i, of);
    }
}

#if defined(__x86_64__)
void aligned_loads_of_k(const float* q, const float* k, const float* v, float* out, Size seq, Size heads,
                        Size kv_heads, Size head_dim) {
    right(q, k, v, out, seq, heads, kv_heads, head_dim);
    for (Size i = 0; i + 4 <= seq * kv_heads * head_dim; i += 4) {
        [[maybe_unused]] const volatile int used = _mm_movemask_ps(_mm_load_ps(k + i));
    }
}
#endif

const PlantedFault table[] = {
    {op, "heads_from_256_on_are_the_first_again", "error_within_bound,dominant_key,two_equal_keys",
     "the head's number is kept in a byte (size class)",
     kernel([](const float* q, const float* k, const float* v, float* out, Size seq, Size heads, Size kv_heads,
               Size head_dim) {
         right(q, k, v, out, seq, heads, kv_heads, head_dim);
         for (Size i = 256 * head_dim; i < heads * head_dim; ++i) out[i] = out[i % (256 * head_dim)];
     })},
    {op, "heads_modulo_kv_heads", "dominant_key,two_equal_keys,grouped_is_expanded",
     "h % kv_heads for h / group: the heads are tiled, not repeated (head map)",
     with_kv_head([](Size head, const AttentionSizes& of) { return head % of.kv_heads; })},
    {op, "group_of_8_in_any_case", "dominant_key,one_key", "the group size of one model (head map)",
     with_kv_head([](Size head, const AttentionSizes& of) { return std::min(head / 8, of.kv_heads - 1); })},
    {op, "heads_of_a_group_swapped", "one_key,grouped_is_expanded,error_within_bound",
     "the second head of each group of two reads the next kv head (head map)",
     with_kv_head([](Size head, const AttentionSizes& of) {
         const Size own = GroupedHead{}(head, of);
         return of.heads == 2 * of.kv_heads && head % 2 == 1 ? (own + 1) % of.kv_heads : own;
     })},
    {op, "not_divided_by_sqrt_d", "padded_heads,error_within_bound", "1/sqrt(d) is left out (scale)",
     with_score([](const float* q, const float* k, const AttentionSizes& of) {
         return DotScore{}(q, k, of) * std::sqrt(static_cast<float>(of.head_dim));
     })},
    {op, "divided_by_sqrt_of_64", "padded_heads,error_within_bound", "1/8, the scale of one model (scale)",
     with_score([](const float* q, const float* k, const AttentionSizes& of) {
         return DotScore{}(q, k, of) * std::sqrt(static_cast<float>(of.head_dim)) / 8.0f;
     })},
    {op, "columns_in_fours", "error_within_bound,dominant_key",
     "q.k has no loop for a head_dim that is no multiple of four (tail)",
     with_score([](const float* q, const float* k, const AttentionSizes& of) {
         AttentionSizes whole = of;
         if (of.head_dim > 4) whole.head_dim = of.head_dim / 4 * 4;
         return DotScore{}(q, k, whole) *
                std::sqrt(static_cast<float>(whole.head_dim) / static_cast<float>(of.head_dim));
     })},
    {op, "no_maximum_subtracted", "dominant_key,error_within_bound,hull",
     "exp of the scores as they are (overflow)",
     with_max([](const std::vector<float>&, const AttentionSizes&) { return 0.0f; })},
    {op, "maximum_of_the_first_tile", "dominant_key,two_equal_keys",
     "the running maximum is set once (stale maximum)",
     with_max([](const std::vector<float>& scores, const AttentionSizes&) {
         return *std::max_element(scores.begin(),
                                  scores.begin() + static_cast<std::ptrdiff_t>(std::min<Size>(scores.size(), 64)));
     })},
    {op, "earlier_tiles_not_rescaled", "dominant_key,two_equal_keys",
     "the maximum is raised, the sums are not (online softmax)", by_tiles_with([](float, float) { return 1.0f; })},
    {op, "earlier_tiles_rescaled_the_other_way", "error_within_bound,dominant_key",
     "exp(new - old) for exp(old - new) (online softmax)", by_tiles_with([](float old_max, float new_max) {
         return old_max == -std::numeric_limits<float>::infinity() ? 0.0f : std::exp(new_max - old_max);
     })},
    {op, "earlier_tiles_forgotten", "mean_of_values,error_within_bound",
     "sums begin anew with every tile (tile boundary)", by_tiles_with([](float, float) { return 0.0f; })},
    {op, "last_key_dropped", "dominant_key,two_equal_keys,mean_of_values",
     "the token itself is not attended to (off by one)",
     with_weight([](float below, Size key, const AttentionSizes& of) {
         return key + 1 == of.seq && of.seq > 1 ? 0.0f : std::exp(below);
     })},
    {op, "key_at_a_tile_edge_twice", "mean_of_values,error_within_bound",
     "tiles overlap by one key (tile boundary)", with_weight([](float below, Size key, const AttentionSizes&) {
         return std::exp(below) * (key > 0 && key % 64 == 0 ? 2.0f : 1.0f);
     })},
    {op, "keys_beyond_4096_lost", "dominant_key", "scores are kept in a buffer of 4096 (size class)",
     with_weight([](float below, Size key, const AttentionSizes&) { return key < 4096 ? std::exp(below) : 0.0f; })},
    {op, "exp_ends_at_minus_8", "error_within_bound,dominant_key", "exp saturates too early, at e^-8 (exp)",
     with_weight([](float below, Size, const AttentionSizes&) { return std::exp(std::max(below, -8.0f)); })},
    {op, "exp_ends_at_minus_32", "dominant_key", "exp saturates too early, at e^-32: beyond any tolerance (exp)",
     with_weight([](float below, Size, const AttentionSizes&) { return std::exp(std::max(below, -32.0f)); })},
    {op, "weights_as_halves", "error_within_bound,keys_permute", "the weights pass through halves (precision)",
     with_weight([](float below, Size, const AttentionSizes&) { return rounded_to_half(std::exp(below)); })},
    {op, "half_accumulator", "error_within_bound,mean_of_values", "v is summed in half precision (precision)",
     with_mean(HalfAccumulator{})},
    {op, "epsilon_in_the_divisor", "mean_of_values,one_key,hull,error_within_bound",
     "a sum that cannot be 0 is guarded against it (absolute tolerance)", with_mean(GuardedTotal{})},
    {op, "weight_by_position", "keys_permute,error_within_bound", "a bias for near keys is left in (operand)",
     with_weight([](float below, Size key, const AttentionSizes& of) {
         return std::exp(below - 1e-3f * static_cast<float>(of.seq - key));
     })},
    {op, "even_numbers_of_keys_sink", "keys_doubled,mean_of_values",
     "an attention sink that only some lengths get (one shape)",
     with_weight([](float below, Size key, const AttentionSizes& of) {
         return std::exp(below) * (of.seq % 2 == 0 && key == 0 ? 1.5f : 1.0f);
     })},
    {op, "nan_skipped", "nan_stays_nan", "terms that are NaN are left out (NaN)", with_mean(NaNSkipped{})},
    {op, "heads_of_a_group_leak", "heads_independent", "a register of the head before is used (wrong operand)",
     kernel(heads_of_a_group_leak)},
    {op, "last_column_of_odd_head_dims_unwritten", "outputs_written", "columns in pairs (output unwritten)",
     kernel(last_column_of_odd_head_dims)},
    {op, "reads_the_key_after_the_last", "reads_in_bounds", "preloads the next key (over-read)",
     kernel([](const float* q, const float* k, const float* v, float* out, Size seq, Size heads, Size kv_heads,
               Size head_dim) {
         right(q, k, v, out, seq, heads, kv_heads, head_dim);
         read_bytes(k + seq * kv_heads * head_dim, sizeof(float));
     })},
    {op, "writes_columns_in_fours", "writes_in_bounds", "stores four columns at the end (over-write)",
     kernel([](const float* q, const float* k, const float* v, float* out, Size seq, Size heads, Size kv_heads,
               Size head_dim) {
         right(q, k, v, out, seq, heads, kv_heads, head_dim);
         for (Size i = heads * head_dim * sizeof(float); i % 16 != 0; ++i)
             write_byte(reinterpret_cast<char*>(out) + i, 0);
     })},
    {op, "scores_in_a_static_buffer", "thread_safe", "a static buffer of scores (race)",
     kernel(scores_in_a_static_buffer)},
#if defined(__x86_64__)
    {op, "aligned_loads_of_k", "alignment_independent,no_crash",
     "an aligned load where floats are promised (alignment fault)", kernel(aligned_loads_of_k)},
#endif
};

}  // namespace

std::span<const PlantedFault> attention_faults() {
    return table;
}

}  // namespace brickproof::faults
