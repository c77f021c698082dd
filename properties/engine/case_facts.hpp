// What follows from a case alone, such as the oracle's result: computed when first asked for, and kept for the
// statements and the kernels that ask for it again.
#pragma once

#include <memory>
#include <vector>

#include "engine/case.hpp"

namespace brickproof {

class CaseFacts {
  public:
    // Another case is next.
    void forget() { facts_.clear(); }

    // of(c), where c is the same case since the last forget().
    template <typename T>
    const T& get(const Case& c, T (*of)(const Case&)) {
        const auto name = reinterpret_cast<void (*)()>(of);
        for (const Fact& fact : facts_)
            if (fact.name == name) return *static_cast<const T*>(fact.value.get());
        auto value = std::allocate_shared<const T>(RecyclingAllocator<T>(), of(c));
        facts_.push_back({name, value});
        return *value;
    }

  private:
    struct Fact {
        void (*name)();  // the function, which no two facts share
        std::shared_ptr<const void> value;
    };
    std::vector<Fact> facts_;
};

}  // namespace brickproof
