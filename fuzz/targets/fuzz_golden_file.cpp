// The reader of golden files, on any bytes: a file that is written back as it was read, or a sentence. No search
// guesses a checksum: the same bytes, cut at each line "====", are also the members of an archive whose checksums
// are right.
#include <string>
#include <vector>

#include "fuzz/targets/complain.hpp"
#include "golden/cases/golden_file.hpp"
#include "golden/cases/npz_file.hpp"

namespace {

using namespace brickproof;

using fuzz::complain;

void check_archive(const std::string& text) {
    const auto members = golden::parse_npz(text);
    if (!members && members.problem().empty()) complain("an archive was refused without a sentence");
    if (!members) return;
    const auto again = golden::parse_npz(golden::npz_text(*members));
    if (!again || *again != *members)
        complain("an archive does not survive being written" + (again ? "" : ": " + again.problem()));
}

void check_file(const std::string& text) {
    const auto file = golden::parse_golden_file(text);
    if (!file && file.problem().empty()) complain("a golden file was refused without a sentence");
    if (!file) return;
    const std::string written = golden::golden_file_text(*file);
    const auto again = golden::parse_golden_file(written);
    if (!again || golden::golden_file_text(*again) != written || again->cases.size() != file->cases.size())
        complain("a golden file does not survive being written" + (again ? "" : ": " + again.problem()));
    if (golden::readable_text(*again) != golden::readable_text(*file))
        complain("a golden file reads otherwise once it is written");
}

// "cases.json\n...\n====\nn33/x.npy\n..."
std::vector<golden::Member> members_of(std::string_view text) {
    constexpr std::string_view cut = "\n====\n";
    std::vector<golden::Member> members;
    while (!text.empty()) {
        const std::size_t end = text.find(cut);
        const std::string_view part = text.substr(0, end);
        const std::size_t line = part.find('\n');
        members.push_back({std::string(part.substr(0, line)),
                           line == std::string_view::npos ? "" : std::string(part.substr(line + 1))});
        text = end == std::string_view::npos ? "" : text.substr(end + cut.size());
    }
    return members;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string text(data, data + size);
    check_archive(text);
    check_file(text);
    const auto members = members_of(text);
    constexpr std::size_t most_members = 100;  // an archive counts them with 16 bits
    if (members.size() < most_members) check_file(golden::npz_text(members));
    return 0;
}
