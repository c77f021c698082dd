#include "fuzz/campaign/finding_files.hpp"

#include <fmt/format.h>

#include <filesystem>

#include "fuzz/campaign/regression.hpp"

namespace brickproof::fuzz {

Expected<Done> write_finding(const std::string& folder, const Finding& finding) {
    std::error_code error;
    std::filesystem::create_directories(folder, error);
    if (error) return Problem{fmt::format("the folder {} cannot be made: {}", folder, error.message())};
    const std::string stem = (std::filesystem::path(folder) / name_of(finding)).string();
    // The case last: it is what a campaign that goes on reads, and finds the others beside it.
    for (const auto& [ending, text] :
         {std::pair{".token", finding.token + "\n"}, std::pair{"_test.cpp", regression_source(finding)},
          std::pair{".case", std::string(finding.bytes.begin(), finding.bytes.end())}})
        if (const Expected<Done> written = write_file(stem + ending, text); !written) return written;
    return Done{};
}

}  // namespace brickproof::fuzz
