// Runs a kernel on plain heap buffers of exactly the right size, with no trap around it: for sanitizers, which see
// an access outside a buffer and want the crash to themselves.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/contract.hpp"

namespace brickproof::fuzz {

// Which behaviour of every kernel does not hold, and how.
struct Misbehaviour {
    std::string_view statement;
    std::string message;
};

// What is known of the case that is judged by many statements about many kernels: what each function makes of it,
// and what follows from it alone. The case stays where it is, and as it is, until the next one.
class JudgedCase {
  public:
    void begin(const Case& c);

    bool is(const Case& c) const { return &c == judged_; }
    CaseFacts& facts() { return facts_; }
    // Null where the function was not called yet.
    const Outputs* outputs_of(KernelFunction fn) const;
    void keep(KernelFunction fn, Outputs outputs) { outputs_.emplace_back(fn, std::move(outputs)); }

  private:
    const Case* judged_ = nullptr;
    CaseFacts facts_;
    std::vector<std::pair<KernelFunction, Outputs>> outputs_;
};

class HeapTrial final : public Trial {
  public:
    HeapTrial(const Contract& contract, KernelFunction kernel) : contract_(contract), kernel_(kernel) {}

    // What is known is shared with other trials, and outlives the case.
    void begin(JudgedCase& judged) { judged_ = &judged; }

    const Contract& contract() const override { return contract_; }
    Outputs run(const Case& c) override { return remembered(kernel_, c); }
    Outputs definition(const Case& c) override { return remembered(contract_.function.definition, c); }

    // What sanitizers do not see: results that depend on the old contents of the outputs, on where the buffers lie
    // or on nothing visible; inputs that are written to; a changed floating-point environment.
    std::optional<Misbehaviour> misbehaviour(const Case& c);

  private:
    struct Placed {
        Outputs outputs;
        bool inputs_unchanged = true;
    };

    bool is_judged(const Case& c) const { return judged_ != nullptr && judged_->is(c); }
    CaseFacts* facts_about(const Case& c) override { return is_judged(c) ? &judged_->facts() : nullptr; }
    Outputs remembered(KernelFunction fn, const Case& c);
    Outputs call(KernelFunction fn, const Case& c);
    Placed run_elsewhere(const Case& c, std::byte poison, std::size_t offset_elements);
    std::string_view what_it_depends_on(const Case& c, const Outputs& outputs);

    const Contract& contract_;
    KernelFunction kernel_;
    // Of the call under way; kept, so that the next one need not allocate them.
    std::vector<void*> pointers_;
    std::vector<Array<std::byte>> buffers_;
    JudgedCase* judged_ = nullptr;
};

}  // namespace brickproof::fuzz
