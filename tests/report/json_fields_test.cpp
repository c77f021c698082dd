#include "report/json_fields.hpp"

#include <array>
#include <cmath>

#include "report/verdict.hpp"

namespace brickproof {
namespace {

TEST(Fields, ReadsWhatIsThere) {
    const auto json =
        nlohmann::json::parse(R"({"a": "x", "n": 3, "r": 0.5, "inf": null, "v": "FAIL", "l": [1, 2]})");
    Fields fields(json, "an entry");
    EXPECT_EQ(fields.text("a"), "x");
    EXPECT_EQ(fields.count("n"), 3u);
    EXPECT_EQ(fields.number("r"), 0.5);
    EXPECT_TRUE(std::isinf(fields.number("inf")));
    EXPECT_EQ(fields.named("v", std::array{Verdict::pass, Verdict::fail}), Verdict::fail);
    int sum = 0;
    fields.list("l", [&](const nlohmann::json& each) { sum += each.get<int>(); });
    EXPECT_EQ(sum, 3);
    fields.refuse_unknown();
    EXPECT_EQ(fields.problem(), "");
}

TEST(Fields, NamesTheFirstThatIsWrong) {
    const auto json = nlohmann::json::parse(R"({"a": 1, "n": -3, "r": "x", "v": "MAYBE", "l": {}})");
    const auto problem = [&](auto read) {
        Fields fields(json, "an entry");
        read(fields);
        fields.text("not there");
        return fields.problem();
    };
    EXPECT_EQ(problem([](Fields& f) { f.text("a"); }), "'a' of an entry is not text");
    EXPECT_EQ(problem([](Fields& f) { f.count("n"); }), "'n' of an entry is not a count");
    EXPECT_EQ(problem([](Fields& f) { f.number("r"); }), "'r' of an entry is not a number");
    EXPECT_EQ(problem([](Fields& f) { f.named("v", std::array{Verdict::pass}); }),
              "'v' of an entry is not one of the names known");
    EXPECT_EQ(problem([](Fields& f) { f.list("l", [](const nlohmann::json&) {}); }),
              "'l' of an entry is not a list");
    EXPECT_EQ(problem([](Fields&) {}), "'not there' of an entry is not text");
}

TEST(Fields, RefusesWhatNobodyAskedForAndWhatIsNotAnObject) {
    const auto json = nlohmann::json::parse(R"({"a": "x", "b": 1})");
    Fields fields(json, "an entry");
    EXPECT_TRUE(fields.has("a"));
    EXPECT_EQ(fields.text("a"), "x");
    fields.refuse_unknown();
    EXPECT_EQ(fields.problem(), "an entry has an unknown field 'b'");
    const nlohmann::json number = 3;
    Fields none(number, "an entry");
    EXPECT_FALSE(none.has("a"));
    EXPECT_EQ(none.text("a"), "");
    EXPECT_EQ(none.problem(), "an entry is not an object");
}

}  // namespace
}  // namespace brickproof
