#include "report/element_map.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <optional>
#include <span>

namespace brickproof {
namespace {

using Marks = std::vector<bool>;

struct Pattern {
    std::string says;
    int telling = 0;
    std::size_t width = 0;  // cells of a line on which it shows; 0: any
};

struct Nouns {
    std::string one;
    std::string many;
};

struct Extent {
    std::size_t first = 0;
    std::size_t last = 0;
    std::size_t count = 0;
};

Extent extent_of(const Marks& marks) {
    Extent extent;
    for (std::size_t i = 0; i < marks.size(); ++i) {
        if (!marks[i]) continue;
        if (extent.count++ == 0) extent.first = i;
        extent.last = i;
    }
    return extent;
}

// One number, or a range, or nothing where there is a gap.
std::optional<std::string> range_text(const Marks& marks) {
    const Extent e = extent_of(marks);
    if (e.last - e.first + 1 != e.count) return std::nullopt;
    return e.count == 1 ? fmt::format("{}", e.first) : fmt::format("{} to {}", e.first, e.last);
}

std::optional<Pattern> contiguous(const Extent& e, std::size_t n, const Nouns& nouns) {
    if (e.last - e.first + 1 != e.count) return std::nullopt;
    if (e.count == n) return Pattern{fmt::format("every {}", nouns.one), 1};
    const bool to_the_end = e.last == n - 1;
    if (e.count == 1)
        return Pattern{fmt::format("only {} {}{}", nouns.one, e.first, to_the_end && n > 1 ? ", the last" : ""), 2};
    if (to_the_end && e.count <= 64)
        return Pattern{fmt::format("the last {} {}, from {} on", e.count, nouns.many, e.first), 3};
    if (to_the_end) return Pattern{fmt::format("{} from {} on", nouns.many, e.first), 3};
    if (e.first == 0) return Pattern{fmt::format("the first {} {}", e.count, nouns.many), 3};
    return Pattern{fmt::format("{} {} to {}", nouns.many, e.first, e.last), 3};
}

// Whole periods, or those from some place on, have the same residues wrong.
std::optional<Pattern> periodic(const Marks& marks, const Extent& e, const Nouns& nouns) {
    for (std::size_t m = 2; m <= 64 && 2 * m <= marks.size(); m *= 2) {
        Marks residues(m);
        for (std::size_t i = e.first; i <= e.last; ++i)
            if (marks[i]) residues[i % m] = true;
        const auto distinct = static_cast<std::size_t>(std::ranges::count(residues, true));
        if (distinct > m / 2) continue;
        const std::size_t begin = e.first / m * m;
        const std::size_t end = std::min((e.last / m + 1) * m, marks.size());
        if (end - begin < m + 1) continue;
        bool whole = true;
        for (std::size_t i = begin; i < end && whole; ++i) whole = !residues[i % m] || marks[i];
        const std::optional<std::string> range = range_text(residues);
        if (!whole || !range) continue;
        std::string says = fmt::format("{} with index {} modulo {}", nouns.many, *range, m);
        if (begin > 0) says += fmt::format(", from {} on", begin);
        if (end + m <= marks.size()) says += fmt::format(", up to {}", end - 1);
        return Pattern{std::move(says), 5, std::max<std::size_t>(m, 8)};
    }
    return std::nullopt;
}

// All in one residue class, and too many for that to be chance: not every fault shows on every value.
std::optional<Pattern> in_one_lane(const Marks& marks, const Extent& e, const Nouns& nouns) {
    for (std::size_t m = 64; m >= 4; m /= 2) {
        bool same = true;
        for (std::size_t i = e.first; i <= e.last && same; ++i) same = !marks[i] || i % m == e.first % m;
        if (!same || marks.size() < 2 * m) continue;
        if (std::log2(static_cast<double>(m)) * static_cast<double>(e.count - 1) < 8.0) return std::nullopt;
        return Pattern{
            fmt::format("only {} with index {} modulo {}, but not all of them", nouns.many, e.first % m, m), 4,
            std::max<std::size_t>(m, 8)};
    }
    return std::nullopt;
}

// Scattered, but none before the last part, or none after the first.
std::optional<Pattern> in_one_part(const Marks& marks, const Extent& e, const Nouns& nouns) {
    const std::size_t n = marks.size();
    if (e.count >= 4 && e.first >= n / 2)
        return Pattern{fmt::format("only {} from {} on, but not all of them", nouns.many, e.first), 2};
    if (e.count >= 4 && e.last < n / 2)
        return Pattern{fmt::format("only {} up to {}, but not all of them", nouns.many, e.last), 2};
    return std::nullopt;
}

std::optional<Pattern> pattern_of(const Marks& marks, const Nouns& nouns) {
    const Extent e = extent_of(marks);
    if (auto found = contiguous(e, marks.size(), nouns)) return found;
    if (auto found = periodic(marks, e, nouns)) return found;
    if (auto found = in_one_lane(marks, e, nouns)) return found;
    return in_one_part(marks, e, nouns);
}

Nouns nouns_of(std::string_view one) {
    return {std::string(one), std::string(one) + "s"};
}

// The same columns of each row that has any.
std::optional<Pattern> pattern_of_rows(const Marks& marks, const ElementRows& rows) {
    const std::size_t count = marks.size() / rows.length;
    Marks in_row(count);
    Marks in_column(rows.length);
    for (std::size_t i = 0; i < count * rows.length; ++i) {
        if (!marks[i]) continue;
        in_row[i / rows.length] = true;
        in_column[i % rows.length] = true;
    }
    for (std::size_t i = 0; i < count * rows.length; ++i)
        if (in_row[i / rows.length] && in_column[i % rows.length] && !marks[i]) return std::nullopt;
    const std::optional<Pattern> which_columns = pattern_of(in_column, nouns_of(rows.column_name));
    const std::optional<Pattern> which_rows = pattern_of(in_row, nouns_of(rows.row_name));
    if (!which_columns || !which_rows) return std::nullopt;
    const bool all_columns = std::ranges::count(in_column, false) == 0;
    const bool all_rows = std::ranges::count(in_row, false) == 0;
    if (all_columns && all_rows) return Pattern{"every element", 1, rows.length};
    if (all_columns) return Pattern{which_rows->says, which_rows->telling + 1, rows.length};
    // "only column 0 of head 11", "the last 16 columns, from 16 on, of every row".
    std::string_view of = which_rows->says;
    if (of.starts_with("only ")) of.remove_prefix(5);
    const bool comma = which_columns->says.find(',') != std::string::npos;
    return Pattern{fmt::format("{}{} of {}", which_columns->says, comma ? "," : "", of), which_columns->telling + 1,
                   rows.length};
}

std::size_t width_of(const std::optional<Pattern>& pattern, std::size_t elements, const ElementRows& rows) {
    constexpr std::size_t widest = 64;
    if (pattern && pattern->width > 0 && pattern->width <= widest) return pattern->width;
    if (rows.length > 1 && rows.length <= widest) return rows.length;
    return elements <= 64 ? 8 : elements <= 512 ? 16 : 32;
}

// Lines that are alike are drawn once.
std::vector<std::string> picture_of(const Marks& marks, std::size_t width) {
    constexpr std::size_t most_lines = 8;
    std::vector<std::string> picture;
    const auto line_at = [&](std::size_t begin) {
        std::string line;
        for (std::size_t i = begin; i < std::min(begin + width, marks.size()); ++i) line += marks[i] ? '#' : '.';
        return line;
    };
    const std::size_t digits = fmt::format("{}", marks.size() - 1).size();
    for (std::size_t begin = 0; begin < marks.size();) {
        const std::string line = line_at(begin);
        std::size_t next = begin + width;
        while (next < marks.size() && line_at(next) == line) next += width;
        const std::size_t alike = (next - begin) / width;
        if (picture.size() == most_lines) {
            picture.push_back(fmt::format("{:>{}}  and so on", "", digits));
            break;
        }
        picture.push_back(fmt::format("{:>{}}  {}{}", begin, digits, line,
                                      alike > 1 ? fmt::format("   {} lines like this", alike) : ""));
        begin = next;
    }
    return picture;
}

}  // namespace

ElementMap element_map(const WrongElements& wrong, const ElementRows& rows) {
    if (wrong.elements < 2 || wrong.runs.empty()) return {};
    Marks marks(wrong.elements);
    ElementMap map{.output = wrong.output, .elements = wrong.elements};
    for (const auto& [first, last] : wrong.runs) {
        std::fill(marks.begin() + static_cast<std::ptrdiff_t>(first),
                  marks.begin() + static_cast<std::ptrdiff_t>(last) + 1, true);
        map.wrong += last - first + 1;
        if (map.runs.size() < ElementMap::most_runs)
            map.runs.emplace_back(first, last);
        else
            ++map.runs_left_off;
    }
    const bool in_rows = rows.length > 1 && wrong.elements > rows.length && wrong.elements % rows.length == 0;
    std::optional<Pattern> pattern = in_rows ? pattern_of_rows(marks, rows) : std::nullopt;
    if (!pattern) pattern = pattern_of(marks, nouns_of("element"));
    if (pattern) {
        map.says = pattern->says;
        map.telling = pattern->telling;
    }
    if (map.wrong < map.elements)
        map.picture = picture_of(marks, width_of(pattern, wrong.elements, in_rows ? rows : ElementRows{}));
    return map;
}

}  // namespace brickproof
