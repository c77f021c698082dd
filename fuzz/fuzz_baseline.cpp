// The reader of baselines (JSON), on any text: a list or a sentence, nothing else.
#include <fmt/format.h>

#include <cstdlib>

#include "report/baseline.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string text(data, data + size);
    const auto known = brickproof::parse_baseline(text, "input");
    if (!known && known.problem().empty()) {
        fmt::print(stderr, "a baseline was refused without a sentence\n");
        std::abort();
    }
    return 0;
}
