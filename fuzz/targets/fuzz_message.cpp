// What a search in a child process tells its parent, and what judging there tells: the child runs kernels that may
// write anywhere, so that any text may arrive.
#include <string>

#include "fuzz/campaign/messages.hpp"
#include "fuzz/targets/complain.hpp"
#include "judge/plugin.hpp"
#include "report/json_report.hpp"

namespace {

using namespace brickproof;
using fuzz::Message;

void check_verdict(const std::string& line) {
    const Expected<StatementVerdict> verdict = statement_from_json(nlohmann::json::parse(line, nullptr, false));
    if (!verdict) {
        if (verdict.problem().empty()) fuzz::complain("a verdict was refused without a sentence");
        return;
    }
    const Expected<StatementVerdict> again = statement_from_json(to_json(*verdict));
    if (!again || again->name != verdict->name || again->cases != verdict->cases || again->token != verdict->token)
        fuzz::complain("a verdict does not survive being told: " + line);
}

std::string told(const Message& message, const Kernel& kernel) {
    switch (message.kind) {
        case Message::Kind::done:
            return fuzz::done_message();
        case Message::Kind::kept:
            return fuzz::kept_message(kernel, message.kept);
        case Message::Kind::nearer:
            return fuzz::nearer_message(kernel, message.statement, message.level, message.kept);
        default:
            return fuzz::finding_message(message.finding);
    }
}

void check_message(const std::string& line, const Kernel& kernel) {
    const Expected<Message> message = fuzz::parse_message(line, kernel);
    if (!message) {
        if (message.problem().empty()) fuzz::complain("a message was refused without a sentence");
        return;
    }
    if (message->kind == Message::Kind::finding && message->finding.op != kernel.contract->op)
        fuzz::complain("a message is misread: " + line);
    const Expected<Message> again = fuzz::parse_message(told(*message, kernel), kernel);
    if (!again || again->kind != message->kind || again->kept != message->kept || again->level != message->level ||
        again->finding.bytes != message->finding.bytes)
        fuzz::complain("a message does not survive being told: " + line);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static const Kernel kernel = own_kernels().front();
    const std::string line(data, data + size);
    check_message(line, kernel);
    check_verdict(line);
    return 0;
}
