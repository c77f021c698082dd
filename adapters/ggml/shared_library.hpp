// A shared library, loaded for as long as its object lives.
#pragma once

#include <memory>
#include <string>

namespace brickproof::ggml {

class SharedLibrary {
  public:
    // Loads the library, every symbol bound at once and none of them visible to libraries that are loaded later, so
    // that builds which export the same names each run their own code. Throws std::runtime_error with the dynamic
    // linker's reason.
    explicit SharedLibrary(std::string path);

    const std::string& path() const { return path_; }

    // The function of that name, or nullptr where this library does not define it itself: one that a library it
    // depends on defines does not count.
    template <typename Function>
    Function* find(const char* name) const {
        return reinterpret_cast<Function*>(own_symbol(name));
    }

    // What calls from inside this library to that name reach: its own function or one of a library it depends on.
    const void* resolve(const char* name) const;

  private:
    struct Close {
        void operator()(void* handle) const;
    };

    void* own_symbol(const char* name) const;

    std::string path_;
    std::unique_ptr<void, Close> handle_;
};

}  // namespace brickproof::ggml
