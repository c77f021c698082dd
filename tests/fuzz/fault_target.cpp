// A fuzz target of one planted fault, for engines that one wants to compare: BRICKPROOF_FAULT=OP/NAME chooses it.
#include <fmt/format.h>

#include <cstdlib>
#include <string>

#include "fuzz/search/op_target.hpp"
#include "fuzz/targets/fuzzed_contract.hpp"
#include "planted_fault.hpp"

namespace {

using namespace brickproof;

const faults::PlantedFault& chosen_fault() {
    const char* wanted = std::getenv("BRICKPROOF_FAULT");
    for (const faults::PlantedFault& fault : faults::planted_faults())
        if (wanted != nullptr && std::string(fault.op) + "/" + fault.name == wanted) return fault;
    fmt::print(stderr, "BRICKPROOF_FAULT names no planted fault; it reads OP/NAME\n");
    std::exit(2);
}

}  // namespace

const Contract& brickproof::fuzz::fuzzed_contract() {
    static const Contract& contract = *find_contract(chosen_fault().op);
    return contract;
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static fuzz::OpTarget target(fuzz::fuzzed_contract(), {{.library = "planted",
                                                            .variant = chosen_fault().name,
                                                            .fn = chosen_fault().fn,
                                                            .contract = &fuzz::fuzzed_contract()}});
    if (target.check({data, size})) std::abort();
    return 0;
}
