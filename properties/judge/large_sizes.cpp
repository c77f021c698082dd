#include "judge/large_sizes.hpp"

#include <fmt/format.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <memory>
#include <system_error>
#include <utility>

#include "engine/compare.hpp"
#include "judge/call/call_guard.hpp"

namespace brickproof {
namespace {

constexpr std::size_t page = 4096;
// On either side: an index that was cut to 32 bits and became negative lands there.
constexpr std::size_t guard = std::size_t{1} << 36;
constexpr std::size_t values_of_a_piece = std::size_t{1} << 20;
// Of the limit of a usual call: where a call is predicted to take longer, larger sizes are left out.
constexpr double longest_call = 25.0;

[[noreturn]] void throw_errno(const char* what) {
    throw std::system_error(errno, std::generic_category(), what);
}

// Address space in which one piece of memory comes again and again.
class RepeatedArray {
  public:
    RepeatedArray(std::span<const std::byte> piece, std::size_t times)
        : piece_(piece.size()), bytes_(times * piece_) {
        const int file = memfd_create("brickproof", MFD_CLOEXEC);
        if (file < 0 || ftruncate(file, static_cast<off_t>(piece_)) != 0) throw_errno("making a file in memory");
        void* space =
            mmap(nullptr, bytes_ + 2 * guard, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
        if (space == MAP_FAILED) throw_errno("reserving address space");
        space_ = static_cast<std::byte*>(space);
        for (std::size_t at = 0; at < bytes_; at += piece_)
            if (mmap(data() + at, piece_, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED, file, 0) == MAP_FAILED)
                throw_errno("mapping a piece again");
        close(file);
        std::ranges::copy(piece, data());
    }
    ~RepeatedArray() { munmap(space_, bytes_ + 2 * guard); }
    RepeatedArray(const RepeatedArray&) = delete;
    RepeatedArray& operator=(const RepeatedArray&) = delete;

    std::byte* data() const { return space_ + guard; }
    std::span<const std::byte> piece() const { return {data(), piece_}; }

  private:
    std::size_t piece_;
    std::size_t bytes_;
    std::byte* space_ = nullptr;
};

// The case that is repeated: everyday data of a piece.
std::vector<std::size_t> sizes_of_a_piece(const Contract& contract) {
    std::vector<std::size_t> sizes = clipped_sizes(contract, contract.workloads.front().sizes, 64);
    std::size_t others = 1;
    for (std::size_t i = 0; i < sizes.size(); ++i)
        if (i != contract.independent_size && !std::ranges::count(contract.parameters, contract.size_names[i]))
            others *= std::max<std::size_t>(sizes[i], 1);
    sizes[*contract.independent_size] = values_of_a_piece / others;
    return sizes;
}

// Which operands become longer with the size; the others are there once.
std::vector<bool> growing_operands(const Contract& contract, const Case& piece) {
    std::vector<std::size_t> half(piece.sizes.begin(), piece.sizes.end());
    half[*contract.independent_size] /= 2;
    const Case smaller = typical_case(contract, half, 1);
    std::vector<bool> growing;
    for (std::size_t i = 0; i < piece.operands.size(); ++i)
        growing.push_back(piece.operands[i].count == 2 * smaller.operands[i].count && piece.operands[i].count > 0);
    return growing;
}

class LargeCall {
  public:
    LargeCall(const Kernel& kernel, const Case& piece, const std::vector<bool>& growing, std::size_t times)
        : kernel_(kernel), piece_(piece), sizes_(piece.sizes.begin(), piece.sizes.end()) {
        std::size_t& size = sizes_[*kernel.contract->independent_size];
        // Not whole pieces: a tail of half of one, less some units. The rest of the last piece is room for what a
        // kernel declares to read past the end.
        size = (times - 1) * size + size / 2 - 3 * size_units(*kernel.contract)[*kernel.contract->independent_size];
        for (std::size_t i = 0; i < piece.operands.size(); ++i) {
            const Operand& operand = piece.operands[i];
            const std::vector<std::byte> poison(operand.bytes(), std::byte{0xA5});
            const auto contents = operand.access == Access::input ? std::span<const std::byte>(operand.contents)
                                                                  : std::span<const std::byte>(poison);
            arrays_.push_back(growing[i] ? std::make_unique<RepeatedArray>(contents, times)
                                         : std::make_unique<RepeatedArray>(in_whole_pages(contents), 1));
            pointers_.push_back(operand.bytes() == 0 ? nullptr : arrays_.back()->data());
        }
    }

    Stop run(double limit) {
        set_call_limit(limit);
        return call_trapped([&]() noexcept {
            const KernelFunction fn = guarded(kernel_.fn, kernel_.contract->arguments, {});
            kernel_.contract->invoke(fn, sizes_, pointers_);
        });
    }
    Outputs outputs() const {
        Outputs outputs;
        for (std::size_t i = 0; i < piece_.operands.size(); ++i) {
            if (piece_.operands[i].access != Access::output) continue;
            const auto bytes = arrays_[i]->piece().first(piece_.operands[i].bytes());
            outputs.arrays.emplace_back(bytes.begin(), bytes.end());
        }
        return outputs;
    }
    std::size_t size() const { return sizes_[*kernel_.contract->independent_size]; }

  private:
    static std::vector<std::byte> in_whole_pages(std::span<const std::byte> contents) {
        std::vector<std::byte> pages((contents.size() / page + 2) * page);
        std::ranges::copy(contents, pages.begin());
        return pages;
    }

    const Kernel& kernel_;
    const Case& piece_;
    std::vector<std::size_t> sizes_;
    std::vector<std::unique_ptr<RepeatedArray>> arrays_;
    std::vector<void*> pointers_;
};

double seconds_since(std::chrono::steady_clock::time_point begun) {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - begun).count();
}

// As the small call gives it.
struct Piece {
    const Case& c;
    std::vector<bool> growing;  // operands
    Outputs expected;
};

Outcome judge_times(Probe& probe, const Piece& small, std::size_t times, double predicted) {
    const Kernel& kernel = probe.kernel();
    const auto& [piece, growing, expected] = small;
    LargeCall call(kernel, piece, growing, times);
    const Stop stop = call.run(10.0 * predicted + probe.limits().call());
    const std::string where =
        fmt::format("at {} = {}", kernel.contract->size_names[*kernel.contract->independent_size], call.size());
    if (stop.kind != Stop::Kind::none)
        return Outcome::fail(fmt::format("{}, more than fits into {} bits, {}", where,
                                         (times - 1) * values_of_a_piece >> 32 != 0 ? 32 : 31, describe(stop)));
    Outcome outcome = expect_same_outputs(piece, call.outputs(), expected);
    // Rows of a tail may be summed in another order.
    if (outcome.kind == Outcome::Kind::fail && kernel.contract->oracle != nullptr)
        if (const auto oracle = kernel.contract->oracle(piece); !oracle.empty())
            outcome = expect_outputs_within(piece, call.outputs(), oracle);
    return in_situation(fmt::format("{}, modulo {}: ", where, piece.sizes[*kernel.contract->independent_size]),
                        std::move(outcome));
}

Outcome judge_large_sizes(Probe& probe) {
    const Contract& contract = *probe.kernel().contract;
    if (!contract.independent_size)
        return Outcome::discard("not judged: every element of a result depends on all elements of its operands");
    const Case piece = typical_case(contract, sizes_of_a_piece(contract), 1);
    const std::vector<bool> growing = growing_operands(contract, piece);
    for (std::size_t i = 0; const bool grows : growing)
        if (piece.operands[i++].bytes() % page != 0 && grows)
            return Outcome::discard("not judged: a piece of its operands is not a whole number of pages");
    const Run alone = probe.run_placed(piece, {});
    const auto begun = std::chrono::steady_clock::now();
    if (alone.stopped || probe.run_placed(piece, {}).stopped) return Outcome::discard("a smaller call is stopped");
    // Where pages are touched for the first time, that takes longer than most kernels do.
    const double seconds_of_a_piece = seconds_since(begun) + 0.002;
    const Piece small{piece, growing, alone.outputs};
    bool judged = false;
    for (const std::size_t bits : {31u, 32u}) {
        const std::size_t times = (std::size_t{1} << bits) / values_of_a_piece + 1;
        const double predicted = static_cast<double>(times) * seconds_of_a_piece;
        if (predicted > longest_call * probe.limits().call()) break;
        Outcome outcome = judge_times(probe, small, times, predicted);
        if (outcome.kind != Outcome::Kind::pass) return outcome;
        judged = true;
    }
    return judged ? Outcome::pass() : Outcome::discard("not judged: a call would take too long");
}

}  // namespace

Outcome works_at_large_sizes(const Case&, Probe& probe) {
    try {
        return judge_large_sizes(probe);
    } catch (const std::system_error& error) {
        return Outcome::discard(
            fmt::format("not judged: the system does not give so much address space ({})", error.what()));
    }
}

}  // namespace brickproof
