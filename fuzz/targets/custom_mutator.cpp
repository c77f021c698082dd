// Mutation and crossover of libFuzzer that know the domain's choices: linked into the targets of the ops.
// docs/fuzzing.md says what they gain.
#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "fuzz/corpus/seed_corpus.hpp"
#include "fuzz/search/dealer.hpp"
#include "fuzz/search/features.hpp"
#include "fuzz/search/mutation.hpp"
#include "fuzz/targets/fuzzed_contract.hpp"

// libFuzzer's own; other engines that call a custom mutator do not have it.
extern "C" __attribute__((weak)) std::size_t LLVMFuzzerMutate(std::uint8_t* data, std::size_t size,
                                                              std::size_t max_size);

namespace {

using namespace brickproof;

const std::vector<Preconditions>& domains() {
    static const std::vector<Preconditions> all = fuzz::domains_of(fuzz::fuzzed_contract());
    return all;
}

// Under the preconditions of one statement or another: their domains read the same bytes in different ways.
std::vector<Choice> choices_of(const Bytes& bytes, Random& random) {
    const Preconditions& domain = domains()[random.below(domains().size())];
    return fuzz::decode_logged(fuzz::fuzzed_contract(), bytes, domain).choices;
}

Bytes dealt(Random& random) {
    static fuzz::Dealer dealer(fuzz::fuzzed_contract(), domains());
    return dealer.deal(random);
}

std::size_t copied(const Bytes& bytes, std::uint8_t* to, std::size_t room) {
    const std::size_t size = std::min(bytes.size(), room);
    std::copy_n(bytes.begin(), size, to);
    return size;
}

}  // namespace

// Half of the time a case that has nothing to do with the one there, as `brickproof fuzz` does; else a mutation,
// half of these the engine's own, which knows what the kernels compared with.
extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size, std::size_t max_size,
                                               unsigned seed) {
    Random random(seed);
    const std::size_t way = random.below(4);
    if (way < 2) return copied(dealt(random), data, max_size);
    if (way == 2 && LLVMFuzzerMutate != nullptr) return LLVMFuzzerMutate(data, size, max_size);
    const Bytes bytes(data, data + size);
    return copied(fuzz::mutate(bytes, choices_of(bytes, random), bytes, random), data, max_size);
}

extern "C" std::size_t LLVMFuzzerCustomCrossOver(const std::uint8_t* data1, std::size_t size1,
                                                 const std::uint8_t* data2, std::size_t size2, std::uint8_t* out,
                                                 std::size_t max_out_size, unsigned seed) {
    Random random(seed);
    const Bytes first(data1, data1 + size1);
    const Bytes second(data2, data2 + size2);
    return copied(fuzz::cross_over_at_a_choice(first, choices_of(first, random), second, random), out,
                  max_out_size);
}
