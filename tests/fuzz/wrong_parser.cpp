// A parser with two faults, for campaigns to find: it loses a record, and reads where a length leads it.
#include <vector>

#include "fuzz/targets/complain.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size < 3 || data[0] != 'B') return 0;
    // On the heap, and of exactly this size: a sanitizer sees the first byte too many.
    const std::vector<std::uint8_t> rest(data + 2, data + size);
    if (data[1] == 'L' && rest[rest[0]] == 'E') return 0;
    if (data[1] == 'R' && rest[0] > 128) brickproof::fuzz::complain(fmt::format("a record is lost: {}", rest[0]));
    return 0;
}
