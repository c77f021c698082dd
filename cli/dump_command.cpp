#include "dump_command.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "dump/case_dump.hpp"
#include "judge/child_pool.hpp"
#include "judge/statement_list.hpp"

namespace brickproof::cli {
namespace {

// The cause that stands first.
const StatementVerdict* first_fault(const KernelVerdict& verdict) {
    const std::vector<const StatementVerdict*> ordered = by_cause(verdict);
    const auto found = std::ranges::find(ordered, Verdict::fail, &StatementVerdict::verdict);
    return found == ordered.end() ? nullptr : *found;
}

// What the child told; nothing where it did not end well.
std::string told_by_child(std::function<void(int pipe)> work) {
    constexpr double patience = 60.0;  // seconds
    std::string told;
    run_child({.work = std::move(work),
               .on_bytes = [&](std::string_view bytes) { told += bytes; },
               .is_overdue = [](const ChildTime& time) { return time.age > patience; },
               .on_end =
                   [&](const ChildEnd& end) {
                       if (!end.ended_well()) told.clear();
                       return false;
                   }});
    return told;
}

}  // namespace

Expected<std::string> dump_first_fault(const Kernel& kernel, const KernelVerdict& verdict, const Bytes& bytes,
                                       const std::vector<std::string>& assume, const std::string& folder) {
    const StatementVerdict* finding = first_fault(verdict);
    if (finding == nullptr) return fmt::format("Nothing is dumped: no statement fails on this case.\n");
    for (const JudgedStatement& statement : all_statements(kernel, assume)) {
        if (statement.name != finding->name) continue;
        // '+' and the sentences, or '-' and the problem.
        std::string told = told_by_child([&](int pipe) {
            const auto said = dump_case(kernel, statement, *finding, bytes, folder, Calls::made);
            tell_parent(pipe, said ? "+" + *said : "-" + said.problem());
        });
        if (told.empty()) return dump_case(kernel, statement, *finding, bytes, folder, Calls::none);
        if (told.front() == '-') return Problem{told.substr(1)};
        return told.substr(1);
    }
    return Problem{fmt::format("the op has no statement '{}'", finding->name)};
}

}  // namespace brickproof::cli
