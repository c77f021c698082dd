// Runs a kernel on plain heap buffers of exactly the right size, with no trap around it: for sanitizers, which see
// an access outside a buffer and want the crash to themselves.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "engine/contract.hpp"

namespace brickproof::fuzz {

// Which behaviour of every kernel does not hold, and how.
struct Misbehaviour {
    std::string_view statement;
    std::string message;
};

class HeapTrial final : public Trial {
  public:
    HeapTrial(const Contract& contract, KernelFunction kernel, KernelFunction definition)
        : contract_(contract), kernel_(kernel), definition_(definition) {}

    // The case that is to be judged by many statements: what the kernel and the definition make of it is computed
    // once. It stays where it is, and as it is, until the next one.
    void begin(const Case& c);

    Outputs run(const Case& c) override { return remembered(kernel_, c, of_kernel_); }
    Outputs definition(const Case& c) override { return remembered(definition_, c, of_definition_); }

    // What sanitizers do not see: results that depend on the old contents of the outputs, on where the buffers lie
    // or on nothing visible; inputs that are written to; a changed floating-point environment.
    std::optional<Misbehaviour> misbehaviour(const Case& c);

  private:
    using Memory = std::unique_ptr<std::byte[]>;
    struct Placed {
        Outputs outputs;
        bool inputs_unchanged = true;
    };

    Outputs remembered(KernelFunction fn, const Case& c, std::optional<Outputs>& memory);
    Outputs call(KernelFunction fn, const Case& c);
    Placed run_elsewhere(const Case& c, std::byte poison, std::size_t offset_elements);
    std::string_view what_it_depends_on(const Case& c, const Outputs& outputs);

    const Contract& contract_;
    KernelFunction kernel_;
    KernelFunction definition_;
    std::vector<void*> pointers_;
    const Case* judged_ = nullptr;
    std::optional<Outputs> of_kernel_;
    std::optional<Outputs> of_definition_;
    // What an operand without elements points to: never null, and no byte of it may be touched.
    Memory nothing_ = std::make_unique<std::byte[]>(0);
};

}  // namespace brickproof::fuzz
