#include "brick/isa.hpp"

#include <algorithm>

#include "dispatch/active_kernel.hpp"
#include "dispatch/cpu_features.hpp"
#include "dispatch/kernel_registry.hpp"
#include "dispatch/selection.hpp"

namespace brick {
namespace {

std::vector<brickproof_kernel> all_kernels() {
    std::vector<brickproof_kernel> kernels;
    for (const auto& rows : kernels_by_op()) kernels.insert(kernels.end(), rows.begin(), rows.end());
    return kernels;
}

}  // namespace

const brickproof_kernel_table& kernel_table() {
    static const std::vector<brickproof_kernel> kernels = all_kernels();
    static const brickproof_kernel_table table{BRICKPROOF_ABI_VERSION, "brick " BRICK_VERSION, kernels.size(),
                                               kernels.data()};
    return table;
}

std::string_view first_missing_feature(std::string_view features) {
    return find_feature(features, [](std::string_view name) { return !cpu_has_feature(name); });
}

bool is_known_feature(std::string_view name) {
    return knows_cpu_feature(name);
}

bool cpu_has(std::string_view features) {
    return first_missing_feature(features).empty();
}

Result<std::vector<IsaReport>> isa_report() {
    std::vector<IsaReport> report;
    for (const auto& rows : kernels_by_op()) {
        const Result<SelectedRow> selected = select_row(rows);
        BRICK_TRY(selected);
        IsaReport op{rows.front().op, {}, {}, rows[selected->index].variant};
        for (const brickproof_kernel& kernel : rows) {
            op.compiled.push_back(kernel.variant);
            if (cpu_has(kernel.cpu_features)) op.supported.push_back(kernel.variant);
        }
        report.push_back(std::move(op));
    }
    return report;
}

}  // namespace brick
