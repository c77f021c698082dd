// What every test of the command asks of its output.
#pragma once

#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <string_view>

#include "command.hpp"

namespace brickproof::cli_test {

inline bool holds(const std::string& text, std::string_view part) {
    return text.find(part) != std::string::npos;
}

// Exit 2, nothing judged, one line on standard error that holds `says`.
inline void expect_refused(const Result& result, std::string_view says) {
    EXPECT_EQ(result.exit_code, 2) << result.out << result.err;
    EXPECT_EQ(result.out, "");
    EXPECT_EQ(std::ranges::count(result.err, '\n'), 1) << result.err;
    EXPECT_TRUE(holds(result.err, says)) << result.err;
}

// A folder for one test, gone behind it.
class CommandTest : public testing::Test {
  protected:
    void SetUp() override { std::filesystem::create_directories(folder_); }
    void TearDown() override { std::filesystem::remove_all(folder_); }
    std::string path(const std::string& name) const { return (folder_ / name).string(); }
    bool folder_is_empty() const { return std::filesystem::is_empty(folder_); }

    std::filesystem::path folder_ =
        std::filesystem::path(testing::TempDir()) / ("brickproof_cli_" + std::to_string(getpid()));
};

// One op with few and small cases, so that a run is short.
inline Arguments quick(Arguments more) {
    Arguments all = {"verify", "--effort", "quick", "--op", "f16.to_f32"};
    all.insert(all.end(), more.begin(), more.end());
    return all;
}

}  // namespace brickproof::cli_test
