#include "cases/npz_file.hpp"

#include <fmt/format.h>

#include <boost/crc.hpp>
#include <limits>
#include <optional>
#include <set>

namespace brickproof::golden {
namespace {

constexpr std::string_view local_signature = "PK\x03\x04";
constexpr std::string_view central_signature = "PK\x01\x02";
constexpr std::string_view end_signature = "PK\x05\x06";
constexpr std::size_t local_size = 30;  // of the fixed parts
constexpr std::size_t central_size = 46;
constexpr std::size_t end_size = 22;
constexpr unsigned stored = 0;
constexpr unsigned version_needed = 20;
constexpr unsigned first_of_january_1980 = 0x21;  // ZIP's earliest date
constexpr unsigned names_in_utf8 = 1u << 11;
constexpr std::uint32_t size_in_extra = 0xFFFFFFFFu;  // as numpy.savez leaves it before each member

template <typename Number>
void append(std::string& text, Number number) {
    for (std::size_t i = 0; i < sizeof(number); ++i) text += static_cast<char>(number >> (8 * i) & 0xFF);
}

template <typename Number>
Number number_at(std::string_view text, std::size_t at) {
    Number number = 0;
    for (std::size_t i = 0; i < sizeof(number); ++i)
        number =
            static_cast<Number>(number | static_cast<Number>(static_cast<unsigned char>(text[at + i])) << (8 * i));
    return number;
}
std::uint16_t u16(std::string_view text, std::size_t at) {
    return number_at<std::uint16_t>(text, at);
}
std::uint32_t u32(std::string_view text, std::size_t at) {
    return number_at<std::uint32_t>(text, at);
}

// What both headers of a member say of it, in the order of the format, from the version to the name's length.
void append_description(std::string& text, const Member& member, std::uint32_t crc32) {
    const auto size = static_cast<std::uint32_t>(member.bytes.size());
    for (const unsigned field : {version_needed, 0u, stored, 0u, first_of_january_1980})
        append(text, static_cast<std::uint16_t>(field));
    for (const std::uint32_t field : {crc32, size, size}) append(text, field);
    append(text, static_cast<std::uint16_t>(member.name.size()));
    append(text, std::uint16_t{0});  // no extra field
}

// Tools that unpack an archive make files of these names.
bool is_plain_path(std::string_view name) {
    constexpr std::string_view allowed = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-/";
    if (name.empty() || name.front() == '/' || name.back() == '/') return false;
    return name.find_first_not_of(allowed) == std::string_view::npos && name.find("..") == std::string_view::npos;
}

// Reads an archive by its directory; `position_` is where the next member has to lie.
class Reader {
  public:
    explicit Reader(std::string_view text) : text_(text) {}

    Expected<std::vector<Member>> read() {
        std::optional<Problem> problem = find_directory();
        for (unsigned i = 0; i < count_ && !problem; ++i) problem = read_member();
        if (!problem && (position_ != directory_start_ || directory_.size() != 0)) problem = malformed();
        if (problem) return *problem;
        return std::move(members_);
    }

  private:
    static Problem malformed() { return {"is not an .npz file as NumPy writes it, or is cut off"}; }

    std::optional<Problem> find_directory() {
        if (text_.size() < end_size) return malformed();
        const std::size_t end = text_.size() - end_size;
        const std::string_view record = text_.substr(end);
        count_ = u16(record, 10);
        const std::size_t size = u32(record, 12);
        directory_start_ = u32(record, 16);
        const bool one_disk = u32(record, 4) == 0 && u16(record, 8) == count_;
        if (!record.starts_with(end_signature) || !one_disk || u16(record, 20) != 0) return malformed();
        if (directory_start_ > end || size != end - directory_start_) return malformed();
        directory_ = text_.substr(directory_start_, size);
        return std::nullopt;
    }

    std::optional<Problem> read_member() {
        if (directory_.size() < central_size || !directory_.starts_with(central_signature)) return malformed();
        const std::string_view entry = directory_.substr(0, central_size);
        const std::size_t name_size = u16(entry, 28);
        const std::size_t all = central_size + name_size + u16(entry, 30) + u16(entry, 32);
        if (directory_.size() < all) return malformed();
        const std::string name(directory_.substr(central_size, name_size));
        directory_.remove_prefix(all);
        if (!is_plain_path(name)) return Problem{"has a member whose name is not a plain path"};
        if (!names_.insert(name).second) return Problem{fmt::format("has the member {} twice", name)};
        if ((u16(entry, 8) & ~names_in_utf8) != 0)
            return Problem{fmt::format("has the member {}, which is encrypted or written as a stream", name)};
        if (u16(entry, 10) != stored)
            return Problem{fmt::format(
                "has the member {}, which is compressed; golden files are stored, as numpy.savez writes them",
                name)};
        const std::uint32_t size = u32(entry, 24);
        if (u32(entry, 20) != size || u32(entry, 42) != position_) return malformed();
        if (!skip_local_header(name, entry) || directory_start_ - position_ < size)
            return Problem{fmt::format("has the member {}, which does not lie where the directory says", name)};
        Member member{name, std::string(text_.substr(position_, size))};
        position_ += size;
        if (const std::uint32_t crc32 = crc32_of(member.bytes); crc32 != u32(entry, 16))
            return Problem{fmt::format("is damaged: {} has the CRC-32 {:08x}, the directory says {:08x}", name,
                                       crc32, u32(entry, 16))};
        members_.push_back(std::move(member));
        return std::nullopt;
    }

    // The header in front of a member says what the directory says of it.
    bool skip_local_header(std::string_view name, std::string_view entry) {
        if (directory_start_ - position_ < local_size) return false;
        const std::string_view header = text_.substr(position_, local_size);
        const std::size_t extra = u16(header, 28);
        if (!header.starts_with(local_signature) || u16(header, 26) != name.size()) return false;
        if (directory_start_ - position_ - local_size < name.size() + extra) return false;
        if (text_.substr(position_ + local_size, name.size()) != name) return false;
        const bool same_kind = header.substr(6, 4) == entry.substr(8, 4);
        const bool same_sizes = header.substr(14, 12) == entry.substr(16, 12) ||
                                (extra > 0 && u32(header, 14) == u32(entry, 16) &&
                                 u32(header, 18) == size_in_extra && u32(header, 22) == size_in_extra);
        position_ += local_size + name.size() + extra;
        return same_kind && same_sizes;
    }

    std::string_view text_;
    std::string_view directory_;  // what is left of it
    std::size_t directory_start_ = 0;
    std::size_t position_ = 0;
    unsigned count_ = 0;
    std::set<std::string> names_;
    std::vector<Member> members_;
};

}  // namespace

std::uint32_t crc32_of(std::string_view bytes) {
    boost::crc_32_type crc;
    crc.process_bytes(bytes.data(), bytes.size());
    return crc.checksum();
}

std::string npz_text(std::span<const Member> members) {
    std::string text;
    std::string directory;
    for (const Member& member : members) {
        const std::uint32_t crc32 = crc32_of(member.bytes);
        directory += central_signature;
        append(directory, static_cast<std::uint16_t>(version_needed));
        append_description(directory, member, crc32);
        directory.append(10, '\0');  // no comment, first disk, no attributes
        append(directory, static_cast<std::uint32_t>(text.size()));
        directory += member.name;
        text += local_signature;
        append_description(text, member, crc32);
        text += member.name;
        text += member.bytes;
    }
    const auto start = static_cast<std::uint32_t>(text.size());
    text += directory;
    text += end_signature;
    append(text, std::uint32_t{0});  // the only disk
    for (int i = 0; i < 2; ++i) append(text, static_cast<std::uint16_t>(members.size()));
    append(text, static_cast<std::uint32_t>(directory.size()));
    append(text, start);
    append(text, std::uint16_t{0});  // no comment
    return text;
}

Expected<std::vector<Member>> parse_npz(std::string_view text) {
    return Reader(text).read();
}

}  // namespace brickproof::golden
