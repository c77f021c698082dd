# Configures tests/consumer in FOLDER, builds it (BUILD), runs it and looks at the library's symbols.
file(REMOVE_RECURSE ${FOLDER})
execute_process(COMMAND ${CMAKE_COMMAND} -S ${CONSUMER} -B ${FOLDER} -G ${GENERATOR} -DWAY=${WAY} -DBRICKPROOF=${BRICKPROOF}
    -DCMAKE_C_COMPILER=${C_COMPILER} -DCMAKE_CXX_COMPILER=${CXX_COMPILER}
    -DCMAKE_C_COMPILER_LAUNCHER=${LAUNCHER} -DCMAKE_CXX_COMPILER_LAUNCHER=${LAUNCHER}
    COMMAND_ERROR_IS_FATAL ANY)
if(BUILD)
    execute_process(COMMAND ${CMAKE_COMMAND} --build ${FOLDER} --target consumer kernels COMMAND_ERROR_IS_FATAL ANY)
    execute_process(COMMAND ${FOLDER}/consumer COMMAND_ERROR_IS_FATAL ANY)
    set(LIBRARY ${FOLDER}/brickproof/lib/libbrick.a)
    include(${CMAKE_CURRENT_LIST_DIR}/isa_symbols.cmake)
endif()
file(REMOVE_RECURSE ${FOLDER})
