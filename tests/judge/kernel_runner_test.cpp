// What a kernel did to memory, in words: each side, reads and writes, roomy and flush.
#include "judge/kernel_runner.hpp"

#include <gtest/gtest.h>

#include "guest_kernels.hpp"
#include "misbehaviour.hpp"

namespace brickproof {
namespace {

using Violation = Run::Violation;
using Where = Placement::Where;

class Runner : public testing::Test {
  protected:
    void SetUp() override {
        install_fault_trap();
        find_contract("f16.to_f32")->typical(std::vector<std::size_t>{9}, 1, case_);
    }
    brickproof::Run run(const Kernel& kernel, const Placement& placement) {
        return KernelRunner(kernel).run(case_, placement);
    }
    static void expect(const brickproof::Run& run, Violation violation, std::string_view says) {
        EXPECT_EQ(run.violation, violation) << run.what;
        EXPECT_NE(run.what.find(says), std::string::npos) << run.what;
    }

    Case case_;
};

void reads_one_behind(const std::uint16_t* x, float* y, std::size_t n) {
    right_to_f32(x, y, n);
    faults::read_bytes(x + n, 2);
}
void reads_one_before(const std::uint16_t* x, float* y, std::size_t n) {
    right_to_f32(x, y, n);
    faults::read_bytes(x - 1, 2);
}
void reads_two_behind(const std::uint16_t* x, float* y, std::size_t n) {
    right_to_f32(x, y, n);
    faults::read_bytes(x + n, 4);
}
void writes_one_behind(const std::uint16_t* x, float* y, std::size_t n) {
    right_to_f32(x, y, n);
    faults::write_byte(y + n, 0);
}
void writes_one_before(const std::uint16_t* x, float* y, std::size_t n) {
    right_to_f32(x, y, n);
    faults::write_byte(reinterpret_cast<unsigned char*>(y) - 1, 0);
}
void writes_its_input(const std::uint16_t* x, float* y, std::size_t n) {
    right_to_f32(x, y, n);
    faults::write_back(x);
}
void crashes(const std::uint16_t*, float*, std::size_t) {
    faults::crash_on_a_null_pointer();
}
void hangs(const std::uint16_t*, float*, std::size_t) {
    faults::loop_for_ever();
}
void leaves_rounding_upward(const std::uint16_t* x, float* y, std::size_t n) {
    right_to_f32(x, y, n);
    faults::leave_rounding_upward();
}

TEST_F(Runner, ARightKernelIsRightEverywhere) {
    const Kernel kernel = guest("f16.to_f32", "right", right_to_f32);
    KernelRunner runner(kernel);
    const brickproof::Run roomy = runner.run(case_, {});
    ASSERT_EQ(roomy.outputs.arrays.size(), 1u);
    for (const Where where : {Where::roomy, Where::flush_start, Where::flush_end}) {
        for (const bool read_only : {false, true}) {
            const brickproof::Run run = runner.run(case_, {.where = where, .inputs_read_only = read_only});
            EXPECT_EQ(run.violation, Violation::none) << run.what;
            EXPECT_EQ(run.outputs, roomy.outputs);
            EXPECT_EQ(run.before, run.after);
        }
    }
    for (std::size_t offset = 0; offset < 32; ++offset)
        EXPECT_EQ(runner.run(case_, {.offsets = offset * all_by_one}).outputs, roomy.outputs);
}

TEST_F(Runner, AReadBehindTheEndIsSeenFlushWithTheEndOnly) {
    const Kernel kernel = guest("f16.to_f32", "over", reads_one_behind);
    expect(run(kernel, {.where = Where::flush_end}), Violation::read_out_of_bounds,
           "reads past the end of x (first at byte 0 past it)");
    EXPECT_EQ(run(kernel, {}).violation, Violation::none);
    EXPECT_EQ(run(kernel, {.where = Where::flush_start}).violation, Violation::none);
}

TEST_F(Runner, AReadBeforeTheStartIsSeenFlushWithTheStartOnly) {
    const Kernel kernel = guest("f16.to_f32", "under", reads_one_before);
    expect(run(kernel, {.where = Where::flush_start}), Violation::read_out_of_bounds,
           "reads before the start of x (2 bytes before it)");
    EXPECT_EQ(run(kernel, {}).violation, Violation::none);
    EXPECT_EQ(run(kernel, {.where = Where::flush_end}).violation, Violation::none);
}

TEST_F(Runner, TheReadSlackIsAllowedAndNotAByteMore) {
    Kernel one = guest("f16.to_f32", "one", reads_one_behind);
    Kernel two = guest("f16.to_f32", "two", reads_two_behind);
    one.read_slack = two.read_slack = 2;
    EXPECT_EQ(run(one, {.where = Where::flush_end}).violation, Violation::none);
    expect(run(two, {.where = Where::flush_end}), Violation::read_out_of_bounds, "first at byte 2 past it");
    two.read_slack = 4;
    EXPECT_EQ(run(two, {.where = Where::flush_end}).violation, Violation::none);
}

TEST_F(Runner, TheReadSlackAllowsNoWrite) {
    Kernel kernel = guest("f16.to_f32", "over", writes_one_behind);
    kernel.read_slack = 64;
    EXPECT_EQ(run(kernel, {.where = Where::flush_end}).violation, Violation::wrote_out_of_bounds);
    EXPECT_EQ(run(kernel, {}).violation, Violation::wrote_out_of_bounds);
}

TEST_F(Runner, AWriteOutsideIsSeenRoomyAndFlush) {
    const Kernel behind = guest("f16.to_f32", "over", writes_one_behind);
    expect(run(behind, {}), Violation::wrote_out_of_bounds, "writes 1 byte past the end of y");
    expect(run(behind, {.where = Where::flush_end}), Violation::wrote_out_of_bounds, "writes past the end of y");
    const Kernel before = guest("f16.to_f32", "under", writes_one_before);
    expect(run(before, {}), Violation::wrote_out_of_bounds, "writes 1 byte before the start of y");
    expect(run(before, {.where = Where::flush_start}), Violation::wrote_out_of_bounds,
           "writes before the start of y (1 byte before it)");
}

TEST_F(Runner, AWriteToTheInputIsSeenEvenOfTheSameValue) {
    const Kernel kernel = guest("f16.to_f32", "input", writes_its_input);
    EXPECT_EQ(run(kernel, {}).violation, Violation::none);
    expect(run(kernel, {.inputs_read_only = true}), Violation::wrote_input, "writes its input x, byte 0");
}

TEST_F(Runner, CrashesAndHangsAreStops) {
    const brickproof::Run crash = run(guest("f16.to_f32", "crash", crashes), {});
    EXPECT_TRUE(crash.stopped);
    expect(crash, Violation::crashed, "SIGSEGV");
    const Kernel kernel = guest("f16.to_f32", "hang", hangs);
    KernelRunner runner(kernel);
    Pulse pulse;
    runner.watch(pulse, {10.0});
    for (int call = 0; call < 4; ++call)
        expect(runner.run(case_, {}), Violation::did_not_end, "s of CPU time, of which it has 0.1 s");
    EXPECT_EQ(pulse.hangs, 2) << "what hung twice is known";
    runner.watch(pulse, {0.1});
    EXPECT_TRUE(runner.has_given_up());
    expect(runner.run(case_, {}), Violation::none, "not called any more");
}

TEST_F(Runner, TheEnvironmentIsReadBeforeAndAfter) {
    const brickproof::Run changed = run(guest("f16.to_f32", "rounding", leaves_rounding_upward), {});
    EXPECT_NE(changed.before, changed.after);
    EXPECT_EQ(changed.violation, Violation::none);
}

TEST_F(Runner, OutputsHoldThePoisonBefore) {
    const Kernel kernel = guest(
        "f16.to_f32", "nothing", +[](const std::uint16_t*, float*, std::size_t) {});
    const brickproof::Run untouched = run(kernel, {.poison = std::byte{0x3B}});
    for (const std::byte byte : untouched.outputs.arrays[0]) EXPECT_EQ(byte, std::byte{0x3B});
}

}  // namespace
}  // namespace brickproof
