#include "report/json_report.hpp"

#include <gtest/gtest.h>

#include <limits>

#include <set>

#include "sample_report.hpp"

namespace brickproof {
namespace {

TEST(JsonReport, HasTheFieldsThatAreDocumented) {
    const nlohmann::json json = nlohmann::json::parse(to_json(sample_report(), "1.2.3").dump());
    EXPECT_EQ(json.at("brickproof"), "1.2.3");
    EXPECT_EQ(json.at("seed"), 42);
    ASSERT_EQ(json.at("kernels").size(), 3u);
    const std::set<std::string> kinds = {"exact", "bound", "law", "behaviour", "character"};
    for (const nlohmann::json& kernel : json.at("kernels")) {
        for (const char* field : {"library", "op", "variant", "verdict"})
            EXPECT_TRUE(kernel.at(field).is_string()) << field;
        for (const nlohmann::json& statement : kernel.at("statements")) {
            for (const char* field : {"name", "kind", "verdict", "message", "token"})
                EXPECT_TRUE(statement.at(field).is_string()) << field;
            EXPECT_TRUE(statement.at("cases").is_number_unsigned());
            EXPECT_TRUE(kinds.contains(statement.at("kind")));
        }
    }
    EXPECT_EQ(json.at("kernels")[0].at("verdict"), "FAIL");
    EXPECT_EQ(json.at("kernels")[2].at("verdict"), "NOT RUN");
    EXPECT_EQ(json.at("kernels")[2].at("reason"), "this CPU has no neon");
    EXPECT_EQ(json.at("kernels")[0].at("statements")[0].at("token"), "q8_0.dot@1:AgEB:00000000");
    EXPECT_EQ(json.at("judged"), 2);
    EXPECT_EQ(json.at("selected"), 3);
    EXPECT_EQ(json.at("interrupted"), false);
}

TEST(JsonReport, AStatementReadsBack) {
    for (const StatementVerdict& verdict : failing_kernel().statements) {
        const auto read = statement_from_json(nlohmann::json::parse(to_json(verdict).dump()));
        ASSERT_TRUE(read) << read.problem();
        const StatementVerdict& back = *read;
        EXPECT_EQ(back.name, verdict.name);
        EXPECT_EQ(back.kind, verdict.kind);
        EXPECT_EQ(back.says, verdict.says);
        EXPECT_EQ(back.verdict, verdict.verdict);
        EXPECT_EQ(back.cases, verdict.cases);
        EXPECT_EQ(back.discarded, verdict.discarded);
        EXPECT_EQ(back.largest_share, verdict.largest_share);
        EXPECT_EQ(back.message, verdict.message);
        EXPECT_EQ(back.sizes, verdict.sizes);
        EXPECT_EQ(back.token, verdict.token);
    }
}

TEST(JsonReport, OperandsMapAndCauseReadBack) {
    StatementVerdict verdict = failing_kernel().statements[0];
    WrongElements wrong{"y", 64, {}};
    for (std::size_t i = 7; i < 64; i += 8) wrong.add(i);
    verdict.map = element_map(wrong, {});
    verdict.map.of_case = "n = 64";
    verdict.operands = {"x = 1 (64 times)"};
    verdict.consequence_of = "outputs_written";
    const nlohmann::ordered_json json = to_json(verdict);
    EXPECT_EQ(json["map"]["runs"].size(), 8u);
    const auto back = statement_from_json(nlohmann::json::parse(json.dump()));
    ASSERT_TRUE(back) << back.problem();
    EXPECT_EQ(back->operands, verdict.operands);
    EXPECT_EQ(back->consequence_of, verdict.consequence_of);
    EXPECT_EQ(back->map.runs, verdict.map.runs);
    EXPECT_EQ(back->map.says, verdict.map.says);
    EXPECT_EQ(back->map.picture, verdict.map.picture);
}

TEST(JsonReport, EveryKindAndVerdictReadsBack) {
    using enum Verdict;
    for (const Verdict verdict : {pass, note, known, fixed, not_run, fail})
        for (const StatementKind kind : {StatementKind::exact, StatementKind::bound, StatementKind::law,
                                         StatementKind::behaviour, StatementKind::character}) {
            const auto back = statement_from_json(to_json(statement("s", kind, verdict)));
            ASSERT_TRUE(back) << back.problem();
            EXPECT_EQ(back->verdict, verdict);
            EXPECT_EQ(back->kind, kind);
        }
}

// A share beyond all bounds is null in JSON.
TEST(JsonReport, AnInfiniteShareReadsBack) {
    StatementVerdict verdict = statement("s", StatementKind::bound, Verdict::fail);
    verdict.largest_share = std::numeric_limits<double>::infinity();
    const auto back = statement_from_json(nlohmann::json::parse(to_json(verdict).dump()));
    ASSERT_TRUE(back) << back.problem();
    EXPECT_EQ(back->largest_share, verdict.largest_share);
}

TEST(JsonReport, AVerdictOfAnotherSortIsAProblemThatNamesTheField) {
    const nlohmann::json good = to_json(statement("s", StatementKind::law, Verdict::pass));
    for (const auto& [key, unused] : good.items()) {
        nlohmann::json wrong = good;
        wrong.erase(key);
        const auto missing = statement_from_json(wrong);
        ASSERT_FALSE(missing) << key;
        EXPECT_NE(missing.problem().find("'" + key + "'"), std::string::npos) << missing.problem();
        wrong[key] = nlohmann::json::array({1});
        EXPECT_FALSE(statement_from_json(wrong)) << key;
    }
    for (const auto& [key, value] :
         {std::pair{"cases", nlohmann::json(-1)}, std::pair{"cases", nlohmann::json(1e300)},
          std::pair{"kind", nlohmann::json("guess")}, std::pair{"verdict", nlohmann::json("")}}) {
        nlohmann::json wrong = good;
        wrong[key] = value;
        EXPECT_FALSE(statement_from_json(wrong)) << key << ": " << value;
    }
    for (const char* text : {"", "null", "[]", "1", "{", "{}", "\"x\"", "{\"name\": \"s\""})
        EXPECT_FALSE(statement_from_json(nlohmann::json::parse(text, nullptr, false))) << text;
}

}  // namespace
}  // namespace brickproof
