#include "shared_library.hpp"

#include <dlfcn.h>
#include <link.h>

#include <stdexcept>
#include <utility>

namespace brickproof::ggml {

void SharedLibrary::Close::operator()(void* handle) const {
    dlclose(handle);
}

SharedLibrary::SharedLibrary(std::string path)
    : path_(std::move(path)), handle_(dlopen(path_.c_str(), RTLD_NOW | RTLD_LOCAL)) {
    if (!handle_) {
        throw std::runtime_error(std::string("cannot load a library of ggml: ") + dlerror() +
                                 " (check BRICKPROOF_GGML_BASE and BRICKPROOF_GGML_CPU)");
    }
}

const void* SharedLibrary::resolve(const char* name) const {
    return dlsym(handle_.get(), name);
}

void* SharedLibrary::own_symbol(const char* name) const {
    void* symbol = dlsym(handle_.get(), name);
    if (symbol == nullptr) return nullptr;

    // dlsym also searches the libraries that this one depends on; the load address says whose symbol it is.
    Dl_info owner{};
    link_map* self = nullptr;
    if (dladdr(symbol, &owner) == 0 || dlinfo(handle_.get(), RTLD_DI_LINKMAP, &self) != 0) return nullptr;
    return reinterpret_cast<ElfW(Addr)>(owner.dli_fbase) == self->l_addr ? symbol : nullptr;
}

}  // namespace brickproof::ggml
