// The layer's report, for people and for programs.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "bench/run/layer_run.hpp"

namespace brickproof::bench {

std::string text_of(const LayerReport& report);
nlohmann::json json_of(const LayerReport& report);

}  // namespace brickproof::bench
