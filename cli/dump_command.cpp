#include "dump_command.hpp"

#include <fmt/format.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>

#include "dump/case_dump.hpp"
#include "judge/child_process.hpp"
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
std::string told_by_child(const std::function<void(int pipe)>& work) {
    const TellingChild child = start_telling_child([&](int pipe) {
        alarm(60);  // a kernel that blocks signals may hang it
        work(pipe);
    });
    std::string told;
    char piece[4096];
    for (ssize_t count = 0; (count = read(child.pipe, piece, sizeof(piece))) > 0;)
        told.append(piece, static_cast<std::size_t>(count));
    close(child.pipe);
    int status = 0;
    waitpid(child.id, &status, 0);
    return status == 0 ? told : "";
}

}  // namespace

Expected<std::string> dump_first_fault(const Kernel& kernel, const KernelVerdict& verdict, const Bytes& bytes,
                                       const std::vector<std::string>& assume, const std::string& folder) {
    const StatementVerdict* finding = first_fault(verdict);
    if (finding == nullptr) return fmt::format("Nothing is dumped: no statement fails on this case.\n");
    for (const JudgedStatement& statement : all_statements(kernel, assume, false)) {
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
