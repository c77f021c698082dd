// A question about a kernel, answered by a process of its own: what its calls do to memory and signals ends there.
#pragma once

#include <cstring>
#include <functional>
#include <string>
#include <string_view>
#include <type_traits>

#include "judge/probe.hpp"

namespace brickproof {

template <typename Answer>
struct OwnProcess {
    enum class End {
        answered,
        early,    // the process ended before it had answered
        overdue,  // a slow machine, or a call that hangs: it had to be ended
    };
    End end = End::early;
    Answer answer{};  // where it answered
};

// As a process tells it: the bytes that `work` gives, and false where it had to be ended.
struct OwnProcessBytes {
    std::string bytes{};
    bool was_ended = false;
};
OwnProcessBytes run_in_own_process(Probe& probe, const std::function<std::string()>& work);

template <typename Answer>
OwnProcess<Answer> ask_in_own_process(Probe& probe, const std::function<Answer()>& question) {
    static_assert(std::is_trivially_copyable_v<Answer>);
    using Asked = OwnProcess<Answer>;
    const OwnProcessBytes told = run_in_own_process(probe, [&] {
        const Answer answer = question();
        return std::string(reinterpret_cast<const char*>(&answer), sizeof(answer));
    });
    Asked asked;
    if (told.was_ended) asked.end = Asked::End::overdue;
    if (told.was_ended || told.bytes.size() != sizeof(Answer)) return asked;
    asked.end = Asked::End::answered;
    std::memcpy(&asked.answer, told.bytes.data(), sizeof(Answer));
    return asked;
}

}  // namespace brickproof
