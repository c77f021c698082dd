#include "fuzz/campaign/engine_output.hpp"

#include <charconv>

namespace brickproof::fuzz {
namespace {

// The number behind `label`; `otherwise` where there is none.
std::size_t number_after(std::string_view line, std::string_view label, std::size_t otherwise) {
    const std::size_t at = line.find(label);
    if (at == std::string_view::npos) return otherwise;
    std::size_t begin = at + label.size();
    while (begin < line.size() && line[begin] == ' ') ++begin;
    std::size_t number = otherwise;
    std::from_chars(line.data() + begin, line.data() + line.size(), number);
    return number;
}

// What follows `label`; "" where the line does not have it.
std::string text_after(std::string_view line, std::string_view label) {
    const std::size_t at = line.find(label);
    return std::string(at == std::string_view::npos ? "" : line.substr(at + label.size()));
}

bool is_progress(std::string_view line) {
    return line.starts_with('#') && line.find(" ft: ") != std::string_view::npos;
}

}  // namespace

void EngineOutput::take_line(std::string_view line) {
    if (line.starts_with("INFO: ")) {
        is_engine_ = true;
    } else if (is_progress(line)) {
        take_status(line);
        complaint_.clear();  // it was none
    } else if (line.starts_with("Running: ")) {
        running_ = text_after(line, "Running: ");
        complaint_.clear();
    } else if (line.starts_with("SUMMARY: ")) {
        summary_ = text_after(line, "SUMMARY: ");
    } else if (line.starts_with("stat::number_of_executed_units:")) {
        executions_ = number_after(line, "units:", executions_);
    } else if (line.find("Test unit written to ") != std::string_view::npos) {
        artifact_ = text_after(line, "Test unit written to ");
    } else if (line.starts_with("==")) {  // "==12345==ERROR: AddressSanitizer: ..."
        report_begun_ = true;
    } else if (!report_begun_ && complaint_.empty() && !line.starts_with('\t')) {  // "	NEW_FUNC[1/2]: ..."
        complaint_ = line;
    }
}

// "#4096	pulse  cov: 120 ft: 307 corp: 31/4096b ..."; the first one that counts is INITED.
void EngineOutput::take_status(std::string_view line) {
    executions_ = number_after(line, "#", executions_);
    features_ = number_after(line, " ft: ", features_);
    if (line.find("INITED") != std::string_view::npos) features_of_corpus_ = features_;
}

std::string EngineOutput::failure() const {
    if (summary_.empty()) return "";
    return complaint_.empty() ? summary_ : complaint_;
}

std::string EngineOutput::failed_statement() const {
    const std::string what = failure();
    // A complaint has its values behind a colon, libFuzzer its own in brackets; a sanitizer names a line of the
    // source.
    if (what == complaint_) return what.substr(0, what.find(": "));
    return what.starts_with("libFuzzer: ") ? what.substr(0, what.find(" (")) : what;
}

}  // namespace brickproof::fuzz
