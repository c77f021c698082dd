// What a kernel prints while it is judged: it is kept apart from the report and shown under the kernel's name.
#pragma once

#include <cstddef>
#include <string>

namespace brickproof {

class KernelOutput {
  public:
    static constexpr std::size_t most_bytes = std::size_t{1} << 16;  // what is printed past it is lost

    // Throws std::system_error where the system gives no file in memory.
    KernelOutput();
    ~KernelOutput();
    KernelOutput(const KernelOutput&) = delete;
    KernelOutput& operator=(const KernelOutput&) = delete;

    // In a child: its standard output and standard error come here from now on.
    void take_over() const;
    // In the parent: what all children so far have printed.
    std::string text() const;

  private:
    int file_ = -1;
};

}  // namespace brickproof
