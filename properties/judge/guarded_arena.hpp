// Memory between pages that nobody may touch. The same pages are mapped twice: the harness writes through one view,
// a kernel may be given the other, which is read-only. Placing a buffer flush with either end costs no system call.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace brickproof {

class GuardedArena {
  public:
    // At least `capacity` usable bytes between the guards. Throws std::system_error where memory cannot be had.
    explicit GuardedArena(std::size_t capacity);
    ~GuardedArena();
    GuardedArena(GuardedArena&& other) noexcept;
    GuardedArena& operator=(GuardedArena&& other) noexcept;

    std::size_t capacity() const { return capacity_; }
    std::byte* writable() const { return writable_; }
    std::byte* read_only() const { return read_only_; }

    // The offset of an address in either view, negative or beyond capacity() in a guard; false elsewhere.
    bool offset_of(const void* address, std::ptrdiff_t& offset) const;

    // The guard on either side: wider than a page, so that a stride that is a little wrong lands in it too.
    static constexpr std::size_t guard_bytes = std::size_t{1} << 20;

  private:
    void release() noexcept;

    std::size_t capacity_ = 0;
    std::byte* writable_ = nullptr;
    std::byte* read_only_ = nullptr;
};

}  // namespace brickproof
