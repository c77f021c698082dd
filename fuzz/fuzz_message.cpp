// What a search in a child process tells its parent: the child runs kernels that may write anywhere, so that any
// text may arrive.
#include <fmt/format.h>

#include <cstdlib>
#include <string>

#include "fuzz/messages.hpp"
#include "judge/plugin.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace brickproof;
    static const Kernel kernel = own_kernels().front();
    const std::string line(data, data + size);
    const Expected<fuzz::Message> message = fuzz::parse_message(line, kernel);
    if (message ? message->kind == fuzz::Message::Kind::finding && message->finding.op != kernel.contract->op
                : message.problem().empty()) {
        fmt::print(stderr, "misread: {}\n", line);
        std::abort();
    }
    if (!message) return 0;
    const bool kept = message->kind == fuzz::Message::Kind::kept;
    const std::string told = message->kind == fuzz::Message::Kind::done ? fuzz::done_message()
                             : kept                                     ? fuzz::kept_message(kernel, message->kept)
                                                                        : fuzz::finding_message(message->finding);
    const Expected<fuzz::Message> again = fuzz::parse_message(told, kernel);
    if (!again || again->kind != message->kind || again->kept != message->kept ||
        again->finding.bytes != message->finding.bytes) {
        fmt::print(stderr, "does not survive being told: {}\n", line);
        std::abort();
    }
    return 0;
}
