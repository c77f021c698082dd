// The reader of golden manifests, on any text: a manifest that is written back as it was read, or a sentence. No
// search guesses a checksum, so a text that lacks only the right one is read again with it.
#include <fmt/format.h>

#include <cstdlib>
#include <string>

#include "golden/cases/manifest.hpp"

namespace {

using namespace brickproof;

// "is damaged: its checksum is 01234567, its contents have 89abcdef": the text with the latter in place of the
// former.
std::string with_right_checksum(std::string text, const std::string& problem) {
    constexpr std::size_t digits = 8;
    const std::size_t end = problem.size();
    const std::size_t stated = problem.find("checksum is ");
    if (stated == std::string::npos || end < digits) return "";
    const std::size_t at = text.rfind(problem.substr(stated + std::string("checksum is ").size(), digits));
    if (at == std::string::npos) return "";
    return text.replace(at, digits, problem.substr(end - digits));
}

void check_round_trip(const golden::Manifest& manifest) {
    const std::string text = golden::manifest_text(manifest);
    const Expected<golden::Manifest> again = golden::parse_manifest(text);
    if (again && golden::manifest_text(*again) == text) return;
    fmt::print(stderr, "a manifest does not survive being written: {}\n{}", again ? "" : again.problem(), text);
    std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string text(data, data + size);
    Expected<golden::Manifest> manifest = golden::parse_manifest(text);
    if (!manifest) {
        if (manifest.problem().empty()) std::abort();
        manifest = golden::parse_manifest(with_right_checksum(text, manifest.problem()));
    }
    if (manifest) check_round_trip(*manifest);
    return 0;
}
