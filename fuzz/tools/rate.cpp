// How many executions of the ops' fuzz targets a second, on one core, without an engine around them: on small
// cases, and on the seed corpus. docs/fuzzing.md has the table.
#include <fmt/format.h>

#include <cstdlib>
#include <ctime>
#include <string>
#include <string_view>
#include <vector>

#include "engine/random.hpp"
#include "fuzz/corpus/corpus_files.hpp"
#include "fuzz/search/features.hpp"
#include "fuzz/search/mutation.hpp"
#include "fuzz/search/op_target.hpp"

namespace {

using namespace brickproof;

// Of this process on a CPU: what others do with the machine does not count.
double cpu_seconds() {
    return static_cast<double>(std::clock()) / CLOCKS_PER_SEC;
}

// Of operands: a block or two of Q8_0, or some twenty floats each: where most faults show, and what an engine's own
// preference for small and fast inputs ends up with.
constexpr std::size_t small_case_bytes = 256;
constexpr std::size_t small_cases = 512;

std::vector<Bytes> make_small_cases(const Contract& contract) {
    std::vector<Bytes> cases;
    Random random(1);
    while (cases.size() < small_cases) {
        Bytes bytes(1 + random.below(fuzz::longest_input));
        for (std::uint8_t& byte : bytes) byte = static_cast<std::uint8_t>(random.next() >> 56);
        // Few alternatives of a first choice, the size, are small.
        bytes[0] = static_cast<std::uint8_t>(random.below(65));
        if (bytes.size() > 1) bytes[1] = 0;
        const std::size_t size = fuzz::operand_bytes(decode_case(contract, bytes, {}));
        if (size > 0 && size <= small_case_bytes) cases.push_back(std::move(bytes));
    }
    return cases;
}

template <typename Execute>
double rate_of(const std::vector<Bytes>& cases, double seconds, Execute execute) {
    const double begun = cpu_seconds();
    std::size_t executions = 0;
    double elapsed = 0.0;
    while (elapsed < seconds) {
        for (const Bytes& bytes : cases) execute(bytes);
        executions += cases.size();
        elapsed = cpu_seconds() - begun;
    }
    return static_cast<double>(executions) / elapsed;
}

void print_rates(const Contract& contract, const std::string& corpora, double seconds) {
    fuzz::OpTarget target = fuzz::own_target(contract);
    const auto check = [&](const Bytes& bytes) {
        if (const auto violation = target.check(bytes)) {
            fmt::print(stderr, "{}: {}: {}\n", contract.op, violation->statement, violation->message);
            std::exit(1);
        }
    };
    const double small = rate_of(make_small_cases(contract), seconds, check);
    double corpus_rate = 0.0;
    if (!corpora.empty()) {
        const auto corpus = fuzz::read_corpus(corpora + "/" + fuzz::stem_of(contract));
        if (corpus && !corpus->empty()) corpus_rate = rate_of(*corpus, seconds, check);
    }
    fmt::print("{:18} {:12} {:16.0f} {:16.0f}\n", contract.op, target.statement_count(), small, corpus_rate);
    std::fflush(stdout);
}

}  // namespace

int main(int argc, char** argv) {
    const double seconds = argc > 1 ? std::atof(argv[1]) : 1.0;
    const std::string corpora = argc > 2 ? argv[2] : "";
    const std::string_view only = argc > 3 ? argv[3] : "";
    fmt::print("{:18} {:>12} {:>16} {:>16}\n", "op", "statements", "small cases / s", "seed corpus / s");
    for (const Contract* contract : all_contracts())
        if (only.empty() || contract->op == only) print_rates(*contract, corpora, seconds);
    return 0;
}
