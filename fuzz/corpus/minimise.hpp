// A corpus without the cases that show nothing of their own.
#pragma once

#include <cstddef>
#include <optional>
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
    // For each of its statements with a bound, a case that comes as near to it as any. Where a campaign has not
    // found that out by trying all cases, they are tried now.
    std::optional<std::vector<Bytes>> nearest{};
};

// Few of these cases that between them have all features of all, and for each statement of each kernel one that
// comes as near to its bound as any. All kernels are of one op; `jobs` of them are tried at once.
std::vector<Bytes> minimised(const std::vector<AssumedKernel>& kernels, const std::vector<Bytes>& cases,
                             std::size_t jobs = 1);

struct Minimised {
    std::size_t before = 0;
    std::size_t after = 0;
};
// The same of a corpus on disk. Files are only ever removed: killed half-way, it has too many of them and no fewer.
Expected<Minimised> minimise_corpus(const std::string& folder, const std::vector<AssumedKernel>& kernels,
                                    std::size_t jobs = 1);

}  // namespace brickproof::fuzz
