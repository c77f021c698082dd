// NumPy's archives of arrays (.npz): a ZIP file, here of stored members only. What is read comes from outside.
// Sources: PKWARE's APPNOTE.TXT 6.3.10, sections 4.3 and 4.4; numpy.savez.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/expected.hpp"

namespace brickproof::golden {

struct Member {
    std::string name;  // "softmax/x.npy"; numpy.load() takes the ".npy" away
    std::string bytes;

    bool operator==(const Member&) const = default;
};

// CRC-32 as in ZIP and PNG.
std::uint32_t crc32_of(std::string_view bytes);

// The whole file: the same members make the same bytes, so no time and no system is in it.
std::string npz_text(std::span<const Member> members);

// Also what numpy.savez and Python's zipfile write. The members must fill the file from its first byte to its
// directory, one after the other: none overlaps another, and nothing lies hidden between them. Problems, half a
// sentence each that follows the file's name: no archive, cut off, compressed, encrypted, a name that is there
// twice or that is no plain path, a checksum that does not fit.
Expected<std::vector<Member>> parse_npz(std::string_view text);

}  // namespace brickproof::golden
