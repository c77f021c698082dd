#include "fuzz/campaign/messages.hpp"

#include <nlohmann/json.hpp>

#include "engine/replay_token.hpp"
#include "judge/child_pool.hpp"
#include "report/json_fields.hpp"

namespace brickproof::fuzz {
namespace {

using Json = nlohmann::json;

std::string one_line(const Json& json) {
    return json.dump(-1, ' ', false, Json::error_handler_t::replace);
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
    Fields fields(json, "a message");
    if (fields.has("done")) return Message{.kind = Message::Kind::done};
    const bool kept = fields.has("kept");
    const bool nearer = fields.has("nearer");
    const std::string token = fields.text(kept ? "kept" : "token");
    Message message{.kind = kept ? Message::Kind::kept : nearer ? Message::Kind::nearer : Message::Kind::finding};
    if (nearer && !kept) {
        message.statement = fields.text("nearer");
        message.level = fields.count("level");
    } else if (!kept) {
        message.finding = {.library = kernel.library,
                           .op = std::string(kernel.contract->op),
                           .variant = kernel.variant,
                           .plugin_path = kernel.plugin_path,
                           .statement = fields.text("finding"),
                           .message = fields.text("message"),
                           .sizes = fields.text("sizes"),
                           .bytes = {},
                           .token = token};
    }
    if (!fields.problem().empty()) return Problem{fields.problem()};
    const Expected<ReplayToken> parsed = parse_token(token);
    if (!parsed) return Problem{parsed.problem()};
    if (parsed->contract != kernel.contract) return Problem{"a message about another op"};
    if (message.kind == Message::Kind::finding)
        message.finding.bytes = parsed->bytes;
    else
        message.kept = parsed->bytes;
    return message;
}

void write_message(int pipe, const std::string& line) {
    tell_parent(pipe, line + "\n");
}

}  // namespace brickproof::fuzz
