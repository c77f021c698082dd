// Quantises one block by the checked API and prints which kernel that takes, or the error and what select_isa does
// to it.
#include <array>
#include <cstdio>
#include <string>

#include "brick/isa.hpp"
#include "brick/q8_0.hpp"

namespace {

std::string outcome() {
    std::array<float, 32> x{};
    std::array<brickproof_q8_0, 1> blocks{};
    if (const auto done = brick::q8_0::quantize(x, blocks); !done) {
        return "error: " + std::string(done.error().message.view());
    }
    const auto report = brick::isa_report();
    if (!report) return "error: " + std::string(report.error().message.view());
    const brick::IsaReport& op = report->front();
    std::string text = "ok, supported:";
    for (const auto variant : op.supported) text += " " + std::string(variant);
    return text + ", chosen: " + std::string(op.chosen);
}

}  // namespace

int main() {
    std::printf("%s\n", outcome().c_str());
    if (!brick::select_isa("auto")) return 1;
    std::printf("then auto: %s\n", outcome().c_str());
    return 0;
}
