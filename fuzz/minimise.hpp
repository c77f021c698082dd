// A corpus without the cases that show nothing of their own.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "engine/case.hpp"
#include "engine/expected.hpp"
#include "judge/kernel.hpp"

namespace brickproof::fuzz {

// A kernel, and what is assumed of it: the domains under which its statements decode a case.
struct AssumedKernel {
    const Kernel* kernel;
    std::vector<std::string> assume;
};

// Few of these cases that between them have all features of all, and for each statement of each kernel one that
// comes as near to its bound as any. All kernels are of one op.
std::vector<Bytes> minimised(const std::vector<AssumedKernel>& kernels, const std::vector<Bytes>& cases);

struct Minimised {
    std::size_t before = 0;
    std::size_t after = 0;
};
// The same of a corpus on disk. Files are only ever removed: killed half-way, it has too many of them and no fewer.
Expected<Minimised> minimise_corpus(const std::string& folder, const std::vector<AssumedKernel>& kernels);

}  // namespace brickproof::fuzz
