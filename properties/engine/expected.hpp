// What the harness returns where a person's input may be wrong: a value, or a sentence for that person.
#pragma once

#include <string>
#include <utility>
#include <variant>

#include "brick/try.hpp"

namespace brickproof {

struct Problem {
    std::string sentence;
};

template <typename T>
class [[nodiscard]] Expected {
  public:
    Expected(T value) : state_(std::in_place_index<0>, std::move(value)) {}
    Expected(Problem problem) : state_(std::in_place_index<1>, std::move(problem)) {}

    explicit operator bool() const { return state_.index() == 0; }
    T& operator*() & { return std::get<0>(state_); }
    const T& operator*() const& { return std::get<0>(state_); }
    T&& operator*() && { return std::get<0>(std::move(state_)); }
    const T* operator->() const { return &std::get<0>(state_); }
    T* operator->() { return &std::get<0>(state_); }
    const std::string& problem() const { return std::get<1>(state_).sentence; }
    const Problem& failure() const& { return std::get<1>(state_); }  // for BRICK_TRY
    Problem&& failure() && { return std::get<1>(std::move(state_)); }

  private:
    std::variant<T, Problem> state_;
};

}  // namespace brickproof
