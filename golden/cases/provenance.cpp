#include "cases/provenance.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <charconv>
#include <cmath>
#include <cstdlib>
#include <ctime>
#include <limits>
#include <map>
#include <nlohmann/json.hpp>

namespace brickproof::golden {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

constexpr auto beyond_any = "beyond any";  // a share of a bound that is 0

// Four digits: the line is for people.
Json rounded(double value) {
    if (!std::isfinite(value)) return beyond_any;
    return Json::parse(fmt::format("{:.4g}", value));
}

double number_of(const Json& json) {
    return json.is_number() ? json.get<double>() : std::numeric_limits<double>::infinity();
}

std::string text_of(const Json& json, const char* key) {
    const auto at = json.find(key);
    return at != json.end() && at->is_string() ? at->get<std::string>() : std::string();
}

std::size_t count_of(const Json& json, const char* key) {
    const auto at = json.find(key);
    return at != json.end() && at->is_number_unsigned() ? at->get<std::size_t>() : 0;
}

double amount_of(const Json& json, const char* key) {
    const auto at = json.find(key);
    return at == json.end() ? 0.0 : number_of(*at);
}

std::optional<ProvenanceLine> parse_line(const std::string& text) {
    const Json json = Json::parse(text, nullptr, false);
    if (!json.is_object()) return std::nullopt;
    ProvenanceLine line{.date = text_of(json, "date"),
                        .change = text_of(json, "change"),
                        .case_name = text_of(json, "case"),
                        .why = text_of(json, "why"),
                        .by = text_of(json, "by"),
                        .to = text_of(json, "to"),
                        .values = count_of(json, "values"),
                        .moved = count_of(json, "moved"),
                        .largest_ulps = amount_of(json, "largest_ulps"),
                        .largest_share = amount_of(json, "largest_share_of_bound"),
                        .against = text_of(json, "against"),
                        .forced = text_of(json, "forced")};
    if (const std::string from = text_of(json, "from"); !from.empty()) line.from = from;
    if (line.date.empty() || line.change.empty() || line.case_name.empty() || line.to.empty()) return std::nullopt;
    return line;
}

fs::path file_of(const fs::path& directory, std::string_view op) {
    return directory / stem_of(op) / provenance_name;
}

// The checksum that each case's last line records.
using Recorded = std::map<std::string, std::string, std::less<>>;

Recorded recorded_by(const std::vector<ProvenanceLine>& lines) {
    Recorded recorded;
    for (const ProvenanceLine& line : lines)
        if (line.change != "pinned") recorded[line.case_name] = line.to;
    return recorded;
}

}  // namespace

std::string provenance_text(const ProvenanceLine& line) {
    Json json{
        {"date", line.date}, {"change", line.change}, {"case", line.case_name}, {"why", line.why}, {"by", line.by}};
    if (line.from) json["from"] = *line.from;
    json["to"] = line.to;
    json["values"] = line.values;
    json["moved"] = line.moved;
    json["largest_ulps"] = rounded(line.largest_ulps);
    json["largest_share_of_bound"] = rounded(line.largest_share);
    json["against"] = line.against;
    if (!line.forced.empty()) json["forced"] = line.forced;
    return json.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
}

Expected<std::vector<ProvenanceLine>> read_provenance(const fs::path& directory, std::string_view op) {
    const fs::path path = file_of(directory, op);
    std::error_code error;
    if (!fs::exists(path, error)) return std::vector<ProvenanceLine>{};
    const Expected<std::string> text = read_plain_file(path);
    if (!text) return Problem{text.problem()};
    std::vector<ProvenanceLine> lines;
    std::size_t number = 0;
    for (std::size_t begin = 0; begin < text->size(); ++number) {
        const std::size_t end = std::min(text->find('\n', begin), text->size());
        std::optional<ProvenanceLine> line = parse_line(text->substr(begin, end - begin));
        if (!line)
            return Problem{
                fmt::format("{} is damaged in line {}: it records no change of a case", path.string(), number + 1)};
        lines.push_back(std::move(*line));
        begin = end + 1;
    }
    return lines;
}

std::optional<std::string> recorded_checksum(const fs::path& directory, std::string_view op,
                                             std::string_view case_name) {
    const auto lines = read_provenance(directory, op);
    if (!lines) return std::nullopt;
    const Recorded recorded = recorded_by(*lines);
    const auto at = recorded.find(case_name);
    return at == recorded.end() ? std::nullopt : std::optional(at->second);
}

std::string date_of_today() {
    std::time_t now = std::time(nullptr);
    if (const char* epoch = std::getenv("SOURCE_DATE_EPOCH")) {
        const std::string_view text = epoch;
        long long seconds = 0;
        const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), seconds);
        if (error == std::errc{} && end == text.data() + text.size()) now = static_cast<std::time_t>(seconds);
    }
    return fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", fmt::gmtime(now));
}

void set_movement(ProvenanceLine& line, const Movement& movement) {
    line.values = movement.values;
    line.moved = movement.moved;
    line.largest_ulps = movement.ulps.amount;
    line.largest_share = movement.share.amount;
}

std::string show(const ProvenanceLine& line) {
    std::string text = fmt::format("{} {} by {}: ", line.date, line.change, line.by);
    if (line.against.empty())
        text += fmt::format("{} values", line.values);
    else
        text +=
            fmt::format("{} of {} values differ from {}, by {:.4g} ulp and {} at most", line.moved, line.values,
                        line.against, line.largest_ulps,
                        std::isfinite(line.largest_share) ? fmt::format("{:.4g} of the bound", line.largest_share)
                                                          : "more than any bound allows");
    text += fmt::format("; {} -> {}; {}", line.from.value_or("nothing"), line.to, line.why);
    if (!line.forced.empty()) text += "; forced: " + line.forced;
    return text;
}

Expected<Done> ProvenanceAppender::append(std::string_view op, std::string_view line) {
    const auto at = files_.find(stem_of(op));
    if (at != files_.end()) {
        at->second.text += line;
        return Done{};
    }
    File file;
    const fs::path path = file_of(directory_, op);
    if (std::error_code error; fs::exists(path, error)) {
        Expected<std::string> text = read_plain_file(path);
        if (!text) return Problem{text.problem()};
        file.old_crc32 = crc32_of(*text);
        file.text = std::move(*text);
        if (!file.text.empty() && file.text.back() != '\n') file.text += '\n';
    }
    file.text += line;
    files_.emplace(stem_of(op), std::move(file));
    return Done{};
}

void ProvenanceAppender::write_to(Transaction& transaction) {
    for (auto& [stem, file] : files_) {
        const fs::path path = fs::path(stem) / provenance_name;
        transaction.expect(path, file.old_crc32);
        transaction.write(path, std::move(file.text));
    }
}

std::vector<std::string> unrecorded_changes(const fs::path& directory, std::span<const GoldenCase> cases) {
    std::vector<std::string> problems;
    std::map<std::string_view, std::optional<Recorded>> by_op;  // nothing where the file cannot be read
    for (const GoldenCase& golden : cases) {
        const std::string_view op = golden.contract->op;
        if (!by_op.contains(op)) {
            const auto lines = read_provenance(directory, op);
            if (!lines) problems.push_back(lines.problem());
            by_op[op] = lines ? std::optional(recorded_by(*lines)) : std::nullopt;
        }
        if (!by_op[op]) continue;
        const Recorded& recorded = *by_op[op];
        const auto at = recorded.find(golden.manifest.name);
        const std::string checksum = checksum_of(golden.manifest);
        if (at != recorded.end() && at->second == checksum) continue;
        problems.push_back(fmt::format(
            "{} has the checksum {}, but {}; if the change is meant, 'brickproof golden record {}/{} --why TEXT' "
            "writes the line that is missing",
            golden.folder.string(), checksum,
            at == recorded.end()
                ? fmt::format("{} has no line for it", file_of(directory, op).string())
                : fmt::format("the last line of {} for it says {}", file_of(directory, op).string(), at->second),
            stem_of(op), golden.manifest.name));
    }
    return problems;
}

}  // namespace brickproof::golden
