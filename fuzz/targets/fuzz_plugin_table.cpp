// What a plug-in's brickproof_kernels() returns: a table made of bytes, with names that are null, unknown, not
// printable or without an end, functions that are null, and counts and versions that are wrong.
#include <algorithm>
#include <deque>
#include <memory>
#include <vector>

#include "engine/choice_reader.hpp"
#include "fuzz/targets/complain.hpp"
#include "judge/plugin.hpp"

namespace {

using namespace brickproof;
using fuzz::complain;

// Memory of exactly the right size, so that a sanitizer sees the first byte too many.
class Names {
  public:
    const char* read(ChoiceReader& choices, std::vector<const char*> known) {
        enum { null, text, without_end, count };
        const std::size_t kind = choices.pick(known.size() + count);
        if (kind >= count) return known[kind - count];
        if (kind == null) return nullptr;
        const std::size_t length = kind == without_end ? longest_table_text + 1 : choices.pick(12);
        memory_.push_back(std::make_unique<char[]>(length + 1));
        if (kind == without_end) memory_.back() = std::make_unique<char[]>(length);
        char* name = memory_.back().get();
        for (std::size_t i = 0; i < length; ++i)
            name[i] = kind == without_end ? 'x' : static_cast<char>(choices.byte());
        return name;
    }

  private:
    std::deque<std::unique_ptr<char[]>> memory_;
};

void any_kernel() {}

brickproof_kernel read_row(ChoiceReader& choices, Names& names) {
    return {.op = names.read(choices, {"q8_0.dot", "rms_norm", "attention", "q8_0.do", ""}),
            .variant = names.read(choices, {"scalar", "avx2", ""}),
            .cpu_features = names.read(choices, {"", "avx2", "avx2,fma", ",,", "neon"}),
            .assumes = names.read(choices, {"", "finite", "finite,quants>-128", "exact", ","}),
            .read_slack = choices.pick(300),
            .fn = choices.pick(8) == 1 ? nullptr : any_kernel};
}

std::size_t read_count(ChoiceReader& choices, std::size_t rows) {
    const std::size_t kind = choices.pick(8);
    if (kind == 1) return most_table_rows + 1 + choices.pick(3);
    if (kind == 2) return ~std::size_t{0} / (1 + choices.pick(64));
    return kind == 3 ? 0 : rows;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    ChoiceReader choices({data, size});
    Names names;
    brickproof_kernel_table table{};
    table.abi_version = choices.pick(8) == 1 ? choices.u16() : BRICKPROOF_ABI_VERSION;
    table.library = names.read(choices, {"mine 1.0", ""});
    std::vector<brickproof_kernel> rows(choices.pick(4));
    table.count = read_count(choices, rows.size());
    for (brickproof_kernel& row : rows) row = read_row(choices, names);
    table.kernels = rows.empty() ? nullptr : rows.data();

    const Expected<std::vector<Kernel>> kernels = kernels_of_table(table, "fuzzed.so");
    if (!kernels) {
        const std::string& sentence = kernels.problem();
        const auto is_control = [](char c) { return static_cast<unsigned char>(c) < 0x20; };
        if (sentence.empty() || std::ranges::any_of(sentence, is_control)) complain("no sentence: " + sentence);
        return 0;
    }
    if (kernels->size() != rows.size()) complain("kernels were lost");
    for (const Kernel& kernel : *kernels) {
        if (kernel.contract == nullptr || kernel.fn == nullptr || kernel.variant.empty())
            complain("a kernel without its parts was accepted");
        static_cast<void>(why_not_runnable(kernel));
    }
    return 0;
}
