// The parser of replay tokens, on any text. A token that is accepted must be printed again as it was read.
#include <fmt/format.h>

#include <cstdlib>

#include "engine/replay_token.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace brickproof;
    const std::string text(data, data + size);
    const Expected<ReplayToken> token = parse_token(text);
    if (!token) return 0;
    const Expected<ReplayToken> again = parse_token(make_token(*token->contract, token->bytes));
    if (!again || again->contract != token->contract || again->bytes != token->bytes) {
        fmt::print(stderr, "a token does not survive being printed: {}\n", text);
        std::abort();
    }
    return 0;
}
