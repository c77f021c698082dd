# Cross build for ARMv8 on Debian; what is built runs under qemu-user, on libraries of the arm64 architecture.
set(CMAKE_SYSTEM_NAME Linux)
set(CMAKE_SYSTEM_PROCESSOR aarch64)
set(CMAKE_C_COMPILER aarch64-linux-gnu-gcc)
set(CMAKE_CXX_COMPILER aarch64-linux-gnu-g++)
set(CMAKE_CROSSCOMPILING_EMULATOR qemu-aarch64)
set(CMAKE_LIBRARY_ARCHITECTURE aarch64-linux-gnu)
list(APPEND CMAKE_PREFIX_PATH /usr/lib/aarch64-linux-gnu/cmake)
# xtensor is headers only; Debian puts its CMake files beside the libraries of the architecture that it is installed for.
file(GLOB xtensor_DIR /usr/lib/*-linux-gnu/cmake/xtensor)
