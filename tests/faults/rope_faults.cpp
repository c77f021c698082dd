#include "misbehaviour.hpp"
#include "rope_pieces.hpp"

namespace brickproof::faults {
namespace {

constexpr auto op = "rope";
constexpr auto kernel = &erased<brickproof_rope_fn>;
constexpr auto right = &rope_pair_by_pair<>;

using Size = std::size_t;

template <class Angle>
Kernel with_angle(Angle) {
    return kernel(&rope_pair_by_pair<Angle>);
}
template <class Rotate>
Kernel with_turn(Rotate) {
    return kernel(&rope_pair_by_pair<AngleByPower, Rotate>);
}

/// sin or cos of x - n * pi/2, with pi/2 as one float.
float reduced(float angle) {
    return angle - std::nearbyint(angle * 0.63661977f) * 1.57079637f;
}
int quadrant(float angle) {
    return static_cast<int>(std::fmod(std::nearbyint(angle * 0.63661977f), 4.0f));
}
float sine_by_short_reduction(float angle, int turns) {
    const float r = reduced(angle);
    const int q = (quadrant(angle) + turns) % 4;
    return (q >= 2 ? -1.0f : 1.0f) * (q % 2 == 0 ? std::sin(r) : std::cos(r));
}

void last_pair_of_an_odd_number_dropped(float* x, Size heads, Size head_dim, Size position, float theta,
                                        int style) {
    const Size pairs = head_dim / 2;
    for (Size head = 0; head < heads; ++head) {
        float* of_head = x + head * head_dim;
        const Size last = style == 2 ? pairs - 1 : 2 * (pairs - 1);
        const Size other = last + (style == 2 ? pairs : 1);
        if (pairs % 4 != 1 || pairs == 1) {
            right(of_head, 1, head_dim, position, theta, style);
        } else {
            const float a = of_head[last];
            const float b = of_head[other];
            right(of_head, 1, head_dim, position, theta, style);
            of_head[last] = a;
            of_head[other] = b;
        }
    }
}

/// The style's register has 64 bits, and an int's upper 32 are anything.
void style_read_as_64_bits(float* x, Size heads, Size head_dim, Size position, float theta, std::int64_t style) {
    right(x, heads, head_dim, position, theta, style == 2 ? 2 : 0);
}

void second_value_from_the_next_head(float* x, Size heads, Size head_dim, Size position, float theta, int style) {
    if (style != 2 || head_dim % 4 != 2) return right(x, heads, head_dim, position, theta, style);
    for (Size head = 0; head < heads; ++head) {
        const float kept = x[head * head_dim + head_dim - 1];
        if (head + 1 < heads) x[head * head_dim + head_dim - 1] = x[(head + 1) * head_dim];
        right(x + head * head_dim, 1, head_dim, position, theta, style);
        if (head + 1 < heads && kept != kept) x[head * head_dim + head_dim - 1] = kept;
    }
}

void frequency_table_shared_by_threads(float* x, Size heads, Size head_dim, Size position, float theta, int style) {
    static volatile float table[4096];
    const Size pairs = std::min<Size>(head_dim / 2, 4096);
    for (Size pair = 0; pair < pairs; ++pair)
        table[pair] = AngleByPower{}(RopeAngle{pair, 0, heads, head_dim, position, theta, style});
    for (Size head = 0; head < heads; ++head) {
        for (Size pair = 0; pair < pairs; ++pair) {
            float* a = x + head * head_dim + (style == 2 ? pair : 2 * pair);
            Turn{}(*a, *(a + (style == 2 ? pairs : 1)), table[pair]);
        }
    }
}

// Computed once, for the first model that came along.
void frequencies_of_the_first_call(float* x, Size heads, Size head_dim, Size position, float theta, int style) {
    static std::atomic<float> first_theta{0.0f};
    float none = 0.0f;
    first_theta.compare_exchange_strong(none, theta);
    right(x, heads, head_dim, position, first_theta, style);
}

#if defined(__x86_64__)
void aligned_loads(float* x, Size heads, Size head_dim, Size position, float theta, int style) {
    for (Size i = 0; i + 4 <= heads * head_dim; i += 4) {
        [[maybe_unused]] const volatile int used = _mm_movemask_ps(_mm_load_ps(x + i));
    }
    right(x, heads, head_dim, position, theta, style);
}
#endif

const PlantedFault table[] = {
    {op, "style_read_as_64_bits", "error_within_bound,pair_norm,rotations_compose,position_0_is_identity",
     "an int argument compared as a 64-bit register (garbage above it)", erased(style_read_as_64_bits)},
    {op, "heads_from_256_on_left_as_they_are", "error_within_bound,pair_norm,rotations_compose",
     "the number of heads is kept in a byte (size class)",
     kernel([](float* x, Size heads, Size head_dim, Size position, float theta, int style) {
         right(x, std::min<Size>(heads, 256), head_dim, position, theta, style);
     })},
    {op, "norm_pairs_in_both_styles", "error_within_bound,styles_agree",
     "the style is never read: adjacent values are paired (pairing)",
     kernel([](float* x, Size heads, Size head_dim, Size position, float theta, int) {
         right(x, heads, head_dim, position, theta, 0);
     })},
    {op, "neox_pairs_at_head_dim_80", "error_within_bound,styles_agree",
     "one model's head_dim decides on the pairing, not the style (one shape)",
     kernel([](float* x, Size heads, Size head_dim, Size position, float theta, int style) {
         right(x, heads, head_dim, position, theta, head_dim == 80 ? 2 : style);
     })},
    {op, "exponent_i_over_d", "error_within_bound", "theta^(-i/d) for theta^(-2i/d) (index of the angle)",
     with_angle([](const RopeAngle& of) {
         return static_cast<float>(of.position) * std::pow(of.theta, of.exponent() / 2);
     })},
    {op, "exponent_of_the_value_index", "error_within_bound",
     "the table is read at the value's index 2i instead of its pair's (index of the angle)",
     with_angle([](const RopeAngle& of) {
         return static_cast<float>(of.position) * std::pow(of.theta, of.exponent() * (of.style == 0 ? 2.0f : 1.0f));
     })},
    {op, "turns_backwards", "error_within_bound,first_pair", "the sign of the sine is swapped (sign)",
     with_angle([](const RopeAngle& of) { return -AngleByPower{}(of); })},
    {op, "sine_and_cosine_swapped", "identity_at_position_zero", "two results in the wrong order (operand)",
     with_turn([](float& a, float& b, float angle) {
         const float old_a = a;
         a = old_a * std::sin(angle) - b * std::cos(angle);
         b = old_a * std::cos(angle) + b * std::sin(angle);
     })},
    {op, "positions_start_at_one", "identity_at_position_zero", "position + 1 (off by one)",
     with_angle([](const RopeAngle& of) {
         RopeAngle next = of;
         ++next.position;
         return AngleByPower{}(next);
     })},
    {op, "rotates_the_rotated_value", "pair_norm,error_within_bound",
     "in place: the new first value is used for the second one (aliasing)",
     with_turn([](float& a, float& b, float angle) {
         a = a * std::cos(angle) - b * std::sin(angle);
         b = a * std::sin(angle) + b * std::cos(angle);
     })},
    {op, "last_pair_of_an_odd_number_dropped", "error_within_bound", "no loop for a single last pair (tail)",
     kernel(last_pair_of_an_odd_number_dropped)},
    {op, "theta_is_10000", "error_within_bound", "the base is hard-coded (parameter)",
     with_angle([](const RopeAngle& of) {
         RopeAngle usual = of;
         usual.theta = 10000.0f;
         return AngleByPower{}(usual);
     })},
    {op, "heads_from_16_on_start_again", "error_within_bound", "the head index has four bits (one size class)",
     kernel([](float* x, Size heads, Size head_dim, Size position, float theta, int style) {
         for (Size head = 0; head < heads; ++head)
             right(x + head % 16 * head_dim, 1, head_dim, position, theta, style);
     })},
    {op, "reduction_by_one_float", "first_pair,error_within_bound",
     "n * pi/2 with pi/2 as one float: good for small positions (range reduction)",
     with_turn([](float& a, float& b, float angle) {
         const float sin = sine_by_short_reduction(angle, 0);
         const float cos = sine_by_short_reduction(angle, 1);
         const float old_a = a;
         a = old_a * cos - b * sin;
         b = old_a * sin + b * cos;
     })},
    {op, "table_of_8192_positions", "distance_only,rotations_compose,error_within_bound",
     "the position is clamped to the last row of a table (size class)", with_angle([](const RopeAngle& of) {
         RopeAngle clamped = of;
         clamped.position = std::min<Size>(of.position, 8191);
         return AngleByPower{}(clamped);
     })},
    {op, "position_as_a_half", "rotations_compose,error_within_bound",
     "positions beyond 2048 are rounded to a half (precision)", with_angle([](const RopeAngle& of) {
         return rounded_to_half(static_cast<float>(of.position)) * std::pow(of.theta, of.exponent());
     })},
    {op, "distances_count_double", "distance_only", "odd heads, those of the keys, are turned twice (operand)",
     with_angle([](const RopeAngle& of) { return AngleByPower{}(of) * (of.head % 2 == 1 ? 2.0f : 1.0f); })},
    {op, "sines_as_halves", "pair_norm,first_pair,error_within_bound",
     "the tables of sines and cosines are kept as halves (precision)",
     with_turn([](float& a, float& b, float angle) {
         const float sin = rounded_to_half(std::sin(angle));
         const float cos = rounded_to_half(std::cos(angle));
         const float old_a = a;
         a = old_a * cos - b * sin;
         b = old_a * sin + b * cos;
     })},
    {op, "negative_pairs_skipped", "negation,error_within_bound",
     "skips what is not above zero as padding (zero test)", with_turn([](float& a, float& b, float angle) {
         if (a > 0 || b > 0 || a != a || b != b) Turn{}(a, b, angle);
     })},
    {op, "epsilon_added", "power_of_two_scaling,identity_at_position_zero",
     "a guard against zeros that nobody needs (absolute tolerance)", with_turn([](float& a, float& b, float angle) {
         Turn{}(a, b, angle);
         a += 1e-30f;
     })},
    {op, "nan_becomes_zero", "nan_stays_in_its_pair", "values that are not finite are cleared (NaN)",
     with_turn([](float& a, float& b, float angle) {
         Turn{}(a, b, angle);
         a = a == a ? a : 0.0f;
         b = b == b ? b : 0.0f;
     })},
    {op, "second_value_from_the_next_head", "heads_independent,error_within_bound",
     "a vector of the second halves runs over the end of the head (stride)",
     kernel(second_value_from_the_next_head)},
    {op, "reads_the_head_after_the_last", "reads_in_bounds", "preloads the next head (over-read)",
     kernel([](float* x, Size heads, Size head_dim, Size position, float theta, int style) {
         right(x, heads, head_dim, position, theta, style);
         if (heads > 0 && head_dim > 0) read_bytes(x + heads * head_dim, sizeof(float));
     })},
    {op, "writes_in_fours", "writes_in_bounds",
     "stores four values at the end, however many there are (over-write)",
     kernel([](float* x, Size heads, Size head_dim, Size position, float theta, int style) {
         right(x, heads, head_dim, position, theta, style);
         for (Size i = heads * head_dim * sizeof(float); i % 16 != 0; ++i)
             write_byte(reinterpret_cast<char*>(x) + i, 0);
     })},
    {op, "frequency_table_shared_by_threads", "thread_safe", "a static table of angles (race)",
     kernel(frequency_table_shared_by_threads)},
    {op, "frequencies_of_the_first_call", "error_within_bound,deterministic",
     "initialised once, by whatever theta came first (state)", kernel(frequencies_of_the_first_call)},
    {op, "endless_at_head_dim_6", "terminates", "three pairs are never counted down (endless loop)",
     kernel([](float* x, Size heads, Size head_dim, Size position, float theta, int style) {
         if (head_dim == 6) loop_for_ever();
         right(x, heads, head_dim, position, theta, style);
     })},
#if defined(__x86_64__)
    {op, "aligned_loads", "alignment_independent,no_crash",
     "an aligned load where floats are promised (alignment fault)", kernel(aligned_loads)},
#endif
};

}  // namespace

std::span<const PlantedFault> rope_faults() {
    return table;
}

}  // namespace brickproof::faults
