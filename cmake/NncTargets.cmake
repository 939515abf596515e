# nnc_library(NAME sources... LINK libraries...): a static library of the compiler, with the project's
# warnings (as errors) and without exceptions or RTTI, as LLVM is built.

find_package(ZLIB REQUIRED)

# What nnc and compiled programs read was written by others: a mistake with memory should end them, not serve
# somebody. Not with sanitizers, which find more and do not agree with FORTIFY.
set(NNC_HARDENING -fstack-protector-strong -fcf-protection=full -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=3)
set(NNC_LINK_HARDENING -pie -Wl,-z,relro,-z,now,-z,noexecstack)

function(nnc_compile_options target)
  target_compile_options(${target} PRIVATE -Wall -Wextra -Werror -Wno-unused-parameter)
  target_compile_options(${target} PRIVATE $<$<COMPILE_LANGUAGE:CXX>:-fno-rtti>)
  target_include_directories(${target} PRIVATE ${CMAKE_SOURCE_DIR} ${CMAKE_BINARY_DIR})
  target_include_directories(${target} SYSTEM PRIVATE ${LLVM_INCLUDE_DIRS} ${MLIR_INCLUDE_DIRS})
  separate_arguments(definitions NATIVE_COMMAND "${LLVM_DEFINITIONS}")
  target_compile_options(${target} PRIVATE ${definitions})
  if(NNC_SANITIZE)
    target_compile_options(${target} PRIVATE -fsanitize=address,undefined -fno-sanitize=vptr -fno-sanitize-recover=all)
    target_link_options(${target} PUBLIC -fsanitize=address,undefined)
  elseif(CMAKE_BUILD_TYPE STREQUAL Release)
    target_compile_options(${target} PRIVATE ${NNC_HARDENING})
  endif()
endfunction()

function(nnc_library name)
  cmake_parse_arguments(ARG "" "" "LINK" ${ARGN})
  add_library(${name} STATIC ${ARG_UNPARSED_ARGUMENTS})
  nnc_compile_options(${name})
  target_link_libraries(${name} PUBLIC ${ARG_LINK})
endfunction()

# nnc_mlir_library(NAME ...): the same for sources that use MLIR; they share one precompiled header.
function(nnc_mlir_library name)
  nnc_library(${name} ${ARGN})
  if(NOT TARGET nnc_precompiled)
    add_library(nnc_precompiled OBJECT ${CMAKE_SOURCE_DIR}/compiler/ir/Precompiled.cpp)
    nnc_compile_options(nnc_precompiled)
    # A PCH that holds no time stamp can be cached by ccache (with the sloppiness that the presets set).
    target_compile_options(nnc_precompiled PRIVATE "SHELL:-Xclang -fno-pch-timestamp")
    target_precompile_headers(nnc_precompiled PRIVATE ${CMAKE_SOURCE_DIR}/compiler/ir/Precompiled.h)
    add_dependencies(nnc_precompiled NNDialectIncGen)
  endif()
  target_compile_options(${name} PRIVATE "SHELL:-Xclang -fno-pch-timestamp")
  target_precompile_headers(${name} REUSE_FROM nnc_precompiled)
endfunction()

function(nnc_executable name)
  cmake_parse_arguments(ARG "" "" "LINK" ${ARGN})
  add_executable(${name} ${ARG_UNPARSED_ARGUMENTS})
  nnc_compile_options(${name})
  target_link_libraries(${name} PRIVATE ${ARG_LINK})
  target_link_options(${name} PRIVATE ${NNC_LINK_HARDENING})
endfunction()
