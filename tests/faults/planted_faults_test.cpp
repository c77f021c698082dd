// The proof of the judge: every planted fault is caught at the default effort, by the statement that one expects;
// every correct kernel passes, for many seeds.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "judge/behaviours.hpp"
#include "judge/fault_trap.hpp"
#include "judge/isolation.hpp"
#include "planted_fault.hpp"

namespace brickproof {
namespace {

using faults::CorrectKernel;
using faults::PlantedFault;

Kernel kernel_of(const char* op, const char* name, KernelFunction fn) {
    return {.library = "planted", .variant = name, .fn = fn, .contract = find_contract(op)};
}

std::vector<KernelVerdict> judge_all(const std::vector<Kernel>& kernels,
                                     const std::function<JudgeOptions(const Kernel&)>& options_for) {
    return judge_isolated(kernels, options_for, {.jobs = std::max(1u, std::thread::hardware_concurrency())});
}

std::vector<std::string> failed_statements(const KernelVerdict& kernel) {
    std::vector<std::string> names;
    for (const StatementVerdict& statement : kernel.statements)
        if (statement.verdict == Verdict::fail) names.push_back(statement.name);
    return names;
}

bool is_among(const std::string& name, const std::string& comma_separated) {
    return ("," + comma_separated + ",").find("," + name + ",") != std::string::npos;
}

std::string joined(const std::vector<std::string>& names) {
    std::string text;
    for (const std::string& name : names) text += (text.empty() ? "" : ", ") + name;
    return text.empty() ? "nothing" : text;
}

// Statements that a seed changes little of: those that make all their cases themselves, and the behaviours, which
// ask where a kernel reads and writes and not what the numbers are.
std::set<std::string> statements_without_a_seed(const Contract& contract) {
    std::set<std::string> names;
    for (const Statement& statement : contract.statements)
        if (statement.single_case) names.emplace(statement.name);
    for (const Behaviour& behaviour : behaviours()) names.emplace(behaviour.name);
    return names;
}

// All but characterisations. (Behaviours are the same for every op: tests/judge breaks each.)
std::set<std::string> falsifiable_statements(const Contract& contract) {
    std::set<std::string> names;
    for (const Statement& statement : contract.statements)
        if (statement.kind != StatementKind::character && !statement.on_demand) names.emplace(statement.name);
    return names;
}

std::vector<std::string> all_ops() {
    std::vector<std::string> ops;
    for (const Contract* contract : all_contracts()) ops.emplace_back(contract->op);
    return ops;
}

// The default effort, for these statements alone: the others would be searched, and what they find shrunk, for
// nothing.
JudgeOptions only_statements(const Kernel& kernel, const std::string& comma_separated) {
    JudgeOptions options;
    for (const StatementVerdict& statement : statements_of(kernel, options))
        if (!is_among(statement.name, comma_separated)) options.skip.insert(statement.name);
    return options;
}

bool takes_the_process_along(const PlantedFault& fault) {
    return is_among("no_crash", fault.caught_by) || is_among("terminates", fault.caught_by);
}

// Whether some planted fault makes the statement fail.
bool can_fail(const std::string& statement, const std::vector<PlantedFault>& planted) {
    std::vector<Kernel> kernels;
    for (const PlantedFault& fault : planted)
        if (!takes_the_process_along(fault)) kernels.push_back(kernel_of(fault.op, fault.name, fault.fn));
    const auto verdicts =
        judge_all(kernels, [&](const Kernel& kernel) { return only_statements(kernel, statement); });
    return std::ranges::any_of(verdicts,
                               [](const KernelVerdict& verdict) { return verdict.verdict == Verdict::fail; });
}

// Every op has a test of its own, so that CTest runs them side by side.
class Op : public testing::TestWithParam<std::string> {};

TEST_P(Op, EveryPlantedFaultIsCaughtByTheExpectedStatement) {
    std::vector<PlantedFault> planted;
    std::ranges::copy_if(faults::planted_faults(), std::back_inserter(planted),
                         [](const PlantedFault& fault) { return fault.op == GetParam(); });
    ASSERT_FALSE(planted.empty());
    std::vector<Kernel> kernels;
    std::map<std::string, std::string> caught_by;
    for (const PlantedFault& fault : planted) {
        kernels.push_back(kernel_of(fault.op, fault.name, fault.fn));
        caught_by[fault.name] = fault.caught_by;
    }

    const std::vector<KernelVerdict> verdicts = judge_all(
        kernels, [&](const Kernel& kernel) { return only_statements(kernel, caught_by[kernel.variant]); });
    std::vector<double> seconds;
    std::set<std::string> statements_that_failed;
    for (std::size_t i = 0; i < planted.size(); ++i) {
        const std::vector<std::string> failed = failed_statements(verdicts[i]);
        statements_that_failed.insert(failed.begin(), failed.end());
        EXPECT_FALSE(failed.empty()) << planted[i].op << " / " << planted[i].name << " was not caught by "
                                     << planted[i].caught_by;
        seconds.push_back(verdicts[i].seconds_to_fail);
    }
    for (const std::string& name : falsifiable_statements(*kernels[0].contract))
        EXPECT_TRUE(statements_that_failed.contains(name) || can_fail(name, planted))
            << "no planted fault of " << GetParam() << " makes the statement " << name << " fail: can it?";
    std::ranges::sort(seconds);
    fmt::print("{}: {} faults, median {:.2f} s to the first FAIL\n", GetParam(), planted.size(),
               seconds[seconds.size() / 2]);
}

// Behaviours; the next test has the statements about values.
TEST_P(Op, NoCorrectKernelIsBlamedForItsBehaviour) {
    std::vector<Kernel> kernels;
    for (const CorrectKernel& correct : faults::correct_kernels())
        if (correct.op == GetParam()) kernels.push_back(kernel_of(correct.op, correct.name, correct.fn));
    JudgeOptions options{.effort = quick_effort};
    for (const Statement& statement : find_contract(GetParam())->statements)
        if (!statement.single_case) options.skip.emplace(statement.name);
    for (const KernelVerdict& verdict : judge_all(kernels, [&](const Kernel&) { return options; })) {
        EXPECT_TRUE(verdict.verdict == Verdict::pass || verdict.verdict == Verdict::note)
            << verdict.op << " / " << verdict.variant << " is blamed by " << joined(failed_statements(verdict));
    }
}

// As many as the daily test run has time for; `./run thorough` takes a thousand.
std::uint64_t number_of_seeds() {
    const char* seeds = std::getenv("BRICKPROOF_SEEDS");
    return seeds == nullptr ? 40 : std::stoull(seeds);
}

// Many seeds, a case of each statement: one process, since a correct kernel needs no guarding.
TEST_P(Op, NoCorrectKernelIsBlamedForManySeeds) {
    install_fault_trap();
    for (const CorrectKernel& correct : faults::correct_kernels()) {
        if (correct.op != GetParam()) continue;
        const Kernel kernel = kernel_of(correct.op, correct.name, correct.fn);
        JudgeOptions options{.effort = {.random_cases = 1, .costly_cases = 0, .sweep = false}};
        options.skip = statements_without_a_seed(*kernel.contract);
        for (options.seed = 1; options.seed <= number_of_seeds(); ++options.seed) {
            for (const StatementVerdict& statement : judge_kernel(kernel, options)) {
                ASSERT_NE(statement.verdict, Verdict::fail)
                    << correct.op << " / " << correct.name << ", seed " << options.seed << ": " << statement.name
                    << ": " << statement.message << "\n"
                    << statement.token;
            }
        }
    }
}

INSTANTIATE_TEST_SUITE_P(PlantedFaults, Op, testing::ValuesIn(all_ops()), [](const auto& info) {
    std::string name = info.param;
    std::ranges::replace(name, '.', '_');
    return name;
});

}  // namespace
}  // namespace brickproof
