// The fields of a JSON object that anybody may have written.
#pragma once

#include <cstddef>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <string_view>

namespace brickproof {

// Reads one field after the other and remembers the first thing that was wrong; what is missing or of another sort
// is read as empty or 0. The object must outlive it.
class Fields {
  public:
    // `where` begins the problem's sentence: "tensor 3".
    Fields(const nlohmann::json& object, std::string where);

    bool has(std::string_view key) const;
    std::string text(std::string_view key);
    std::size_t count(std::string_view key);
    // JSON has no infinity: it is written as null.
    double number(std::string_view key);
    // The one of `values` whose name_of() the field is.
    template <typename Values>
    auto named(std::string_view key, const Values& values) {
        const std::string name = text(key);
        for (const auto& value : values)
            if (name_of(value) == name) return value;
        fail(key, "one of the names known");
        return *std::begin(values);
    }
    // Each element of a list.
    template <typename Each>
    void list(std::string_view key, Each each) {
        const nlohmann::json* value = find(key);
        if (value == nullptr || !value->is_array()) return fail(key, "a list");
        for (const nlohmann::json& element : *value) each(element);
    }
    // Each name and value of an object.
    template <typename Each>
    void object(std::string_view key, Each each) {
        const nlohmann::json* value = find(key);
        if (value == nullptr || !value->is_object()) return fail(key, "an object");
        for (const auto& [name, field] : value->items()) each(name, field);
    }
    // Fields that nobody has asked for are a problem.
    void refuse_unknown();
    // The field is not what is wanted: "'crc32' is not 8 hexadecimal digits".
    void fail(std::string_view key, std::string_view wanted);

    // Empty where all was as it should be.
    const std::string& problem() const { return problem_; }

  private:
    const nlohmann::json* find(std::string_view key);

    const nlohmann::json& object_;
    std::string where_;
    std::set<std::string, std::less<>> asked_;
    std::string problem_;
};

}  // namespace brickproof
