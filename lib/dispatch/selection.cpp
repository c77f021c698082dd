#include "dispatch/selection.hpp"

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <mutex>
#include <string_view>

#include "brick/isa.hpp"
#include "dispatch/active_kernel.hpp"
#include "dispatch/cpu_features.hpp"
#include "dispatch/kernel_registry.hpp"

namespace brick {
namespace {

// The choice of this process. isa is a variant's name in the kernel table, or empty for the best that the CPU has.
struct Selection {
    std::mutex mutex;
    std::string_view isa;
    std::atomic<std::uint64_t> generation{0};
};
constinit Selection selection;

std::span<const brickproof_kernel> kernels() {
    return {kernel_table().kernels, kernel_table().count};
}

bool is_variant(const brickproof_kernel& kernel, std::string_view isa) {
    return kernel.variant == isa;
}

// Whether some kernel of this ISA needs the feature: then choosing the ISA allows it.
bool isa_includes(std::string_view isa, std::string_view feature) {
    return std::ranges::any_of(kernels(), [&](const brickproof_kernel& kernel) {
        return is_variant(kernel, isa) &&
               !find_feature(kernel.cpu_features, [&](std::string_view name) { return name == feature; }).empty();
    });
}

bool may_run(const brickproof_kernel& kernel, std::string_view isa) {
    if (isa.empty()) return cpu_has(kernel.cpu_features);
    return is_variant(kernel, isa) || find_feature(kernel.cpu_features, [&](std::string_view name) {
                                          return !isa_includes(isa, name);
                                      }).empty();
}

// A variant that is not in the list ranks with scalar.
std::ptrdiff_t rank_of(const brickproof_kernel& kernel) {
    const auto variants = variants_by_rank();
    const auto found = std::ranges::find(variants, std::string_view(kernel.variant));
    return found == variants.end() ? 0 : found - variants.begin();
}

// The first feature that a kernel of this ISA needs and this CPU lacks, or "".
std::string_view missing_for(std::string_view isa) {
    for (const brickproof_kernel& kernel : kernels()) {
        if (!is_variant(kernel, isa)) continue;
        if (const auto missing = first_missing_feature(kernel.cpu_features); !missing.empty()) return missing;
    }
    return {};
}

// Ends the message with the names that could be chosen here.
void append_choices(ErrorText& message) {
    message.append("; this machine can choose: auto");
    for (auto kernel = kernels().begin(); kernel != kernels().end(); ++kernel) {
        const auto same = [&](const brickproof_kernel& other) { return is_variant(other, kernel->variant); };
        if (std::any_of(kernels().begin(), kernel, same)) continue;
        if (!missing_for(kernel->variant).empty()) continue;
        message.append(", ");
        message.append(std::string_view(kernel->variant));
    }
}

// The name's entry in the kernel table ("" for auto), or why it cannot be chosen. source: who asked for it.
Result<std::string_view> find_isa(std::string_view source, std::string_view name) {
    if (name == "auto") return std::string_view();
    const auto found =
        std::ranges::find_if(kernels(), [&](const auto& kernel) { return is_variant(kernel, name); });
    if (found == kernels().end()) {
        Error error =
            make_error(ErrorCode::unknown_isa, source, ": no ISA \"", name, "\" is compiled into this library");
        append_choices(error.message);
        return error;
    }
    if (const auto missing = missing_for(name); !missing.empty()) {
        Error error = make_error(ErrorCode::unsupported_isa, source, ": this CPU cannot run \"", name,
                                 "\": it lacks ", missing);
        append_choices(error.message);
        return error;
    }
    return std::string_view(found->variant);
}

// Both need selection.mutex.
void choose(std::string_view isa) {
    selection.isa = isa;
    selection.generation.fetch_add(1, std::memory_order_release);
}

Result<void> choose_from_environment() {
    const char* value = std::getenv("BRICKPROOF_ISA");
    const Result<std::string_view> isa =
        find_isa("BRICKPROOF_ISA", value == nullptr || *value == '\0' ? "auto" : value);
    BRICK_TRY(isa);
    choose(*isa);
    return {};
}

}  // namespace

std::uint64_t selection_generation() {
    return selection.generation.load(std::memory_order_acquire);
}

Result<SelectedRow> select_row(std::span<const brickproof_kernel> rows) {
    const std::scoped_lock lock(selection.mutex);
    if (selection_generation() == 0) {
        BRICK_TRY(choose_from_environment());
    }
    std::size_t best = 0;
    for (std::size_t row = 1; row < rows.size(); ++row) {
        if (may_run(rows[row], selection.isa) && rank_of(rows[row]) >= rank_of(rows[best])) best = row;
    }
    return SelectedRow{selection_generation(), best};
}

Result<void> select_isa(std::string_view name) {
    const std::scoped_lock lock(selection.mutex);
    const Result<std::string_view> isa = find_isa("select_isa", name);
    BRICK_TRY(isa);
    choose(*isa);
    return {};
}

Result<const brickproof_kernel*> ActiveKernel::get() {
    const std::uint64_t found = found_.load(std::memory_order_relaxed);
    const std::uint64_t generation = selection_generation();
    if (generation != 0 && found >> 8 == generation) return &rows_[found & 0xff];

    const Result<SelectedRow> selected = select_row(rows_);
    BRICK_TRY(selected);
    found_.store(selected->generation << 8 | selected->index, std::memory_order_relaxed);
    return &rows_[selected->index];
}

}  // namespace brick
