#include "engine/sizes.hpp"

#include <algorithm>
#include <vector>

namespace brickproof {
namespace {

void add_range(std::vector<std::size_t>& table, std::size_t first, std::size_t last, std::size_t step) {
    for (std::size_t n = first; n <= last; n += step) table.push_back(n);
}

void add_neighbours(std::vector<std::size_t>& table, std::size_t first, std::size_t last) {
    for (std::size_t n = first; n <= last; n *= 2) table.insert(table.end(), {n - 1, n, n + 1});
}

// Every remainder modulo `modulus` once from `first` on, spread over `modulus` * `spread` numbers.
void add_remainders(std::vector<std::size_t>& table, std::size_t first, std::size_t modulus, std::size_t spread) {
    for (std::size_t r = 0; r < modulus; ++r) table.push_back(first + r + modulus * (5 * r / 3 % spread));
}

std::vector<std::size_t> ascending(std::vector<std::size_t> table) {
    std::sort(table.begin(), table.end());
    table.erase(std::unique(table.begin(), table.end()), table.end());
    return table;
}

}  // namespace

std::span<const std::size_t> element_counts() {
    static const std::vector<std::size_t> table = [] {
        std::vector<std::size_t> t;
        add_range(t, 0, 160, 1);
        for (const std::size_t octave : {256u, 512u, 1024u, 2048u}) add_remainders(t, octave, 64, octave / 64);
        add_range(t, 192, 480, 32);
        add_range(t, 512, 4096, 256);
        add_range(t, 255, 4160, 256);
        add_range(t, 257, 4160, 256);
        add_neighbours(t, 256, 16384);
        t.insert(t.end(), {4160, 5003, 6146, 7229, 10010, 12310});
        return ascending(std::move(t));
    }();
    return table;
}

std::span<const std::size_t> block_counts() {
    static const std::vector<std::size_t> table = [] {
        std::vector<std::size_t> t;
        add_range(t, 0, 96, 1);
        add_remainders(t, 96, 32, 3);
        add_remainders(t, 256, 32, 8);
        add_neighbours(t, 128, 512);
        return ascending(std::move(t));
    }();
    return table;
}

std::span<const std::size_t> row_counts() {
    static const std::vector<std::size_t> table = [] {
        std::vector<std::size_t> t;
        add_range(t, 0, 17, 1);
        add_neighbours(t, 32, 512);
        t.insert(t.end(), {24, 100, 130, 202, 260, 275, 390, 516, 526, 530, 771});
        return ascending(std::move(t));
    }();
    return table;
}

std::size_t pick_count(ChoiceReader& choices, std::string_view name) {
    return choices.pick({.name = name, .table = element_counts()}).value;
}

std::size_t pick_blocks(ChoiceReader& choices, std::string_view name, std::size_t unit) {
    return choices.pick({.name = name, .table = block_counts(), .unit = unit}).value;
}

void limit_matrix(PickedSize& rows, PickedSize& columns, std::size_t most) {
    if (rows.stated || columns.stated) most *= 8;
    if (rows.value * columns.value <= most) return;
    const bool in_turn = (rows.value + columns.value) % 2 == 0;
    if (rows.stated == columns.stated ? in_turn : columns.stated)
        rows.value = room_beside(columns.value, most);
    else
        columns.value = room_beside(rows.value, most);
}

}  // namespace brickproof
