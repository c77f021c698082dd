// The fuzz target of one op: compiled once for each, with BRICKPROOF_FUZZ_STEM as the build's list of ops has it.
#include <fmt/format.h>

#include <cstdlib>

#include "fuzz/corpus_files.hpp"
#include "fuzz/op_target.hpp"

namespace {

using namespace brickproof;

fuzz::OpTarget make_target() {
    const Contract* contract = fuzz::find_contract_by_stem(BRICKPROOF_FUZZ_STEM);
    if (contract == nullptr) {
        fmt::print(stderr, "no contract has the stem {}\n", BRICKPROOF_FUZZ_STEM);
        std::abort();
    }
    return fuzz::own_target(*contract);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static fuzz::OpTarget target = make_target();
    if (const auto violation = target.check({data, size})) {
        fmt::print(stderr, "FAIL {} / {}: {}: {}\nreplay: brickproof replay {}\n", BRICKPROOF_FUZZ_STEM,
                   violation->variant, violation->statement, violation->message, violation->token);
        std::abort();
    }
    return 0;
}
