# brickproof_add_op(<op>): every file of an op, found by its name, goes to the target that it belongs to.
# A new op is one line in BRICKPROOF_OPS and its files; tests/layout names the file that is missing.

# The ISA variants: <op>_<variant>.cpp is compiled with these flags, that one file only, on these CPUs only.
set(BRICKPROOF_VARIANTS_x86_64 avx2 avx_vnni)
set(BRICKPROOF_VARIANTS_aarch64 neon neon_dotprod)
set(BRICKPROOF_FLAGS_avx2 -mavx2 -mfma -mf16c)
set(BRICKPROOF_FLAGS_avx_vnni -mavx2 -mfma -mf16c -mavxvnni)
set(BRICKPROOF_FLAGS_neon "")
set(BRICKPROOF_FLAGS_neon_dotprod -march=armv8.2-a+dotprod)

function(brickproof_add_op op)
    set(folder ${CMAKE_SOURCE_DIR}/lib/${op})
    target_sources(brick PRIVATE ${folder}/${op}.cpp ${folder}/${op}_scalar.cpp)
    foreach(variant IN LISTS BRICKPROOF_VARIANTS_${CMAKE_SYSTEM_PROCESSOR})
        file(GLOB source CONFIGURE_DEPENDS ${folder}/${op}_${variant}.cpp)
        if(source)
            target_sources(brick PRIVATE ${source})
            set_source_files_properties(${source} TARGET_DIRECTORY brick
                PROPERTIES COMPILE_OPTIONS "${BRICKPROOF_FLAGS_${variant}}")
        endif()
    endforeach()

    file(GLOB evidence CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/properties/${op}/${op}_*.cpp)
    target_sources(brickproof_properties PRIVATE ${evidence})
endfunction()

# Writes the two registries: all kernels of the library, all contracts of the harness, in the order of the list.
function(brickproof_write_registries)
    set(kernel_declarations "")
    set(kernel_calls "")
    set(contract_declarations "")
    set(contract_calls "")
    foreach(op IN LISTS ARGN)
        string(APPEND kernel_declarations "std::span<const brickproof_kernel> ${op}_kernels();\n")
        string(APPEND kernel_calls "        ${op}_kernels(),\n")
        string(APPEND contract_declarations "const Contract& ${op}_contract();\n")
        string(APPEND contract_calls "        &${op}_contract(),\n")
    endforeach()
    configure_file(${CMAKE_SOURCE_DIR}/cmake/kernel_registry.cpp.in ${CMAKE_BINARY_DIR}/kernel_registry.cpp @ONLY)
    configure_file(${CMAKE_SOURCE_DIR}/cmake/contract_registry.cpp.in ${CMAKE_BINARY_DIR}/contract_registry.cpp @ONLY)
    target_sources(brick PRIVATE ${CMAKE_BINARY_DIR}/kernel_registry.cpp)
    target_sources(brickproof_properties PRIVATE ${CMAKE_BINARY_DIR}/contract_registry.cpp)
endfunction()
