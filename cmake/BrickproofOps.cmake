# Every file of an op, found by its name, goes to the target that it belongs to.
# A new op is one line in BRICKPROOF_OPS and its files; tests/layout names the file that is missing.

# The ISA variants, the faster ones last: <op>_<variant>.cpp is compiled with these flags, that one file only, on these
# CPUs only. Where several kernels of an op may run, the one whose variant stands last is chosen.
set(BRICKPROOF_VARIANTS_x86_64 avx2 avx_vnni)
set(BRICKPROOF_VARIANTS_aarch64 neon neon_dotprod)
set(BRICKPROOF_FLAGS_avx2 -mavx2 -mfma -mf16c)
set(BRICKPROOF_FLAGS_avx_vnni -mavx2 -mfma -mf16c -mavxvnni)
set(BRICKPROOF_FLAGS_neon "")
set(BRICKPROOF_FLAGS_neon_dotprod -march=armv8.2-a+dotprod)
# What such a file has of inline code lies in the namespace BRICK_TARGET (support/target.hpp), so that the linker never
# takes it for everybody's. What it uses of std must be inlined for the same reason, so it is optimised in every build.
foreach(variant IN LISTS BRICKPROOF_VARIANTS_${CMAKE_SYSTEM_PROCESSOR})
    list(APPEND BRICKPROOF_FLAGS_${variant} -DBRICK_TARGET=${variant} $<$<NOT:$<CONFIG:Release>>:-O2>)
endforeach()

# The kernels of an op: lib/<op>/.
function(brickproof_add_kernels op)
    set(folder ${PROJECT_SOURCE_DIR}/lib/${op})
    target_sources(brick PRIVATE ${folder}/${op}.cpp ${folder}/${op}_scalar.cpp)
    foreach(variant IN LISTS BRICKPROOF_VARIANTS_${CMAKE_SYSTEM_PROCESSOR})
        file(GLOB source CONFIGURE_DEPENDS ${folder}/${op}_${variant}.cpp)
        if(source)
            target_sources(brick PRIVATE ${source})
            set_source_files_properties(${source} TARGET_DIRECTORY brick
                PROPERTIES COMPILE_OPTIONS "${BRICKPROOF_FLAGS_${variant}}")
        endif()
    endforeach()
endfunction()

# The evidence about an op: properties/<op>/.
function(brickproof_add_evidence op)
    file(GLOB evidence CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/properties/${op}/${op}_*.cpp)
    target_sources(brickproof_properties PRIVATE ${evidence})
endfunction()

# Writes the registry of all kernels of the library, in the order of the list, and the order of the variants.
function(brickproof_write_kernel_registry)
    set(kernel_declarations "")
    set(kernel_calls "")
    foreach(op IN LISTS ARGN)
        string(APPEND kernel_declarations "std::span<const brickproof_kernel> ${op}_kernels();\n")
        string(APPEND kernel_calls "        ${op}_kernels(),\n")
    endforeach()
    set(variants "\"scalar\"")
    foreach(variant IN LISTS BRICKPROOF_VARIANTS_${CMAKE_SYSTEM_PROCESSOR})
        string(APPEND variants ", \"${variant}\"")
    endforeach()
    foreach(file kernel_tables.hpp kernel_registry.cpp)
        configure_file(${PROJECT_SOURCE_DIR}/cmake/${file}.in ${PROJECT_BINARY_DIR}/generated/${file} @ONLY)
    endforeach()
    target_sources(brick PRIVATE ${PROJECT_BINARY_DIR}/generated/kernel_registry.cpp)
    target_include_directories(brick PRIVATE ${PROJECT_BINARY_DIR}/generated)
endfunction()

# Writes the registry of all contracts of the harness, in the order of the list.
function(brickproof_write_contract_registry)
    set(contract_declarations "")
    set(contract_calls "")
    foreach(op IN LISTS ARGN)
        string(APPEND contract_declarations "const Contract& ${op}_contract();\n")
        string(APPEND contract_calls "        &${op}_contract(),\n")
    endforeach()
    configure_file(${PROJECT_SOURCE_DIR}/cmake/contract_registry.cpp.in ${PROJECT_BINARY_DIR}/contract_registry.cpp
        @ONLY)
    target_sources(brickproof_properties PRIVATE ${PROJECT_BINARY_DIR}/contract_registry.cpp)
endfunction()
