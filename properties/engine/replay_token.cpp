#include "engine/replay_token.hpp"

#include <fmt/format.h>

#include <boost/crc.hpp>
#include <charconv>
#include <optional>

namespace brickproof {
namespace {

constexpr std::string_view digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

std::string encode_base64url(const Bytes& bytes) {
    std::string text;
    unsigned pending = 0;
    int bits = 0;
    for (const std::uint8_t byte : bytes) {
        pending = (pending << 8 | byte) & 0xFFFFu;
        for (bits += 8; bits >= 6; bits -= 6) text += digits[pending >> (bits - 6) & 63];
    }
    if (bits > 0) text += digits[pending << (6 - bits) & 63];
    return text;
}

std::optional<Bytes> decode_base64url(std::string_view text) {
    Bytes bytes;
    unsigned pending = 0;
    int bits = 0;
    for (const char c : text) {
        const std::size_t digit = digits.find(c);
        if (digit == std::string_view::npos) return std::nullopt;
        pending = (pending << 6 | static_cast<unsigned>(digit)) & 0xFFFFu;
        bits += 6;
        if (bits < 8) continue;
        bits -= 8;
        bytes.push_back(static_cast<std::uint8_t>(pending >> bits));
    }
    return bytes;
}

std::uint32_t checksum(std::string_view text) {
    boost::crc_32_type crc;
    crc.process_bytes(text.data(), text.size());
    return crc.checksum();
}

// What was typed, as a message may repeat it: on one line, without escape codes.
std::string printable(std::string_view text) {
    std::string shown(text.substr(0, 80));
    for (char& c : shown)
        if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) c = '?';
    return shown;
}

Problem not_a_token(std::string_view token, std::string_view why) {
    return {
        fmt::format("'{}' is no replay token: {}; a token reads OP@ENCODING:BYTES:CHECKSUM, as verify prints it",
                    printable(token), why)};
}

}  // namespace

std::string make_token(const Contract& contract, const Bytes& bytes) {
    std::string token = fmt::format("{}@{}:{}", contract.op, contract.encoding, encode_base64url(bytes));
    return token + fmt::format(":{:08x}", checksum(token));
}

Expected<ReplayToken> parse_token(std::string_view token) {
    const std::size_t at = token.find('@');
    const std::size_t colon = token.find(':');
    const std::size_t last = token.rfind(':');
    if (at == std::string_view::npos || colon == std::string_view::npos || at > colon)
        return not_a_token(token, "the op and the number of its encoding are not there");
    if (last == colon || token.size() != last + 9)
        return not_a_token(token, "its end is missing (was it truncated?)");

    std::uint32_t stated = 0;
    const std::string_view hex = token.substr(last + 1);
    const auto parsed = std::from_chars(hex.data(), hex.data() + hex.size(), stated, 16);
    if (parsed.ptr != hex.data() + hex.size() || stated != checksum(token.substr(0, last)))
        return not_a_token(token, "its checksum does not fit (a character was lost or changed)");

    const Contract* contract = find_contract(token.substr(0, at));
    if (contract == nullptr)
        return Problem{
            fmt::format("the token is for the op '{}', which this brickproof does not know; see 'brickproof list'",
                        printable(token.substr(0, at)))};
    const std::string_view encoding = token.substr(at + 1, colon - at - 1);
    if (encoding != fmt::format("{}", contract->encoding))
        return Problem{
            fmt::format("the token is of encoding {} of cases of {}, this brickproof has encoding {}: "
                        "the bytes would be another case; replay it with the brickproof that printed it",
                        printable(encoding), contract->op, contract->encoding)};
    std::optional<Bytes> bytes = decode_base64url(token.substr(colon + 1, last - colon - 1));
    if (!bytes) return not_a_token(token, "its bytes are not base64url");
    return ReplayToken{contract, std::move(*bytes)};
}

}  // namespace brickproof
