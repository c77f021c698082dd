// The reader of GGUF files, on any bytes. Of a file that is accepted, every byte of every view must be readable.
#include <algorithm>
#include <cstdlib>
#include <vector>

#include "brick/gguf.hpp"

namespace {

bool lies_within(std::span<const std::byte> part, std::span<const std::byte> whole) {
    return part.data() >= whole.data() && part.data() + part.size() <= whole.data() + whole.size();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::vector<std::byte> file(reinterpret_cast<const std::byte*>(data),
                                      reinterpret_cast<const std::byte*>(data) + size);
    const auto contents = brick::gguf::parse(file, "fuzzed");
    if (!contents) return 0;
    const auto tensor_fits = [&](const auto& tensor) { return lies_within(tensor.data, file); };
    const auto value_fits = [&](const auto& entry) { return lies_within(entry.value, file); };
    if (!std::ranges::all_of(contents->tensors, tensor_fits) ||
        !std::ranges::all_of(contents->metadata, value_fits))
        std::abort();
    return 0;
}
