#include "judge/kernel_output.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <system_error>

namespace brickproof {

KernelOutput::KernelOutput() : file_(memfd_create("kernel output", MFD_CLOEXEC | MFD_ALLOW_SEALING)) {
    // It cannot grow: a kernel that prints in every call fills no memory, and is not ended by a signal either.
    const bool ready = file_ >= 0 && ftruncate(file_, most_bytes) == 0 &&
                       fcntl(file_, F_ADD_SEALS, F_SEAL_GROW | F_SEAL_SHRINK) == 0;
    if (ready) return;
    const int reason = errno;
    if (file_ >= 0) close(file_);
    throw std::system_error(reason, std::generic_category(), "making a file in memory");
}

KernelOutput::~KernelOutput() {
    close(file_);
}

void KernelOutput::take_over() const {
    dup2(file_, STDOUT_FILENO);
    dup2(file_, STDERR_FILENO);
    // What lies in a buffer is lost when the process is.
    std::setvbuf(stdout, nullptr, _IONBF, 0);
}

std::string KernelOutput::text() const {
    // The children write through the same open file: its position is how far they have come.
    const off_t end = lseek(file_, 0, SEEK_CUR);
    std::string text(static_cast<std::size_t>(std::clamp<off_t>(end, 0, most_bytes)), '\0');
    const ssize_t count = pread(file_, text.data(), text.size(), 0);
    text.resize(static_cast<std::size_t>(std::max<ssize_t>(count, 0)));
    return text;
}

}  // namespace brickproof
