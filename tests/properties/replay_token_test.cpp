#include "engine/replay_token.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <boost/crc.hpp>

#include "random_bytes.hpp"

namespace brickproof {
namespace {

// One sentence for people: no line break, and it says more than that something is wrong.
void expect_sentence(const Expected<ReplayToken>& parsed) {
    ASSERT_FALSE(parsed);
    EXPECT_EQ(parsed.problem().find('\n'), std::string::npos);
    EXPECT_GT(parsed.problem().size(), 30u) << parsed.problem();
}

std::string with_checksum(std::string body) {
    boost::crc_32_type crc;
    crc.process_bytes(body.data(), body.size());
    return fmt::format("{}:{:08x}", body, crc.checksum());
}

TEST(ReplayToken, RoundTripsAnyBytes) {
    Random random(60);
    for (const Contract* contract : all_contracts()) {
        for (std::size_t length = 0; length <= 100; ++length) {
            const Bytes bytes = random_bytes(random, length);
            const std::string token = make_token(*contract, bytes);
            const Expected<ReplayToken> parsed = parse_token(token);
            ASSERT_TRUE(parsed) << parsed.problem();
            EXPECT_EQ(parsed->contract, contract);
            EXPECT_EQ(parsed->bytes, bytes);
        }
    }
}

TEST(ReplayToken, NeedsNoQuotingInAShell) {
    Random random(61);
    const std::string token = make_token(*find_contract("q8_0.dot"), random_bytes(random, 2000));
    EXPECT_EQ(token.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.:@"),
              std::string::npos);
}

// The checksum is the CRC-32 of zlib, on all before it.
TEST(ReplayToken, IsPinned) {
    EXPECT_EQ(make_token(*find_contract("q8_0.dot"), {5, 0, 0, 4}), "q8_0.dot@2:BQAABA:449d7e3d");
}

TEST(ReplayToken, EveryTruncationIsRefused) {
    Random random(62);
    for (int i = 0; i < 20; ++i) {
        const std::string token = make_token(*find_contract("f16.to_f32"), random_bytes(random, random.below(40)));
        for (std::size_t length = 0; length < token.size(); ++length) {
            ASSERT_NO_FATAL_FAILURE(expect_sentence(parse_token(token.substr(0, length)))) << token;
            ASSERT_NO_FATAL_FAILURE(expect_sentence(parse_token(token.substr(token.size() - length)))) << token;
        }
    }
}

TEST(ReplayToken, EveryChangedCharacterIsRefusedOrMeansTheSame) {
    Random random(63);
    const Bytes bytes = random_bytes(random, 21);
    const std::string token = make_token(*find_contract("q8_0f.quantize"), bytes);
    for (std::size_t i = 0; i < token.size(); ++i) {
        for (int c = 0; c < 256; ++c) {
            std::string changed = token;
            changed[i] = static_cast<char>(c);
            if (changed == token) continue;
            const Expected<ReplayToken> parsed = parse_token(changed);
            if (parsed)
                ASSERT_EQ(make_token(*parsed->contract, parsed->bytes), token) << changed;
            else
                ASSERT_NO_FATAL_FAILURE(expect_sentence(parsed)) << changed;
        }
    }
}

TEST(ReplayToken, SaysWhatIsWrong) {
    const std::string good = make_token(*find_contract("q8_0.dot"), {1, 2, 3});
    const struct {
        std::string token;
        std::string_view says;
    } wrong[] = {{"", "is no replay token"},
                 {"hello", "is no replay token"},
                 {good.substr(0, good.size() - 3), "truncated"},
                 {good + "0", "truncated"},
                 {with_checksum("q8_0.dot@7:AQID"), "is of encoding 7 of cases of q8_0.dot"},
                 {with_checksum("q8_0.dot@:AQID"), "encoding"},
                 {with_checksum("q9_9.dot@1:AQID"), "'q9_9.dot', which this brickproof does not know"},
                 {with_checksum("q8_0.dot@2:AQ!D"), "base64url"}};
    for (const auto& [token, says] : wrong) {
        const Expected<ReplayToken> parsed = parse_token(token);
        ASSERT_FALSE(parsed) << token;
        EXPECT_NE(parsed.problem().find(says), std::string::npos) << parsed.problem();
    }
}

}  // namespace
}  // namespace brickproof
