#include "fuzz/messages.hpp"

#include <unistd.h>

#include <nlohmann/json.hpp>

#include "engine/replay_token.hpp"

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

std::string finding_message(const Finding& finding) {
    return one_line({{"finding", finding.statement},
                     {"message", finding.message},
                     {"sizes", finding.sizes},
                     {"token", finding.token}});
}

std::string done_message() {
    return one_line({{"done", true}});
}

Message parse_message(const std::string& line, const Kernel& kernel) {
    const Json json = Json::parse(line);
    if (json.contains("kept"))
        return {.kind = Message::Kind::kept, .kept = parse_token(json.at("kept").get<std::string>())->bytes};
    if (!json.contains("finding")) return {.kind = Message::Kind::done};
    const auto token = json.at("token").get<std::string>();
    return {.kind = Message::Kind::finding,
            .finding = {.library = kernel.library,
                        .op = std::string(kernel.contract->op),
                        .variant = kernel.variant,
                        .plugin_path = kernel.plugin_path,
                        .statement = json.at("finding"),
                        .message = json.at("message"),
                        .sizes = json.at("sizes"),
                        .bytes = parse_token(token)->bytes,
                        .token = token}};
}

void write_message(int pipe, const std::string& line) {
    const std::string text = line + "\n";
    for (std::size_t done = 0; done < text.size();) {
        const ssize_t written = write(pipe, text.data() + done, text.size() - done);
        if (written <= 0) _exit(3);
        done += static_cast<std::size_t>(written);
    }
}

}  // namespace brickproof::fuzz
