// Memory for what a case is made of. A law copies a case, changes it, runs it and throws it away: thousands of
// blocks of a few hundred bytes a second, for which the heap is slow, and a sanitizer's heap ten times as slow.
#pragma once

#include <cstddef>

namespace brickproof {

// At least `bytes` bytes, aligned for every type that needs no more than new gives. Each thread keeps what it was
// given back, up to a few megabytes, and takes from there first. Under the address sanitizer exactly these bytes
// may be touched: one before or behind them is an error, as it is with memory of the heap. Throws std::bad_alloc.
void* take_memory(std::size_t bytes);

// `bytes` as it was taken. Null is nothing.
void give_back(void* memory, std::size_t bytes) noexcept;

// For containers.
template <typename T>
struct RecyclingAllocator {
    using value_type = T;

    RecyclingAllocator() = default;
    template <typename U>
    RecyclingAllocator(const RecyclingAllocator<U>&) {}

    T* allocate(std::size_t count) { return static_cast<T*>(take_memory(count * sizeof(T))); }
    void deallocate(T* memory, std::size_t count) noexcept { give_back(memory, count * sizeof(T)); }
    bool operator==(const RecyclingAllocator&) const = default;
};

}  // namespace brickproof
