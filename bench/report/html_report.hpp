// The benchmark's report as one HTML page that needs nothing else: no network, no script.
#pragma once

#include <string>

#include "bench/run/row.hpp"

namespace brickproof::bench {

std::string html_of(const BenchReport& report);

}  // namespace brickproof::bench
