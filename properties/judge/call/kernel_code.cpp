#include "judge/call/kernel_code.hpp"

#include <link.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <functional>
#include <string_view>
#include <unordered_set>

#include "judge/call/features_executed.hpp"

namespace brickproof {
namespace {

// For each library that is loaded, the program among them.
void for_each_library(const std::function<void(const dl_phdr_info&)>& act) {
    dl_iterate_phdr(
        [](dl_phdr_info* info, std::size_t, void* to) {
            (*static_cast<const std::function<void(const dl_phdr_info&)>*>(to))(*info);
            return 0;
        },
        const_cast<void*>(static_cast<const void*>(&act)));
}

bool is_of_the_system(const std::string& library) {
    const std::string name = library.substr(library.rfind('/') + 1);
    constexpr std::array system = {"ld-",       "ld64",       "libc.",  "libm.",     "libmvec.",    "libstdc++.",
                                   "libgcc_s.", "libgomp.",   "libomp", "libiomp5.", "libpthread.", "libdl.",
                                   "librt.",    "linux-vdso", "libc++", "libasan.",  "libubsan."};
    return std::ranges::any_of(system, [&](std::string_view prefix) { return name.starts_with(prefix); });
}

// Whether a kernel answers for what is in a library. The program is named by nothing.
bool brings(const Kernel& kernel, const std::string& library) {
    if (kernel.plugin_path.empty()) return library.empty();
    return !library.empty() && !is_of_the_system(library);
}

std::span<const ElfW(Phdr)> segments_of(const dl_phdr_info& library) {
    return {library.dlpi_phdr, library.dlpi_phnum};
}

std::uintptr_t page_of(std::uintptr_t address) {
    const auto page = static_cast<std::uintptr_t>(sysconf(_SC_PAGESIZE));
    return address / page * page;
}

std::uintptr_t next_page_of(std::uintptr_t address) {
    return page_of(address + static_cast<std::uintptr_t>(sysconf(_SC_PAGESIZE)) - 1);
}

// Where that ends which is written while the library is loaded, and can only be read from then on; 0 where there
// is none.
std::uintptr_t end_of_relocated(const dl_phdr_info& library) {
    for (const auto& segment : segments_of(library))
        if (segment.p_type == PT_GNU_RELRO) return page_of(library.dlpi_addr + segment.p_vaddr + segment.p_memsz);
    return 0;
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
    std::vector<Code> code;
    for_each_library([&](const dl_phdr_info& library) {
        if (!brings(kernel, library.dlpi_name)) return;
        for (const auto& segment : segments_of(library)) {
            if (segment.p_type != PT_LOAD || (segment.p_flags & PF_X) == 0) continue;
            const auto* begin = reinterpret_cast<const std::uint8_t*>(library.dlpi_addr + segment.p_vaddr);
            code.push_back({library.dlpi_name, {begin, segment.p_filesz}});
        }
    });
    return code;
}

std::vector<StaticData> static_data_of(const Kernel& kernel) {
    std::vector<StaticData> data;
    for_each_library([&](const dl_phdr_info& library) {
        if (!brings(kernel, library.dlpi_name)) return;
        for (const auto& segment : segments_of(library)) {
            if (segment.p_type != PT_LOAD || (segment.p_flags & PF_W) == 0) continue;
            const std::uintptr_t first = library.dlpi_addr + segment.p_vaddr;
            const std::uintptr_t begin = std::max(page_of(first), end_of_relocated(library));
            const std::uintptr_t end = next_page_of(first + segment.p_memsz);
            if (begin < end) data.push_back({reinterpret_cast<std::byte*>(begin), end - begin});
        }
    });
    return data;
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
