#include "dump/case_dump.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "dump/case_program.hpp"
#include "dump/npy_text.hpp"
#include "dump/wrong_call.hpp"
#include "report/atomic_file.hpp"

namespace brickproof {
namespace {

namespace fs = std::filesystem;

constexpr const char* program_name = "case.c";

// Files of others are not overwritten: those of an earlier dump are.
Expected<Done> prepare_folder(const fs::path& folder) {
    std::error_code error;
    fs::create_directories(folder, error);
    if (!fs::is_directory(folder))
        return Problem{fmt::format("{} cannot be made: {}", folder.string(),
                                   error ? error.message() : "a file of that name is there")};
    const fs::directory_iterator entries(folder, error);
    if (error) return Problem{fmt::format("{} cannot be read: {}", folder.string(), error.message())};
    if (entries == fs::directory_iterator()) return Done{};
    const Expected<std::string> program = read_file((folder / program_name).string());
    if (program && program->starts_with(program_mark)) return Done{};
    return Problem{
        fmt::format("{} holds files that are not of a dump; give --dump a folder of its own", folder.string())};
}

class Folder {
  public:
    explicit Folder(fs::path path) : path_(std::move(path)) {}

    void write(const std::string& name, std::string_view text) {
        if (!problem_.empty()) return;
        if (const auto done = write_file((path_ / name).string(), text); !done) problem_ = done.problem();
    }
    const std::string& problem() const { return problem_; }

  private:
    fs::path path_;
    std::string problem_;
};

// One float64 for each number of an output.
std::string doubles_text(const Array<double>& values) {
    const std::size_t count = values.size();
    return npy_text("'<f8'", {&count, 1}, {reinterpret_cast<const char*>(values.data()), count * sizeof(double)});
}

void write_operands(const DumpedCall& call, std::size_t k, Folder& folder) {
    std::size_t output = 0;
    for (const Operand& operand : call.c.operands) {
        if (operand.access == Access::input) {
            folder.write(file_name(operand, k, ""), npy_text(*operand.type, operand.contents));
            continue;
        }
        folder.write(file_name(operand, k, "expected"), npy_text(*operand.type, call.expected.arrays[output]));
        if (!call.got.arrays.empty())
            folder.write(file_name(operand, k, "got"), npy_text(*operand.type, call.got.arrays[output]));
        ++output;
    }
}

void write_promises(const WrongCall& call, Folder& folder) {
    std::size_t output = 0;
    for (const Operand& operand : call.calls.front().c.operands) {
        if (operand.access == Access::input || output == call.promises.size()) continue;
        folder.write(file_name(operand, 0, "exact"), doubles_text(call.promises[output].exact));
        folder.write(file_name(operand, 0, "bound"), doubles_text(call.promises[output].bound));
        ++output;
    }
}

// A call as the judge makes it; no outputs where it is stopped, or not to be made.
DumpedCall plain_call(Case c, Probe& probe, Calls calls) {
    DumpedCall call{std::move(c), {}, {}};
    call.expected = probe.definition(call.c);
    if (calls == Calls::none) return call;
    Run run = probe.run_placed(call.c, {});
    if (!run.stopped) call.got = std::move(run.outputs);
    return call;
}

WrongCall calls_of_behaviour(const CaseCheck& check, const Case& c, Probe& probe, Calls calls) {
    WrongCall wrong{{plain_call(c, probe, calls)}};
    if (check.needs_other_case)
        wrong.calls.push_back(plain_call(typical_case(*probe.kernel().contract, c.sizes, 1), probe, calls));
    return wrong;
}

}  // namespace

Expected<std::string> dump_case(const Kernel& kernel, const JudgedStatement& statement,
                                const StatementVerdict& finding, const Bytes& bytes, const std::string& folder,
                                Calls calls) {
    if (const auto ready = prepare_folder(folder); !ready) return Problem{ready.problem()};
    Probe probe(kernel);
    const Case c = decode_case(*kernel.contract, bytes, statement.holding);
    CaseCheck check = check_of_behaviour(statement.name);
    WrongCall call;
    if (statement.kind == StatementKind::behaviour)
        call = calls_of_behaviour(check, c, probe, calls);
    else if (calls == Calls::made)
        call = find_wrong_call(statement, c, probe);
    if (statement.kind != StatementKind::behaviour)
        check.name = call.calls.empty() ? "" : call.calls.size() == 2 ? "pair" : "values";
    if (call.calls.empty()) call.calls.push_back(plain_call(c, probe, calls));

    Folder out(folder);
    for (std::size_t k = 0; k < call.calls.size(); ++k) write_operands(call.calls[k], k, out);
    write_promises(call, out);
    if (check.name.empty())
        return out.problem().empty()
                   ? Expected<std::string>(fmt::format(
                         "{} holds the operands and results of the case. No C program: {} cannot be checked by "
                         "comparing one call, or two.\n",
                         folder, finding.name))
                   : Problem{out.problem()};
    const Expected<std::string> program = case_program(kernel, finding, check.name, call);
    if (!program) return Problem{program.problem()};
    out.write(program_name, *program);  // last: with it the dump is whole
    if (!out.problem().empty()) return Problem{out.problem()};
    const std::string c_file = (fs::path(folder) / program_name).string();
    return fmt::format("{0} shows {1} without Brickproof: gcc -O2 {0} -o case && ./case{2}\n", c_file, finding.name,
                       kernel.plugin_path.empty() ? "" : " " + kernel.plugin_path);
}

}  // namespace brickproof
