// How errors are handed on: by brick's Result, by the harness's Expected, by whatever has a failure().
#pragma once

#include <utility>

// Returns the failure of a result from the calling function, if it is one. The result is a variable, whose value is
// used afterwards, or an expression, of which only the failure matters:
//
//     const auto kernel = active.get();
//     BRICK_TRY(kernel);
//     BRICK_TRY(check_finite(function, "x", x));
//
// A macro, since a function cannot return for its caller.
#define BRICK_TRY(...)                                                         \
    do {                                                                       \
        if (auto&& brick_tried = (__VA_ARGS__); !brick_tried)                  \
            return std::forward<decltype(brick_tried)>(brick_tried).failure(); \
    } while (false)
