#include "fuzz/campaign/messages.hpp"

#include <nlohmann/json.hpp>
#include <optional>

#include "engine/replay_token.hpp"
#include "judge/child_process.hpp"

namespace brickproof::fuzz {
namespace {

using Json = nlohmann::json;

std::string one_line(const Json& json) {
    return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

// Nothing where there is no such text.
std::optional<std::string> text_at(const Json& json, const char* key) {
    if (!json.is_object() || !json.contains(key) || !json[key].is_string()) return std::nullopt;
    return json[key].get<std::string>();
}

}  // namespace

std::string kept_message(const Kernel& kernel, const Bytes& bytes) {
    return one_line({{"kept", make_token(*kernel.contract, bytes)}});
}

std::string nearer_message(const Kernel& kernel, std::string_view statement, std::size_t level,
                           const Bytes& bytes) {
    return one_line({{"nearer", statement}, {"level", level}, {"token", make_token(*kernel.contract, bytes)}});
}

std::string finding_message(const Finding& finding) {
    return one_line({{"finding", finding.statement},
                     {"message", finding.message},
                     {"sizes", finding.sizes},
                     {"token", finding.token}});
}

std::string done_message() {
    return one_line({{"done", true}});
}

Expected<Message> parse_message(const std::string& line, const Kernel& kernel) {
    const Json json = Json::parse(line, nullptr, false);
    if (json.is_object() && json.contains("done")) return Message{.kind = Message::Kind::done};
    const bool kept = json.is_object() && json.contains("kept");
    const std::optional<std::string> token = text_at(json, kept ? "kept" : "token");
    if (!token) return Problem{"a message without a token"};
    const Expected<ReplayToken> parsed = parse_token(*token);
    if (!parsed) return Problem{parsed.problem()};
    if (parsed->contract != kernel.contract) return Problem{"a message about another op"};
    if (kept) return Message{.kind = Message::Kind::kept, .kept = parsed->bytes};
    if (const auto nearer = text_at(json, "nearer")) {
        if (!json.contains("level") || !json["level"].is_number_unsigned())
            return Problem{"a case without its level"};
        return Message{.kind = Message::Kind::nearer,
                       .kept = parsed->bytes,
                       .statement = *nearer,
                       .level = json["level"].get<std::size_t>()};
    }
    const auto statement = text_at(json, "finding");
    const auto message = text_at(json, "message");
    const auto sizes = text_at(json, "sizes");
    if (!statement || !message || !sizes) return Problem{"a finding without its parts"};
    return Message{.kind = Message::Kind::finding,
                   .finding = {.library = kernel.library,
                               .op = std::string(kernel.contract->op),
                               .variant = kernel.variant,
                               .plugin_path = kernel.plugin_path,
                               .statement = *statement,
                               .message = *message,
                               .sizes = *sizes,
                               .bytes = parsed->bytes,
                               .token = *token}};
}

void write_message(int pipe, const std::string& line) {
    tell_parent(pipe, line + "\n");
}

}  // namespace brickproof::fuzz
