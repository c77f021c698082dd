#include "cases/golden_pins.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <nlohmann/json.hpp>
#include <optional>

#include "cases/provenance.hpp"
#include "cases/transaction.hpp"
#include "engine/compare.hpp"
#include "judge/plugin.hpp"

namespace brickproof::golden {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

constexpr unsigned format_version = 1;
constexpr std::size_t most_values = 66;  // two blocks of Q8_0: more would be noise in a review

fs::path file_of(const Contract& contract) {
    return fs::path(pins_folder) / (stem_of(contract.op) + ".json");
}

// Bits, with one NaN: which one a CPU makes is nobody's promise.
std::uint32_t crc32_of_values(const std::vector<double>& values) {
    std::string bytes(values.size() * sizeof(double), '\0');
    for (std::size_t i = 0; i < values.size(); ++i) {
        const double value = std::isnan(values[i]) ? std::numeric_limits<double>::quiet_NaN() : values[i];
        std::memcpy(bytes.data() + i * sizeof(double), &value, sizeof(double));
    }
    return crc32_of(bytes);
}

// Shortest digits that read back; JSON has no NaN and no infinity.
Json value_json(double value) {
    if (std::isfinite(value)) return value;
    return std::isnan(value) ? "nan" : value > 0.0 ? "inf" : "-inf";
}

std::optional<double> value_of(const Json& json) {
    if (json.is_number()) return json.get<double>();
    constexpr double infinity = std::numeric_limits<double>::infinity();
    if (json == "nan") return std::numeric_limits<double>::quiet_NaN();
    if (json == "inf") return infinity;
    if (json == "-inf") return -infinity;
    return std::nullopt;
}

std::optional<PinnedOutput> read_output(const Json& json) {
    if (!json.is_object() || !json.contains("crc32") || !json["crc32"].is_string() || !json.contains("values") ||
        !json["values"].is_array())
        return std::nullopt;
    PinnedOutput output{json["crc32"].get<std::string>(), {}};
    for (const Json& element : json["values"]) {
        const std::optional<double> value = value_of(element);
        if (!value) return std::nullopt;
        output.values.push_back(*value);
    }
    return output;
}

std::optional<Pin> read_pin(const Json& json) {
    if (!json.is_object() || !json.contains("case") || !json["case"].is_string() || !json.contains("inputs") ||
        !json["inputs"].is_string() || !json.contains("outputs") || !json["outputs"].is_object())
        return std::nullopt;
    Pin pin{json["case"].get<std::string>(), json["inputs"].get<std::string>(), {}};
    for (const auto& [name, output] : json["outputs"].items()) {
        std::optional<PinnedOutput> read = read_output(output);
        if (!read) return std::nullopt;
        pin.outputs[name] = std::move(*read);
    }
    return pin;
}

const CaseRun* run_of(std::span<const KernelRun> runs, std::string_view op, std::string_view name) {
    for (const KernelRun& run : runs)
        if (run.op == op)
            for (const CaseRun& one : run.cases)
                if (one.golden->manifest.name == name) return &one;
    return nullptr;
}

std::vector<Kernel> pinned_kernels() {
    std::vector<Kernel> kernels = own_kernels();
    std::erase_if(kernels, [](const Kernel& kernel) { return kernel.variant != pinned_variant; });
    return kernels;
}

// The pinned values against those of now: the first of them.
Movement movement_from(const Pin& pin, const CaseRun& run) {
    const std::vector<OracleOutput> oracle = run.golden->contract->oracle(run.golden->inputs);
    Movement movement;
    std::size_t output = 0;
    for (const Operand& operand : run.golden->inputs.operands) {
        if (operand.access != Access::output) continue;
        std::vector<double> now = output_values(*operand.type, run.outputs.arrays[output]);
        const auto at = pin.outputs.find(std::string(operand.name));
        if (at != pin.outputs.end()) {
            const std::size_t common = std::min(now.size(), at->second.values.size());
            movement.merge(movement_of(operand, std::span(at->second.values).first(common),
                                       std::span(now).first(common), oracle[output].bound));
        }
        ++output;
    }
    return movement;
}

// One checksum for all outputs of a pin.
std::string checksum_of(const Pin& pin) {
    std::string text = pin.inputs;
    for (const auto& [name, output] : pin.outputs) text += fmt::format(" {} {}", name, output.crc32);
    return fmt::format("{:08x}", crc32_of(text));
}

// Puts the pin of now in place of the old one; nothing where it is the same.
std::optional<ProvenanceLine> renew(PinFile& file, const CaseRun& run, const std::string& why) {
    const Pin now = pin_of(run);
    const auto old = std::ranges::find(file.pins, now.case_name, &Pin::case_name);
    ProvenanceLine line{.date = date_of_today(),
                        .change = "pinned",
                        .case_name = now.case_name,
                        .why = why,
                        .by = fmt::format("our own {} kernel", pinned_variant),
                        .to = checksum_of(now)};
    if (old == file.pins.end()) {
        for (const auto& [name, output] : now.outputs) line.values += output.values.size();
        line.moved = line.values;
        file.pins.push_back(now);
        std::ranges::sort(file.pins, {}, &Pin::case_name);
        return line;
    }
    line.from = checksum_of(*old);
    if (*line.from == line.to) return std::nullopt;
    set_movement(line, movement_from(*old, run));
    line.against = "the old pin";
    *old = now;
    return line;
}

}  // namespace

Expected<PinFile> read_pins(const fs::path& directory, const Contract& contract) {
    const fs::path path = directory / file_of(contract);
    PinFile file{.op = std::string(contract.op), .contract_version = contract.version, .pins = {}};
    if (std::error_code error; !fs::exists(path, error)) return file;
    const Expected<std::string> text = read_plain_file(path);
    if (!text) return Problem{text.problem()};
    const Json json = Json::parse(*text, nullptr, false);
    const Problem damaged{
        fmt::format("{} is damaged; 'brickproof golden pin --op {}' writes it anew", path.string(), contract.op)};
    if (!json.is_object() || json.value("format", Json()) != format_version ||
        json.value("op", Json()) != contract.op)
        return damaged;
    if (!json.contains("pins") || !json["pins"].is_array()) return damaged;
    for (const Json& element : json["pins"]) {
        std::optional<Pin> pin = read_pin(element);
        if (!pin) return damaged;
        file.pins.push_back(std::move(*pin));
    }
    return file;
}

std::string pins_text(const PinFile& file) {
    Json pins = Json::array();
    for (const Pin& pin : file.pins) {
        Json outputs = Json::object();
        for (const auto& [name, output] : pin.outputs) {
            Json values = Json::array();
            for (const double value : output.values) values.push_back(value_json(value));
            outputs[name] = {{"crc32", output.crc32}, {"values", values}};
        }
        pins.push_back({{"case", pin.case_name}, {"inputs", pin.inputs}, {"outputs", outputs}});
    }
    const Json json{{"format", format_version},
                    {"op", file.op},
                    {"contract_version", file.contract_version},
                    {"variant", pinned_variant},
                    {"pins", pins}};
    return json.dump(1) + "\n";
}

Pin pin_of(const CaseRun& run) {
    Pin pin{run.golden->manifest.name, inputs_checksum(*run.golden), {}};
    std::size_t output = 0;
    for (const Operand& operand : run.golden->inputs.operands) {
        if (operand.access != Access::output) continue;
        std::vector<double> values = output_values(*operand.type, run.outputs.arrays[output++]);
        const std::string crc32 = fmt::format("{:08x}", crc32_of_values(values));
        values.resize(std::min(values.size(), most_values));
        pin.outputs[std::string(operand.name)] = {crc32, std::move(values)};
    }
    return pin;
}

std::optional<std::string> moved(const Pin& pin, const CaseRun& run) {
    const std::string name = fmt::format("{}/{}", stem_of(run.golden->contract->op), pin.case_name);
    if (pin.inputs != inputs_checksum(*run.golden))
        return fmt::format("{}: the inputs are not those that were pinned; pin the case again", name);
    if (!run.failure.empty()) return fmt::format("{}: {}", name, run.failure);
    const Pin now = pin_of(run);
    const bool same = std::ranges::all_of(now.outputs, [&](const auto& output) {
        const auto at = pin.outputs.find(output.first);
        return at != pin.outputs.end() && at->second.crc32 == output.second.crc32;
    });
    if (same) return std::nullopt;
    const Movement movement = movement_from(pin, run);
    return fmt::format("{}: {}", name,
                       movement.moved > 0
                           ? summary_of(movement)
                           : fmt::format("values behind the first {} moved, or the sign of a zero", most_values));
}

PinCheck check_pins(const fs::path& directory, std::span<const GoldenCase> cases, std::size_t processes) {
    PinCheck check;
    std::vector<PinFile> files;
    std::vector<GoldenCase> pinned;
    for (const Contract* contract : all_contracts()) {
        const auto of_op = [&](const GoldenCase& golden) { return golden.contract == contract; };
        if (std::ranges::none_of(cases, of_op)) continue;
        Expected<PinFile> file = read_pins(directory, *contract);
        if (!file) {
            check.problems.push_back(file.problem());
            continue;
        }
        for (const GoldenCase& golden : cases)
            if (of_op(golden) &&
                std::ranges::find(file->pins, golden.manifest.name, &Pin::case_name) != file->pins.end())
                pinned.push_back(golden);
        files.push_back(std::move(*file));
    }
    const std::vector<Kernel> kernels = pinned_kernels();
    const std::vector<KernelRun> runs = run_kernels(kernels, pinned, processes);
    for (const PinFile& file : files)
        for (const Pin& pin : file.pins) {
            const CaseRun* run = run_of(runs, file.op, pin.case_name);
            const std::optional<std::string> what =
                run == nullptr
                    ? fmt::format("{}/{}: there is no such case any more", stem_of(file.op), pin.case_name)
                    : moved(pin, *run);
            if (what)
                check.moved.push_back(*what);
            else
                ++check.held;
        }
    return check;
}

Expected<std::vector<std::string>> write_pins(const fs::path& directory, std::span<const GoldenCase> cases,
                                              const std::string& why, std::size_t processes) {
    std::vector<std::string> said;
    Transaction transaction(directory);
    ProvenanceAppender provenance(directory);
    const std::vector<Kernel> kernels = pinned_kernels();
    for (const KernelRun& run : run_kernels(kernels, cases, processes)) {
        if (run.cases.empty()) continue;
        const Contract& contract = *find_contract(run.op);
        Expected<PinFile> file = read_pins(directory, contract);
        if (!file) return Problem{file.problem()};
        const std::string old_text = pins_text(*file);
        for (const CaseRun& one : run.cases) {
            if (!one.failure.empty())
                return Problem{fmt::format("{}/{}: {}", stem_of(run.op), one.golden->manifest.name, one.failure)};
            const std::optional<ProvenanceLine> line = renew(*file, one, why);
            if (!line) continue;
            said.push_back(fmt::format("{}/{}: {}", stem_of(run.op), line->case_name, show(*line)));
            if (const auto done = provenance.append(run.op, provenance_text(*line)); !done)
                return Problem{done.problem()};
        }
        file->contract_version = contract.version;
        if (std::string text = pins_text(*file); text != old_text)
            transaction.write(file_of(contract), std::move(text));
    }
    provenance.write_to(transaction);
    if (const auto done = transaction.commit(); !done) return Problem{done.problem()};
    return said;
}

}  // namespace brickproof::golden
