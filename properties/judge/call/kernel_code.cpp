#include "judge/call/kernel_code.hpp"

#include <link.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <string_view>
#include <unordered_set>

#include "judge/call/features_executed.hpp"

namespace brickproof {
namespace {

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

bool is_of_the_system(const std::string& library) {
    const std::string name = library.substr(library.rfind('/') + 1);
    constexpr std::array system = {"ld-",       "ld64",       "libc.",  "libm.",     "libmvec.",    "libstdc++.",
                                   "libgcc_s.", "libgomp.",   "libomp", "libiomp5.", "libpthread.", "libdl.",
                                   "librt.",    "linux-vdso", "libc++", "libasan.",  "libubsan."};
    return std::ranges::any_of(system, [&](std::string_view prefix) { return name.starts_with(prefix); });
}

// Goes through instructions, each once.
class Walk {
  public:
    explicit Walk(const std::vector<Code>& code) : code_(code) {}

    Reachable from(std::uintptr_t entry) {
        pending_.push_back(entry);
        while (!pending_.empty() && seen_.size() < most_instructions) {
            const std::uintptr_t at = pending_.back();
            pending_.pop_back();
            follow(at);
        }
        found_.complete = found_.complete && pending_.empty();
        return std::move(found_);
    }

  private:
    static constexpr std::size_t most_instructions = 200'000;

    // Up to a jump or an instruction that is known.
    void follow(std::uintptr_t at) {
        while (seen_.insert(at).second) {
            const DecodedInstruction instruction = decode_instruction(code_from(code_, at));
            if (instruction.length == 0) return;  // the system's, or no code
            found_.features.insert(instruction.features.begin(), instruction.features.end());
            if (instruction.flow == Flow::branch || instruction.flow == Flow::jump) go(at, instruction);
            if (instruction.flow == Flow::jump || instruction.flow == Flow::end) return;
            at += instruction.length;
        }
    }

    void go(std::uintptr_t at, const DecodedInstruction& instruction) {
        if (instruction.target) {
            pending_.push_back(at + static_cast<std::uintptr_t>(*instruction.target));
        } else if (instruction.pointer) {  // of a function of another library: it was filled when loading
            std::uintptr_t target = 0;
            std::memcpy(&target,
                        reinterpret_cast<const void*>(at + static_cast<std::uintptr_t>(*instruction.pointer)),
                        sizeof(target));
            pending_.push_back(target);
        } else {
            found_.complete = false;
        }
    }

    const std::vector<Code>& code_;
    std::vector<std::uintptr_t> pending_;
    std::unordered_set<std::uintptr_t> seen_;
    Reachable found_;
};

}  // namespace

std::span<const std::uint8_t> Code::from(std::uintptr_t address) const {
    const auto begin = reinterpret_cast<std::uintptr_t>(bytes.data());
    if (address < begin || address >= begin + bytes.size()) return {};
    return bytes.subspan(address - begin);
}

std::vector<Code> code_of(const Kernel& kernel) {
    std::vector<Code> code = loaded_code();
    const bool in_program = kernel.plugin_path.empty();  // which is named by nothing
    std::erase_if(code, [&](const Code& c) {
        return in_program ? !c.library.empty() : c.library.empty() || is_of_the_system(c.library);
    });
    return code;
}

std::span<const std::uint8_t> code_from(const std::vector<Code>& code, std::uintptr_t address) {
    for (const Code& c : code)
        if (const auto from = c.from(address); !from.empty()) return from;
    return {};
}

bool asks_the_cpu(const Code& code) {
    for (std::size_t at = 0; at < code.bytes.size();) {
        const DecodedInstruction instruction = decode_instruction(code.bytes.subspan(at));
        if (instruction.asks_the_cpu) return true;
        at += std::max<std::size_t>(instruction.length, 1);
    }
    return false;
}

Reachable reachable_from(const std::vector<Code>& code, std::uintptr_t entry) {
    return Walk(code).from(entry);
}

}  // namespace brickproof
