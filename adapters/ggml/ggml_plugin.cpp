// The plug-in: ggml's shipping CPU kernels as a kernel table, so that any build of ggml can be judged.
//
// BRICKPROOF_GGML_BASE is the path of libggml-base.so, BRICKPROOF_GGML_CPU that of one libggml-cpu-*.so or of
// several, separated by ':'. Where something is missing, brickproof_kernels() says so on stderr and returns a null
// pointer.

#include <cstdio>
#include <cstdlib>
#include <exception>
#include <stdexcept>
#include <string>
#include <vector>

#include "brickproof/kernel_abi.h"
#include "ggml_implementation.hpp"
#include "ggml_kernels.hpp"

namespace brickproof::ggml {
namespace {

std::string required_environment(const char* name, const char* meaning) {
    const char* value = std::getenv(name);
    if (value == nullptr || *value == '\0') {
        throw std::runtime_error(std::string(name) + " is not set: give it the path of " + meaning);
    }
    return value;
}

Ggml load_from_environment() {
    const std::string base = required_environment("BRICKPROOF_GGML_BASE", "ggml's libggml-base.so");
    const std::string cpu =
        required_environment("BRICKPROOF_GGML_CPU", "a libggml-cpu-*.so, or of several, separated by ':'");
    return load_ggml(base, cpu);
}

struct Plugin {
    Ggml ggml = load_from_environment();
    std::vector<brickproof_kernel> kernels = make_kernels(ggml.implementations);
    brickproof_kernel_table table{.abi_version = BRICKPROOF_ABI_VERSION,
                                  .library = ggml.name.c_str(),
                                  .count = kernels.size(),
                                  .kernels = kernels.data()};
};

}  // namespace
}  // namespace brickproof::ggml

extern "C" [[gnu::visibility("default")]] const brickproof_kernel_table* brickproof_kernels() {
    try {
        // Loaded once, and for as long as this plug-in is: the kernels run ggml's code.
        static const brickproof::ggml::Plugin plugin;
        return &plugin.table;
    } catch (const std::exception& error) {
        std::fprintf(stderr, "brickproof-ggml: %s\n", error.what());
        return nullptr;
    }
}
