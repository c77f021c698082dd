// The instructions that a kernel executes, held against the CPU features that its row declares: one that is not
// declared ends the process on a CPU that lacks it.
#include "judge/call/features_executed.hpp"

#include <fmt/format.h>
#include <link.h>

#include <algorithm>
#include <array>
#include <map>
#include <optional>

#include "engine/random.hpp"
#include "judge/call/call_behaviours.hpp"
#include "judge/call/call_guard.hpp"
#include "judge/call/single_step.hpp"

namespace brickproof {
namespace {

// Addresses that were executed: written in a signal handler, so without an allocation.
class AddressSet {
  public:
    void clear() {
        slots_.fill(0);
        count_ = 0;
        since_new_ = 0;
    }
    void begin_call() { since_new_ = 0; }
    std::size_t size() const { return count_; }
    // False where there is no more room.
    bool insert(std::uintptr_t address) {
        ++since_new_;
        for (std::size_t i = address * 0x9E3779B97F4A7C15u >> 50;; i = (i + 1) % slots_.size()) {
            if (slots_[i] == address) return true;
            if (slots_[i] != 0) continue;
            if (count_ == slots_.size() / 2) return false;
            slots_[i] = address;
            ++count_;
            since_new_ = 0;
            return true;
        }
    }
    // Insertions since the last one of an address that was new.
    long since_new() const { return since_new_; }
    template <typename Visit>
    void for_each(Visit visit) const {
        for (const std::uintptr_t address : slots_)
            if (address != 0) visit(address);
    }

  private:
    std::array<std::uintptr_t, std::size_t{1} << 14> slots_{};
    std::size_t count_ = 0;
    long since_new_ = 0;
};

// A step costs microseconds. One call is left where it goes round a loop that is known, and no more are made where
// several showed nothing new.
constexpr long most_steps = 6'000;
constexpr long steps_of_a_loop = 200;
constexpr int calls_without_news = 10;
constexpr int most_calls = 60;

AddressSet executed;
long steps_left = 0;

bool record(std::uintptr_t address) {
    return executed.insert(address) && executed.since_new() < steps_of_a_loop && --steps_left > 0;
}

// Executable memory of a library that is loaded.
struct Code {
    std::string library;  // its path; empty for the program itself
    std::span<const std::uint8_t> bytes;

    bool holds(std::uintptr_t address) const {
        const auto begin = reinterpret_cast<std::uintptr_t>(bytes.data());
        return address >= begin && address < begin + bytes.size();
    }
};

std::vector<Code> loaded_code() {
    std::vector<Code> all;
    dl_iterate_phdr(
        [](dl_phdr_info* info, std::size_t, void* to) {
            for (std::size_t i = 0; i < info->dlpi_phnum; ++i) {
                const auto& segment = info->dlpi_phdr[i];
                if (segment.p_type != PT_LOAD || (segment.p_flags & PF_X) == 0) continue;
                const auto* begin = reinterpret_cast<const std::uint8_t*>(info->dlpi_addr + segment.p_vaddr);
                static_cast<std::vector<Code>*>(to)->push_back({info->dlpi_name, {begin, segment.p_filesz}});
            }
            return 0;
        },
        &all);
    return all;
}

// The system's libraries choose their instructions by the CPU themselves. (The program is named by nothing.)
bool is_of_the_system(const std::string& library) {
    const std::string name = library.substr(library.rfind('/') + 1);
    constexpr std::array system = {"ld-",       "ld64",       "libc.",  "libm.",     "libmvec.",    "libstdc++.",
                                   "libgcc_s.", "libgomp.",   "libomp", "libiomp5.", "libpthread.", "libdl.",
                                   "librt.",    "linux-vdso", "libc++", "libasan.",  "libubsan."};
    return std::ranges::any_of(system, [&](std::string_view prefix) { return name.starts_with(prefix); });
}

// The code that is the kernel's to answer for: of a plug-in, its own and that of the libraries that it brings; of
// our own kernels, the program's.
std::vector<Code> code_of(const Kernel& kernel) {
    std::vector<Code> code = loaded_code();
    const bool in_program = kernel.plugin_path.empty();
    std::erase_if(code, [&](const Code& c) {
        return in_program ? !c.library.empty() : c.library.empty() || is_of_the_system(c.library);
    });
    return code;
}

// Where a library has cpuid, it may choose by it: what it executes here need not be what it executes elsewhere.
bool asks_the_cpu(const Code& code) {
    for (std::size_t at = 0; at < code.bytes.size();) {
        const DecodedInstruction instruction = decode_instruction(code.bytes.subspan(at));
        if (instruction.asks_the_cpu) return true;
        at += std::max<std::size_t>(instruction.length, 1);
    }
    return false;
}

struct Use {
    std::string mnemonic;
    std::string sizes;  // of the case
    const Code* code = nullptr;
};
using Uses = std::map<std::string, Use>;  // by feature

void add_uses(const std::vector<Code>& code, const std::string& sizes, Uses& uses) {
    executed.for_each([&](std::uintptr_t address) {
        const auto found = std::ranges::find_if(code, [&](const Code& c) { return c.holds(address); });
        if (found == code.end() || is_in_call_guard(address)) return;
        const std::size_t at = address - reinterpret_cast<std::uintptr_t>(found->bytes.data());
        const DecodedInstruction instruction = decode_instruction(found->bytes.subspan(at));
        for (const std::string& feature : instruction.features)
            uses.try_emplace(feature, Use{instruction.mnemonic, sizes, &*found});
    });
}

// Steps through calls of many sizes and contents: a tail, or a way out for rare data, may have instructions of its
// own.
std::optional<Uses> observe(Probe& probe, const std::vector<Code>& code, bool& cut_short) {
    const Contract& contract = *probe.kernel().contract;
    const Preconditions holding(probe.kernel().assumes);
    Uses uses;
    Random random(1);
    executed.clear();
    steps_left = most_steps;
    bool any = false;
    int without_news = 0;
    for (int call = 0; call < most_calls && without_news < calls_without_news && steps_left > 0; ++call) {
        Bytes bytes(call == 0 ? 0 : 64);
        for (std::uint8_t& byte : bytes) byte = static_cast<std::uint8_t>(random.next());
        const Case c = decode_case(contract, bytes, holding);
        const std::size_t before = executed.size();
        executed.begin_call();
        const Run run = run_single_stepped(probe.runner(), c, record);
        any = any || !run.stopped;
        without_news = executed.size() > before ? 0 : without_news + 1;
        if (without_news == 0) add_uses(code, describe_sizes(c, contract.size_names), uses);
    }
    cut_short = steps_left <= 0;
    if (!any) return std::nullopt;
    return uses;
}

std::string text_of(const std::set<std::string>& features) {
    return fmt::format("{}", fmt::join(features, ", "));
}

}  // namespace

Outcome executes_declared_features(const Case&, Probe& probe) {
    if (!can_single_step || !can_decode_instructions()) return Outcome::discard();
    const Kernel& kernel = probe.kernel();
    const std::vector<Code> code = code_of(kernel);
    bool cut_short = false;
    const std::optional<Uses> uses = observe(probe, code, cut_short);
    if (!uses) return Outcome::discard();

    const std::set<std::string> declared = with_implied_features(kernel.cpu_features);
    std::string used;
    std::vector<std::string> undeclared;
    bool chooses = false;
    for (const auto& [feature, use] : *uses) {
        used += feature + ",";
        if (declared.contains(feature)) continue;
        undeclared.push_back(fmt::format("{} at {}, which needs {}", use.mnemonic, use.sizes, feature));
        chooses = chooses || (!use.code->library.empty() && asks_the_cpu(*use.code));
    }
    const std::string row =
        kernel.cpu_features.empty() ? "declares no CPU feature" : fmt::format("declares {}", kernel.cpu_features);
    if (!undeclared.empty()) {
        const std::string what = fmt::format("executes {}; its row {}", fmt::join(undeclared, ", and "), row);
        return chooses ? Outcome::note(what + " (its library asks the CPU, and may choose by that)")
                       : Outcome::fail(what);
    }
    if (cut_short) return Outcome::pass();  // what came after is not known
    const std::set<std::string> covered = with_implied_features(used);
    std::set<std::string> unused;
    for (const std::string& feature : listed_features(kernel.cpu_features))
        if (feature != "sse2" && !covered.contains(feature)) unused.insert(feature);
    if (unused.empty()) return Outcome::pass();
    return Outcome::note(
        fmt::format("its row {}, and no call was seen to execute an instruction of {}", row, text_of(unused)));
}

}  // namespace brickproof
