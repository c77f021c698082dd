// A report with every verdict and with text that needs escaping.
#pragma once

#include "report/verdict.hpp"

namespace brickproof {

inline StatementVerdict statement(std::string name, StatementKind kind, Verdict verdict) {
    return {.name = std::move(name), .kind = kind, .says = "what holds", .verdict = verdict, .cases = 40};
}

inline KernelVerdict failing_kernel() {
    StatementVerdict fail = statement("exact_sum", StatementKind::exact, Verdict::fail);
    fail.message = "result[0] is 1 < 2 & \"3\" > 0\x01";
    fail.sizes = "n = 64";
    fail.token = "q8_0.dot@1:AgEB:00000000";
    StatementVerdict note = statement("integer_block_sums", StatementKind::character, Verdict::note);
    note.message = "it rounds within blocks";
    StatementVerdict bound = statement("error_within_bound", StatementKind::bound, Verdict::pass);
    bound.largest_share = 0.25;
    StatementVerdict out = statement("exact_sum_full_int8_range", StatementKind::exact, Verdict::not_run);
    out.cases = 0;
    out.message = "not judged: the kernel is judged under the assumption quants>-128";
    return {.library = "guest <1.0>",
            .op = "q8_0.dot",
            .variant = "avx2",
            .assumptions = {"quants>-128"},
            .read_slack = 64,
            .plugin_path = "libguest.so",
            .verdict = Verdict::fail,
            .statements = {fail, out, bound, note},
            .seconds = 2.0};
}

inline Report sample_report() {
    KernelVerdict passing{
        .library = "guest <1.0>", .op = "f16.to_f32", .variant = "scalar", .verdict = Verdict::pass};
    passing.statements = {statement("every_half", StatementKind::exact, Verdict::pass)};
    KernelVerdict unrun{.library = "guest <1.0>", .op = "f16.to_f32", .variant = "neon"};
    unrun.reason = "this CPU has no neon";
    return {.seed = 42, .effort = "quick", .kernels = {failing_kernel(), passing, unrun}, .selected = 3};
}

}  // namespace brickproof
