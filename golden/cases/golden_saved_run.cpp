#include "cases/golden_saved_run.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <nlohmann/json.hpp>

namespace brickproof::golden {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

constexpr auto run_name = "run.json";
constexpr unsigned format_version = 1;

Expected<Done> save_case(const fs::path& folder, const fs::path& below, const CaseRun& run, Json& list) {
    Json entry{{"case", run.golden->manifest.name}, {"inputs", inputs_checksum(*run.golden)}};
    if (!run.failure.empty()) {
        entry["failure"] = run.failure;
        list.push_back(std::move(entry));
        return Done{};
    }
    const fs::path relative = below / run.golden->manifest.name;
    std::error_code error;
    fs::create_directories(folder / relative, error);
    if (error) return Problem{fmt::format("{} cannot be made: {}", (folder / relative).string(), error.message())};
    std::size_t output = 0;
    for (const Operand& operand : run.golden->inputs.operands) {
        if (operand.access != Access::output) continue;
        const Array<std::byte>& array = run.outputs.arrays[output++];
        const Layout layout = layout_of(operand);
        const auto* bytes = reinterpret_cast<const char*>(array.data());
        const std::string text = npy_text({layout.dtype, layout.shape, std::string(bytes, array.size())});
        const fs::path file = relative / fmt::format("{}.npy", operand.name);
        if (const auto done = write_file((folder / file).string(), text); !done) return done;
        entry["outputs"][std::string(operand.name)] = {{"file", file.generic_string()}, {"crc32", crc32_of(text)}};
    }
    list.push_back(std::move(entry));
    return Done{};
}

// Reads one saved run; what is wrong with a case is that case's problem.
class Reader {
  public:
    Reader(const fs::path& folder, std::span<const GoldenCase> cases) : folder_(folder), cases_(cases) {}

    Expected<SavedRun> read() {
        const Expected<std::string> text = read_plain_file(folder_ / run_name);
        if (!text)
            return Problem{fmt::format("{}; a run is saved with 'brickproof golden save DIR'", text.problem())};
        const Json json = Json::parse(*text, nullptr, false);
        const Problem damaged{fmt::format("{} is damaged or no saved run", (folder_ / run_name).string())};
        if (!json.is_object() || json.value("format", Json()) != format_version) return damaged;
        if (!json.contains("kernels") || !json["kernels"].is_array()) return damaged;
        for (const Json& kernel : json["kernels"])
            if (!read_kernel(kernel)) return damaged;
        return std::move(saved_);
    }

  private:
    static bool has_text(const Json& json, const char* key) { return json.contains(key) && json[key].is_string(); }

    bool read_kernel(const Json& json) {
        if (!json.is_object() || !has_text(json, "library") || !has_text(json, "op") ||
            !has_text(json, "variant") || !has_text(json, "not_runnable") || !json.contains("cases") ||
            !json["cases"].is_array())
            return false;
        KernelRun run{.op = json["op"].get<std::string>(),
                      .library = json["library"].get<std::string>(),
                      .variant = json["variant"].get<std::string>(),
                      .not_runnable = json["not_runnable"].get<std::string>()};
        for (const Json& entry : json["cases"]) {
            if (!entry.is_object() || !has_text(entry, "case") || !has_text(entry, "inputs")) return false;
            Expected<CaseRun> one = read_case(run.op, entry);
            if (one)
                run.cases.push_back(std::move(*one));
            else if (!one.problem().empty())
                saved_.problems.push_back(one.problem());
        }
        saved_.kernels.push_back(std::move(run));
        return true;
    }

    const GoldenCase* find(const std::string& op, const std::string& name) const {
        for (const GoldenCase& golden : cases_)
            if (golden.manifest.op == op && golden.manifest.name == name) return &golden;
        return nullptr;
    }

    // An empty problem: the case is not among those that are asked for.
    Expected<CaseRun> read_case(const std::string& op, const Json& entry) const {
        const std::string name = entry["case"].get<std::string>();
        CaseRun run{.golden = find(op, name)};
        if (run.golden == nullptr) return Problem{""};
        const std::string where = fmt::format("{}: {}/{}", (folder_ / run_name).string(), stem_of(op), name);
        if (entry["inputs"] != inputs_checksum(*run.golden))
            return Problem{fmt::format("{} was run on other inputs than the golden case has now", where)};
        if (has_text(entry, "failure")) {
            run.failure = entry["failure"].get<std::string>();
            return run;
        }
        for (const Operand& operand : run.golden->inputs.operands) {
            if (operand.access != Access::output) continue;
            const std::string key(operand.name);
            if (!entry.contains("outputs") || !entry["outputs"].contains(key))
                return Problem{fmt::format("{} has no output {}", where, key)};
            Expected<std::vector<std::byte>> array = read_output(operand, entry["outputs"][key], where);
            if (!array) return Problem{array.problem()};
            run.outputs.arrays.emplace_back(array->begin(), array->end());
        }
        return run;
    }

    Expected<std::vector<std::byte>> read_output(const Operand& operand, const Json& json,
                                                 const std::string& where) const {
        if (!json.is_object() || !has_text(json, "file") || !json.contains("crc32"))
            return Problem{fmt::format("{} names no file for {}", where, operand.name)};
        const fs::path relative = json["file"].get<std::string>();
        if (relative.is_absolute() || std::ranges::find(relative, fs::path("..")) != relative.end())
            return Problem{
                fmt::format("{} names the file '{}', which leaves the folder", where, relative.string())};
        const fs::path path = folder_ / relative;
        const Expected<std::string> text = read_plain_file(path);
        if (!text) return Problem{text.problem()};
        const Expected<Tensor> tensor = parse_npy(*text);
        if (!tensor) return Problem{fmt::format("{} {}", path.string(), tensor.problem())};
        const Layout layout = layout_of(operand);
        if (tensor->dtype != layout.dtype || tensor->shape != layout.shape)
            return Problem{fmt::format("{} holds {} {}, which is no output {} of this case", path.string(),
                                       name_of(tensor->dtype), show_shape(tensor->shape), operand.name)};
        if (json["crc32"] != crc32_of(*text)) return Problem{fmt::format("{} is damaged", path.string())};
        std::vector<std::byte> array(tensor->bytes.size());
        if (!array.empty()) std::memcpy(array.data(), tensor->bytes.data(), array.size());
        return array;
    }

    fs::path folder_;
    std::span<const GoldenCase> cases_;
    SavedRun saved_;
};

}  // namespace

Expected<Done> save_run(const fs::path& folder, std::span<const KernelRun> runs) {
    std::error_code error;
    if (fs::exists(folder, error) && !fs::is_empty(folder, error))
        return Problem{
            fmt::format("{} is there already and not empty; a run is saved to a new folder", folder.string())};
    Json kernels = Json::array();
    for (const KernelRun& run : runs) {
        Json cases = Json::array();
        const fs::path below = fmt::format("{}", kernels.size());
        for (const CaseRun& one : run.cases)
            if (const auto done = save_case(folder, below, one, cases); !done) return done;
        kernels.push_back({{"library", run.library},
                           {"op", run.op},
                           {"variant", run.variant},
                           {"not_runnable", run.not_runnable},
                           {"cases", std::move(cases)}});
    }
    fs::create_directories(folder, error);
    const Json json{{"format", format_version}, {"kernels", std::move(kernels)}};
    return write_file((folder / run_name).string(),
                      json.dump(1, ' ', false, Json::error_handler_t::replace) + "\n");
}

Expected<SavedRun> load_run(const fs::path& folder, std::span<const GoldenCase> cases) {
    return Reader(folder, cases).read();
}

}  // namespace brickproof::golden
