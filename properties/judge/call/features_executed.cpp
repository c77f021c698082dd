// The instructions that a kernel executes, held against the CPU features that its row declares: one that is not
// declared ends the process on a CPU that lacks it.
#include "judge/call/features_executed.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <fstream>
#include <iterator>
#include <map>
#include <optional>

#include "engine/random.hpp"
#include "judge/call/call_behaviours.hpp"
#include "judge/call/call_guard.hpp"
#include "judge/call/kernel_code.hpp"
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
            if (count_ == in_order_.size()) return false;
            slots_[i] = address;
            in_order_[count_++] = address;
            since_new_ = 0;
            return true;
        }
    }
    // Insertions since the last one of an address that was new.
    long since_new() const { return since_new_; }
    std::span<const std::uintptr_t> since(std::size_t size) const {
        return std::span(in_order_).first(count_).subspan(size);
    }

  private:
    std::array<std::uintptr_t, std::size_t{1} << 14> slots_{};
    std::array<std::uintptr_t, std::size_t{1} << 13> in_order_{};
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

struct Use {
    std::string mnemonic;
    std::string sizes;  // of the case
    const Code* code = nullptr;
};
using Uses = std::map<std::string, Use>;  // by feature

void add_uses(std::span<const std::uintptr_t> addresses, const std::vector<Code>& code, const std::string& sizes,
              Uses& uses) {
    for (const std::uintptr_t address : addresses) {
        const auto found = std::ranges::find_if(code, [&](const Code& c) { return !c.from(address).empty(); });
        if (found == code.end() || is_in_call_guard(address)) continue;
        const DecodedInstruction instruction = decode_instruction(found->from(address));
        for (const std::string& feature : instruction.features)
            uses.try_emplace(feature, Use{instruction.mnemonic, sizes, &*found});
    }
}

// Steps through calls of many sizes and contents: a tail, or a way out for rare data, may have instructions of its
// own.
std::optional<Uses> observe(Probe& probe, const std::vector<Code>& code) {
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
        if (without_news == 0) add_uses(executed.since(before), code, describe_sizes(c, contract.size_names), uses);
    }
    if (!any) return std::nullopt;
    return uses;
}

std::string row_of(const Kernel& kernel) {
    return kernel.cpu_features.empty() ? "declares no CPU feature" : "declares " + kernel.cpu_features;
}

// By what others found out: names of functions and tables that it may import.
bool may_import_what_the_cpu_has(const std::string& library) {
    std::ifstream file(library, std::ios::binary);
    const std::string bytes{std::istreambuf_iterator<char>(file), {}};
    return std::ranges::any_of(std::array{"__x86_get_cpuid_feature_leaf", "__cpu_model", "getauxval", "cpuinfo_"},
                               [&](const char* name) { return bytes.find(name) != std::string::npos; });
}

Outcome uses_what_is_declared(const Kernel& kernel, const Uses& uses) {
    const std::set<std::string> declared = with_implied_features(kernel.cpu_features);
    std::vector<std::string> undeclared;
    std::set<const Code*> users;
    for (const auto& [feature, use] : uses) {
        if (declared.contains(feature)) continue;
        undeclared.push_back(fmt::format("{} at {}, which needs {}", use.mnemonic, use.sizes, feature));
        users.insert(use.code);
    }
    if (undeclared.empty()) return Outcome::pass();
    const bool chooses = std::ranges::any_of(users, [](const Code* code) {
        return !code->library.empty() && (asks_the_cpu(*code) || may_import_what_the_cpu_has(code->library));
    });
    const std::string what =
        fmt::format("executes {}; its row {}", fmt::join(undeclared, ", and "), row_of(kernel));
    return chooses ? Outcome::note(what + " (its library asks the CPU, and may choose by that)")
                   : Outcome::fail(what);
}

// By what was seen and by what can be reached, so that a way that no call took is not held against it.
Outcome declares_what_is_used(const Kernel& kernel, const std::vector<Code>& code, const Uses& uses) {
    if (kernel.cpu_features.empty()) return Outcome::pass();
    const Reachable reachable = reachable_from(code, reinterpret_cast<std::uintptr_t>(kernel.fn));
    if (!reachable.complete) return Outcome::pass();
    std::set<std::string> used = reachable.features;
    for (const auto& [feature, use] : uses) used.insert(feature);
    const std::set<std::string> covered = with_implied_features(fmt::format("{}", fmt::join(used, ",")));
    std::set<std::string> unused;
    for (const std::string& feature : listed_features(kernel.cpu_features))
        if (feature != "sse2" && !covered.contains(feature)) unused.insert(feature);
    if (unused.empty()) return Outcome::pass();
    return Outcome::note(
        fmt::format("its row {}, and has no instruction of {}", row_of(kernel), fmt::join(unused, ", ")));
}

}  // namespace

Outcome executes_declared_features(const Case&, Probe& probe) {
    if (!can_single_step || !can_decode_instructions())
        return Outcome::discard("not judged: this build cannot look at instructions (x86-64 with Zydis can)");
    const Kernel& kernel = probe.kernel();
    const std::vector<Code> code = code_of(kernel);
    const std::optional<Uses> uses = observe(probe, code);
    if (!uses) return Outcome::discard();
    const Outcome declared = uses_what_is_declared(kernel, *uses);
    return declared.kind == Outcome::Kind::pass ? declares_what_is_used(kernel, code, *uses) : declared;
}

}  // namespace brickproof
