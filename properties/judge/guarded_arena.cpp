#include "judge/guarded_arena.hpp"

#include <sys/mman.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>
#include <utility>

namespace brickproof {
namespace {

[[noreturn]] void fail(const char* what) {
    throw std::system_error(errno, std::generic_category(), what);
}

// Reserves guard + size + guard without access, then maps the file over the middle.
std::byte* map_between_guards(int file, std::size_t size, int protection) {
    constexpr std::size_t guard = GuardedArena::guard_bytes;
    void* reserved = mmap(nullptr, size + 2 * guard, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (reserved == MAP_FAILED) fail("reserving guard pages");
    std::byte* middle = static_cast<std::byte*>(reserved) + guard;
    if (mmap(middle, size, protection, MAP_SHARED | MAP_FIXED, file, 0) == MAP_FAILED)
        fail("mapping a guarded buffer");
    return middle;
}

}  // namespace

GuardedArena::GuardedArena(std::size_t capacity) {
    const auto page = static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
    capacity_ = (capacity + page - 1) / page * page;
    const int file = memfd_create("brickproof-arena", MFD_CLOEXEC);
    if (file < 0) fail("making memory for guarded buffers");
    if (ftruncate(file, static_cast<off_t>(capacity_)) != 0) fail("sizing memory for guarded buffers");
    writable_ = map_between_guards(file, capacity_, PROT_READ | PROT_WRITE);
    read_only_ = map_between_guards(file, capacity_, PROT_READ);
    close(file);
}

GuardedArena::GuardedArena(GuardedArena&& other) noexcept
    : capacity_(std::exchange(other.capacity_, 0)),
      writable_(std::exchange(other.writable_, nullptr)),
      read_only_(std::exchange(other.read_only_, nullptr)) {}

GuardedArena& GuardedArena::operator=(GuardedArena&& other) noexcept {
    if (this != &other) {
        release();
        capacity_ = std::exchange(other.capacity_, 0);
        writable_ = std::exchange(other.writable_, nullptr);
        read_only_ = std::exchange(other.read_only_, nullptr);
    }
    return *this;
}

GuardedArena::~GuardedArena() {
    release();
}

void GuardedArena::release() noexcept {
    if (writable_ != nullptr) munmap(writable_ - guard_bytes, capacity_ + 2 * guard_bytes);
    if (read_only_ != nullptr) munmap(read_only_ - guard_bytes, capacity_ + 2 * guard_bytes);
}

bool GuardedArena::offset_of(const void* address, std::ptrdiff_t& offset) const {
    const auto at = reinterpret_cast<std::uintptr_t>(address);
    for (const std::byte* view : {writable_, read_only_}) {
        const auto base = reinterpret_cast<std::uintptr_t>(view);
        if (at < base - guard_bytes || at >= base + capacity_ + guard_bytes) continue;
        offset = static_cast<std::ptrdiff_t>(at) - static_cast<std::ptrdiff_t>(base);
        return true;
    }
    return false;
}

}  // namespace brickproof
