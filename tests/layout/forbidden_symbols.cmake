# Fails if LIBRARY needs a symbol that ends the process or prints: lib returns errors.
execute_process(COMMAND ${NM} --undefined-only ${LIBRARY} OUTPUT_VARIABLE symbols RESULT_VARIABLE failed)
if(failed)
    message(FATAL_ERROR "nm cannot read ${LIBRARY}")
endif()
if(NOT symbols MATCHES " U ")
    message(FATAL_ERROR "nm lists nothing that ${LIBRARY} needs: this check could not fail")
endif()
set(forbidden
    abort exit _exit quick_exit raise __assert_fail
    printf fprintf puts putchar fputs fwrite vprintf vfprintf __printf_chk __fprintf_chk stdout stderr
    _ZSt4cout _ZSt4cerr _ZSt4clog _ZSt9terminatev _ZNSt8ios_base4InitC1Ev)
set(found "")
foreach(symbol IN LISTS forbidden)
    if(symbols MATCHES " U ${symbol}(@[^\n]*)?\n")
        list(APPEND found ${symbol})
    endif()
endforeach()
if(found)
    message(FATAL_ERROR "${LIBRARY} needs ${found}: lib returns errors, it neither prints nor ends the process")
endif()
