# Options, and bulletin_target(): the compile settings that every target of this project shares.

include(CMakeDependentOption)
option(BULLETIN_BROKER "Build the broker: bulletin::broker and bulletin-broker" ON)
option(BULLETIN_CLI "Build the command line, bulletin" ON)
option(BULLETIN_PYTHON "Build the Python package, where Python's development headers are installed" ${PROJECT_IS_TOP_LEVEL})
option(BULLETIN_INSTALL "Have install rules" ${PROJECT_IS_TOP_LEVEL})
# These start brokers; the tests try all parts.
cmake_dependent_option(BULLETIN_EXAMPLES "Build the examples" ${PROJECT_IS_TOP_LEVEL} "BULLETIN_BROKER" OFF)
cmake_dependent_option(BULLETIN_TESTS "Build the tests" ${PROJECT_IS_TOP_LEVEL} "BULLETIN_BROKER;BULLETIN_CLI" OFF)
option(BULLETIN_BENCH "Build the benchmarks" ${PROJECT_IS_TOP_LEVEL})
option(BULLETIN_WERROR "Treat warnings as errors" OFF)
option(BULLETIN_FUZZ "Build tests/fuzz as libFuzzer programs (clang only)" OFF)
set(BULLETIN_SANITIZE "" CACHE STRING "Sanitizers, as -fsanitize takes them: 'address,undefined' or 'thread'")

if(BULLETIN_FUZZ AND NOT CMAKE_CXX_COMPILER_ID MATCHES "Clang")
  message(FATAL_ERROR "BULLETIN_FUZZ needs clang: libFuzzer is part of it")
endif()

# What concerns every target of a build is left to a parent project, if there is one.
if(PROJECT_IS_TOP_LEVEL)
  option(BUILD_SHARED_LIBS "Build shared libraries" OFF)
  if(NOT CMAKE_BUILD_TYPE AND NOT CMAKE_CONFIGURATION_TYPES)
    set(CMAKE_BUILD_TYPE Release CACHE STRING "Build type" FORCE)
  endif()
  string(REPLACE "-O3" "-O2" CMAKE_CXX_FLAGS_RELEASE "${CMAKE_CXX_FLAGS_RELEASE}")

  set(CMAKE_EXPORT_COMPILE_COMMANDS ON)

  find_program(CCACHE_PROGRAM ccache)
  if(CCACHE_PROGRAM AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
    set(CMAKE_CXX_COMPILER_LAUNCHER "${CCACHE_PROGRAM}")
  endif()

  if(BULLETIN_SANITIZE)
    add_compile_options(-fsanitize=${BULLETIN_SANITIZE} -fno-omit-frame-pointer)
    add_link_options(-fsanitize=${BULLETIN_SANITIZE})
    if(NOT BULLETIN_SANITIZE MATCHES "thread")
      add_compile_options(-fno-sanitize-recover=all)
    endif()
  endif()
  if(BULLETIN_FUZZ)
    add_compile_options(-fsanitize=fuzzer-no-link)
  endif()
endif()

# Of this project only: a parent's own choice holds.
foreach(kind RUNTIME:bin LIBRARY:lib ARCHIVE:lib)
  string(REPLACE ":" ";" kind ${kind})
  list(GET kind 0 output)
  list(GET kind 1 folder)
  if(NOT DEFINED CMAKE_${output}_OUTPUT_DIRECTORY)
    set(CMAKE_${output}_OUTPUT_DIRECTORY "${PROJECT_BINARY_DIR}/${folder}")
  endif()
endforeach()

# C++20 without extensions, and the warnings, for one target of this project.
function(bulletin_target target)
  set_target_properties(${target} PROPERTIES
    CXX_STANDARD 20 CXX_STANDARD_REQUIRED ON CXX_EXTENSIONS OFF POSITION_INDEPENDENT_CODE ON)
  # Assertions stay on in every build: a core that has lost an invariant must stop, not go on.
  # Only local shadows: a constructor's parameter may have its member's name.
  target_compile_options(${target} PRIVATE $<$<NOT:$<CONFIG:Debug>>:-UNDEBUG>
    -Wall -Wextra -Wpedantic $<$<CXX_COMPILER_ID:GNU>:-Wshadow=local> -Wconversion -Wno-sign-conversion -Wnon-virtual-dtor
    $<$<BOOL:${BULLETIN_WERROR}>:-Werror>)
endfunction()

# Adds the sources of one room (a folder) to a list; every build looks for new files again.
macro(bulletin_room list folder)
  file(GLOB room_sources CONFIGURE_DEPENDS "${CMAKE_CURRENT_SOURCE_DIR}/${folder}/*.cpp")
  list(APPEND ${list} ${room_sources})
endmacro()
