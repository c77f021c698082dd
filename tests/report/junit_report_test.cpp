#include "report/junit_report.hpp"

#include <gtest/gtest.h>

#include <cctype>
#include <vector>

#include "sample_report.hpp"

namespace brickproof {
namespace {

// Reads XML as strictly as well-formedness needs: tags nest, attributes are quoted, '<' and '&' are escaped, and
// there is no control character and no byte that is not UTF-8. Returns what is wrong, or "".
class XmlReader {
  public:
    explicit XmlReader(std::string_view text) : text_(text) {}

    std::string problem() {
        if (!text_.starts_with("<?xml version=\"1.0\" encoding=\"UTF-8\"?>")) return "no XML declaration";
        at_ = text_.find("?>") + 2;
        while (at_ < text_.size()) {
            const std::string wrong = text_[at_] == '<' ? tag() : character();
            if (!wrong.empty()) return wrong + " at byte " + std::to_string(at_);
        }
        return open_.empty() ? "" : open_.back() + " is not closed";
    }

  private:
    std::string tag() {
        ++at_;
        const bool closes = peek() == '/';
        if (closes) ++at_;
        const std::string name = word();
        if (name.empty()) return "a tag without a name";
        while (peek() == ' ') {
            ++at_;
            if (word().empty() || !take('=') || !take('"')) return "a malformed attribute";
            while (peek() != '"') {
                if (peek() == '<' || at_ >= text_.size()) return "'<' in an attribute";
                if (const std::string wrong = character(); !wrong.empty()) return wrong;
            }
            ++at_;
        }
        const bool empty = take('/');
        if (!take('>')) return "a tag without an end";
        if (closes) {
            if (open_.empty() || open_.back() != name) return "</" + name + "> closes nothing";
            open_.pop_back();
        } else if (!empty) {
            open_.push_back(name);
        }
        return "";
    }
    std::string character() {
        const auto c = static_cast<unsigned char>(peek());
        if (c == '&') {
            const std::string_view rest = text_.substr(at_);
            for (const std::string_view entity : {"&amp;", "&lt;", "&gt;", "&quot;"})
                if (rest.starts_with(entity)) {
                    at_ += entity.size();
                    return "";
                }
            return "a bare '&'";
        }
        if (c < 0x20 && c != '\n' && c != '\t') return "a control character";
        const std::size_t length = c < 0x80 ? 1 : c >= 0xF0 ? 4 : c >= 0xE0 ? 3 : c >= 0xC2 ? 2 : 0;
        if (length == 0) return "a byte that is not UTF-8";
        for (std::size_t i = 1; i < length; ++i)
            if (at_ + i >= text_.size() || (static_cast<unsigned char>(text_[at_ + i]) & 0xC0) != 0x80)
                return "a byte that is not UTF-8";
        at_ += length;
        return "";
    }
    char peek() const { return at_ < text_.size() ? text_[at_] : '\0'; }
    bool take(char c) {
        if (peek() != c) return false;
        ++at_;
        return true;
    }
    std::string word() {
        std::string letters;
        while (std::isalpha(static_cast<unsigned char>(peek())) != 0 || peek() == '-') letters += text_[at_++];
        return letters;
    }

    std::string_view text_;
    std::size_t at_ = 0;
    std::vector<std::string> open_;
};

std::string xml_problem(const Report& report) {
    const std::string text = junit_text(report);
    return XmlReader(text).problem();
}

TEST(JunitReport, TheReaderOfThisTestRefusesWhatIsNotWellFormed) {
    const std::string head = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>";
    EXPECT_EQ(XmlReader(head + "<a b=\"1\"><c/>x &lt; y</a>").problem(), "");
    for (const char* wrong : {"<a>", "<a></b>", "</a>", "<a b=1/>", "<a>&</a>", "<a>\x01</a>", "<a>\xFF</a>",
                              "<a>\xC3</a>", "<a b=\"<\"/>", "<a"})
        EXPECT_NE(XmlReader(head + wrong).problem(), "") << wrong;
}

TEST(JunitReport, IsWellFormedWhateverAMessageHolds) {
    EXPECT_EQ(xml_problem(sample_report()), "");
    for (int byte = 1; byte < 256; ++byte) {
        Report report = sample_report();
        const std::string text = "a" + std::string(1, static_cast<char>(byte)) + "]]>&amp;<";
        report.kernels[0].library = text;
        report.kernels[0].variant = text;
        report.kernels[0].statements[0].message = text;
        report.kernels[0].statements[1].message = text;
        report.kernels[2].reason = text;
        report.kernels[1].output = text;
        EXPECT_EQ(xml_problem(report), "") << "byte " << byte;
    }
    Report report = sample_report();
    report.kernels[0].statements[0].message = "\u03b3_k, \u2264, \U0001F9F1";
    EXPECT_EQ(xml_problem(report), "");
    EXPECT_NE(junit_text(report).find("\u03b3_k, \u2264, \U0001F9F1"), std::string::npos);
}

TEST(JunitReport, WhatAKernelPrintedIsTheOutputOfItsSuite) {
    Report report = sample_report();
    report.kernels[1].output = "x < 1\n";
    EXPECT_NE(junit_text(report).find("    <system-out>x &lt; 1\n</system-out>\n  </testsuite>"),
              std::string::npos);
}

TEST(JunitReport, ASuiteAKernelACaseAStatement) {
    const std::string xml = junit_text(sample_report());
    const auto count = [&](std::string_view part) {
        std::size_t found = 0;
        for (std::size_t at = xml.find(part); at != std::string::npos; at = xml.find(part, at + 1)) ++found;
        return found;
    };
    EXPECT_EQ(count("<testsuite name="), 3u);
    EXPECT_EQ(count("<testcase "), 4u + 1 + 1);
    EXPECT_EQ(count("<failure "), 1u);
    EXPECT_EQ(count("<skipped "), 2u) << "a statement and a kernel";
    EXPECT_EQ(count("<system-out>"), 1u);
    EXPECT_EQ(count("tests=\"4\" failures=\"1\" errors=\"0\" skipped=\"1\""), 1u);
    EXPECT_EQ(count("1 &lt; 2 &amp; &quot;3&quot; &gt; 0?"), 1u) << xml;
    EXPECT_EQ(count("replay token: q8_0.dot@1:AgEB:00000000"), 1u);
}

// A gate that reads failures and errors must see it.
TEST(JunitReport, WhatIsUnfinishedIsAnError) {
    Report report = sample_report();
    report.kernels[1].unfinished = report.kernels[2].unfinished = true;
    report.kernels[1].reason = "its time was over";
    const std::string xml = junit_text(report);
    EXPECT_NE(xml.find("tests=\"2\" failures=\"0\" errors=\"1\" skipped=\"0\""), std::string::npos) << xml;
    EXPECT_NE(xml.find("tests=\"1\" failures=\"0\" errors=\"1\" skipped=\"0\""), std::string::npos) << xml;
    EXPECT_NE(xml.find("<error message=\"its time was over\"/>"), std::string::npos) << xml;
    EXPECT_EQ(xml_problem(report), "");
}

}  // namespace
}  // namespace brickproof
