// The reader of NumPy's files, on any bytes: a tensor that is written back as it was read, or a sentence.
#include <fmt/format.h>

#include <cstdlib>
#include <string>

#include "golden/cases/npy_file.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace brickproof;
    const std::string text(data, data + size);
    const Expected<golden::Tensor> tensor = golden::parse_npy(text);
    if (!tensor) {
        if (!tensor.problem().empty()) return 0;
        fmt::print(stderr, "a file was refused without a sentence\n");
        std::abort();
    }
    const Expected<golden::Tensor> again = golden::parse_npy(golden::npy_text(*tensor));
    if (!again || !(*again == *tensor)) {
        fmt::print(stderr, "a tensor does not survive being written: its shape is {}\n",
                   golden::show_shape(tensor->shape));
        std::abort();
    }
    return 0;
}
