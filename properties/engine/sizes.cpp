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
        add_range(t, 192, 4160, 32);
        add_range(t, 255, 4160, 256);
        add_range(t, 257, 4160, 256);
        add_neighbours(t, 256, 16384);
        return ascending(std::move(t));
    }();
    return table;
}

std::span<const std::size_t> block_counts() {
    static const std::vector<std::size_t> table = [] {
        std::vector<std::size_t> t;
        add_range(t, 0, 192, 1);
        add_neighbours(t, 256, 512);
        return ascending(std::move(t));
    }();
    return table;
}

std::span<const std::size_t> row_counts() {
    static const std::vector<std::size_t> table = [] {
        std::vector<std::size_t> t;
        add_range(t, 0, 17, 1);
        add_neighbours(t, 32, 64);
        t.insert(t.end(), {24, 100, 129, 130});
        return ascending(std::move(t));
    }();
    return table;
}

void limit_matrix(std::size_t& rows, std::size_t& columns, std::size_t most) {
    if (rows * columns <= most) return;
    if ((rows + columns) % 2 == 0)
        rows = std::max<std::size_t>(most / columns, 1);
    else
        columns = std::max<std::size_t>(most / rows, 1);
}

}  // namespace brickproof
