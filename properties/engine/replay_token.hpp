// The replay token: a case in one word that survives a shell, a log and a mail.
//
//     q8_0.dot@1:BQAAAQ:3f2a9c01
//
// op, number of its byte encoding, the bytes in base64url without padding (RFC 4648, section 5), and
// the CRC-32 of all before it, so that a truncated or mistyped token is refused instead of replaying another case.
#pragma once

#include <string>
#include <string_view>

#include "engine/case.hpp"
#include "engine/contract.hpp"
#include "engine/expected.hpp"

namespace brickproof {

std::string make_token(const Contract& contract, const Bytes& bytes);

struct ReplayToken {
    const Contract* contract;
    Bytes bytes;
};
// The error is a sentence for people: not a token, truncated, unknown op, another encoding.
Expected<ReplayToken> parse_token(std::string_view token);

}  // namespace brickproof
