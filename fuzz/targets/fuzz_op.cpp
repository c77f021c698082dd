// The fuzz target of an op: the one that fuzzed_stem names.
#include <fmt/format.h>

#include <cstdlib>

#include "fuzz/corpus/corpus_files.hpp"
#include "fuzz/search/op_target.hpp"
#include "fuzz/targets/fuzzed_contract.hpp"
#include "fuzz/targets/fuzzed_stem.hpp"

namespace brickproof::fuzz {

const Contract& fuzzed_contract() {
    const Contract* contract = find_contract_by_stem(fuzzed_stem);
    if (contract != nullptr) return *contract;
    fmt::print(stderr, "no contract has the stem {}\n", fuzzed_stem);
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
