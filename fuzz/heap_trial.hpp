// Runs a kernel on plain heap buffers of exactly the right size, with no trap around it: for sanitizers, which see
// an access outside a buffer and want the crash to themselves.
#pragma once

#include <memory>

#include "engine/contract.hpp"

namespace brickproof::fuzz {

class HeapTrial final : public Trial {
  public:
    HeapTrial(const Contract& contract, KernelFunction kernel, KernelFunction definition)
        : contract_(contract), kernel_(kernel), definition_(definition) {}

    Outputs run(const Case& c) override { return call(kernel_, c); }
    Outputs definition(const Case& c) override { return call(definition_, c); }

  private:
    Outputs call(KernelFunction fn, const Case& c);

    const Contract& contract_;
    KernelFunction kernel_;
    KernelFunction definition_;
    std::vector<void*> pointers_;
    // What an operand without elements points to: never null, and no byte of it may be touched.
    std::unique_ptr<std::byte[]> nothing_ = std::make_unique<std::byte[]>(0);
};

}  // namespace brickproof::fuzz
