#include "report/json_fields.hpp"

#include <fmt/format.h>

#include <limits>

namespace brickproof {

Fields::Fields(const nlohmann::json& object, std::string where) : object_(object), where_(std::move(where)) {
    if (!object.is_object()) problem_ = where_ + " is not an object";
}

bool Fields::has(std::string_view key) const {
    return object_.is_object() && object_.contains(key);
}

std::string Fields::text(std::string_view key) {
    const nlohmann::json* value = find(key);
    if (value != nullptr && value->is_string()) return value->get<std::string>();
    fail(key, "text");
    return {};
}

std::size_t Fields::count(std::string_view key) {
    const nlohmann::json* value = find(key);
    if (value != nullptr && value->is_number_unsigned()) return value->get<std::size_t>();
    fail(key, "a count");
    return 0;
}

double Fields::number(std::string_view key) {
    const nlohmann::json* value = find(key);
    if (value != nullptr && value->is_null()) return std::numeric_limits<double>::infinity();
    if (value != nullptr && value->is_number()) return value->get<double>();
    fail(key, "a number");
    return 0.0;
}

void Fields::refuse_unknown() {
    if (!object_.is_object() || !problem_.empty()) return;
    for (const auto& [key, value] : object_.items())
        if (!asked_.contains(key)) problem_ = fmt::format("{} has an unknown field '{}'", where_, key);
}

void Fields::fail(std::string_view key, std::string_view wanted) {
    if (problem_.empty()) problem_ = fmt::format("'{}' of {} is not {}", key, where_, wanted);
}

const nlohmann::json* Fields::find(std::string_view key) {
    asked_.emplace(key);
    if (!has(key)) return nullptr;
    return &object_.at(std::string(key));
}

}  // namespace brickproof
