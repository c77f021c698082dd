// The fuzz target of one op: compiled once for each, with BRICKPROOF_FUZZ_STEM as the build's list of ops has it.
#include <fmt/format.h>

#include <cstdlib>

#include "fuzz/corpus_files.hpp"
#include "fuzz/fuzzed_contract.hpp"
#include "fuzz/op_target.hpp"

namespace brickproof::fuzz {

const Contract& fuzzed_contract() {
    const Contract* contract = find_contract_by_stem(BRICKPROOF_FUZZ_STEM);
    if (contract != nullptr) return *contract;
    fmt::print(stderr, "no contract has the stem {}\n", BRICKPROOF_FUZZ_STEM);
    std::abort();
}

}  // namespace brickproof::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace brickproof;
    static fuzz::OpTarget target = fuzz::own_target(fuzz::fuzzed_contract());
    if (const auto violation = target.check({data, size})) {
        fmt::print(stderr, "FAIL {} / {}, {}: {}\nreplay: brickproof replay {}\n", fuzz::fuzzed_contract().op,
                   violation->variant, violation->statement, violation->message, violation->token);
        std::abort();
    }
    return 0;
}
