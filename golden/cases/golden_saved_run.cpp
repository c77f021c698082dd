#include "cases/golden_saved_run.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "cases/npz_file.hpp"
#include "report/json_fields.hpp"

namespace brickproof::golden {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

constexpr std::string_view run_name = "run.json";
constexpr unsigned format_version = 2;  // 1 was a folder

std::string inputs_checksum(const GoldenCase& golden) {
    std::string bytes;
    for (const Operand& operand : golden.inputs.operands)
        bytes.append(reinterpret_cast<const char*>(operand.contents.data()), operand.contents.size());
    return fmt::format("{:08x}", crc32_of(bytes));
}

std::string array_name(std::size_t kernel, std::string_view case_name, std::string_view operand) {
    return fmt::format("{}/{}/{}.npy", kernel, case_name, operand);
}

Json save_case(std::size_t kernel, const CaseRun& run, std::vector<Member>& members) {
    Json entry{{"case", run.golden->info.name}, {"inputs", inputs_checksum(*run.golden)}, {"failure", run.failure}};
    std::size_t output = 0;
    for (const Operand& operand : run.golden->inputs.operands) {
        if (operand.access != Access::output || !run.failure.empty()) continue;
        const Array<std::byte>& array = run.outputs.arrays[output++];
        const Layout layout = layout_of(operand);
        const auto* bytes = reinterpret_cast<const char*>(array.data());
        members.push_back({array_name(kernel, run.golden->info.name, operand.name),
                           npy_text({layout.dtype, layout.shape, std::string(bytes, array.size())})});
    }
    return entry;
}

// Reads one saved run; what is wrong with a case is that case's problem.
class Reader {
  public:
    Reader(std::string name, const std::vector<Member>& members, std::span<const GoldenCase> cases)
        : name_(std::move(name)), cases_(cases) {
        for (const Member& member : members) members_[member.name] = &member.bytes;
    }

    Expected<SavedRun> read() {
        const auto at = members_.find(run_name);
        const auto json = nlohmann::json::parse(at == members_.end() ? "" : *at->second, nullptr, false);
        Fields fields(json, "the run");
        if (fields.count("format") != format_version) fields.fail("format", fmt::format("{}", format_version));
        fields.list("kernels", [&](const nlohmann::json& kernel) { read_kernel(kernel); });
        if (problem_.empty()) problem_ = fields.problem();
        if (!problem_.empty()) return Problem{fmt::format("{} is not a saved run: {}", name_, problem_)};
        return std::move(saved_);
    }

  private:
    void read_kernel(const nlohmann::json& json) {
        Fields fields(json, fmt::format("kernel {}", saved_.kernels.size()));
        KernelRun run{.op = fields.text("op"),
                      .library = fields.text("library"),
                      .variant = fields.text("variant"),
                      .not_runnable = fields.text("not_runnable")};
        fields.list("cases", [&](const nlohmann::json& entry) { read_case(entry, run); });
        if (problem_.empty()) problem_ = fields.problem();
        saved_.kernels.push_back(std::move(run));
    }

    void read_case(const nlohmann::json& json, KernelRun& run) {
        Fields fields(json, fmt::format("a case of kernel {}", saved_.kernels.size()));
        const std::string name = fields.text("case");
        const std::string inputs = fields.text("inputs");
        CaseRun one{.failure = fields.text("failure")};
        if (problem_.empty()) problem_ = fields.problem();
        const auto golden = std::ranges::find_if(
            cases_, [&](const GoldenCase& each) { return each.contract->op == run.op && each.info.name == name; });
        if (golden == cases_.end()) return;  // it is not asked for
        one.golden = &*golden;
        std::string problem = inputs == inputs_checksum(*golden)
                                  ? read_outputs(one)
                                  : "was run on other inputs than the golden case has now";
        if (problem.empty())
            run.cases.push_back(std::move(one));
        else
            saved_.problems.push_back(fmt::format("{}: {} {}", name_, id_of(*golden), problem));
    }

    std::string read_outputs(CaseRun& run) const {
        for (const Operand& operand : run.golden->inputs.operands) {
            if (operand.access != Access::output || !run.failure.empty()) continue;
            const auto at = members_.find(array_name(saved_.kernels.size(), run.golden->info.name, operand.name));
            if (at == members_.end()) return fmt::format("has no output {}", operand.name);
            const Expected<Tensor> tensor = parse_npy(*at->second);
            if (!tensor) return fmt::format("has the output {}, which {}", operand.name, tensor.problem());
            const Layout layout = layout_of(operand);
            if (tensor->dtype != layout.dtype || tensor->shape != layout.shape)
                return fmt::format("has {} as {} {}, which does not fit this case", operand.name,
                                   name_of(tensor->dtype), show_shape(tensor->shape));
            const auto bytes = std::as_bytes(std::span(tensor->bytes));
            run.outputs.arrays.emplace_back(bytes.begin(), bytes.end());
        }
        return "";
    }

    std::string name_;
    std::map<std::string, const std::string*, std::less<>> members_;
    std::span<const GoldenCase> cases_;
    SavedRun saved_;
    std::string problem_;
};

}  // namespace

Expected<Done> save_run(const fs::path& file, std::span<const KernelRun> runs) {
    if (std::error_code error; fs::exists(file, error))
        return Problem{fmt::format("{} is there already; a run is saved to a new file", file.string())};
    std::vector<Member> members = {{std::string(run_name), ""}};
    Json kernels = Json::array();
    for (const KernelRun& run : runs) {
        Json cases = Json::array();
        for (const CaseRun& one : run.cases) cases.push_back(save_case(kernels.size(), one, members));
        kernels.push_back({{"library", run.library},
                           {"op", run.op},
                           {"variant", run.variant},
                           {"not_runnable", run.not_runnable},
                           {"cases", std::move(cases)}});
    }
    const Json json{{"format", format_version}, {"kernels", std::move(kernels)}};
    members.front().bytes = json.dump(1, ' ', false, Json::error_handler_t::replace) + "\n";
    return write_file(file.string(), npz_text(members));
}

Expected<SavedRun> load_run(const fs::path& file, std::span<const GoldenCase> cases) {
    const Expected<std::string> text = read_plain_file(file);
    if (!text) return Problem{fmt::format("{}; a run is saved with 'brickproof golden save FILE'", text.problem())};
    const Expected<std::vector<Member>> members = parse_npz(*text);
    if (!members) return Problem{fmt::format("{} {}", file.string(), members.problem())};
    return Reader(file.string(), *members, cases).read();
}

}  // namespace brickproof::golden
