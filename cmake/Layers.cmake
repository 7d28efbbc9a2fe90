# How every host target of the project is compiled, and what a layer is: one folder, one static library, and the
# layers below it that it may include.
add_library(ringside_options INTERFACE)
target_compile_options(ringside_options INTERFACE -Wall -Wextra -Wno-missing-field-initializers)
# Warnings are errors with the compiler that the project is tested with. Others warn of other things (GCC 14 sees an
# overflow in std::vector that is none), and nobody should be kept from building by that.
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
  # But for two false alarms of GCC 12 at -O3: overlap in "text" + std::string (GCC bug 105651, mended in 13), and the
  # string of a temporary struct on its way into a std::optional "may be used uninitialized".
  target_compile_options(ringside_options INTERFACE -Werror -Wno-restrict -Wno-maybe-uninitialized)
endif()
target_include_directories(ringside_options INTERFACE ${PROJECT_SOURCE_DIR})
# Unicorn has tables of addresses by the megabyte, which the loader relocates at every start: packed, that takes half the time.
include(CheckLinkerFlag)
check_linker_flag(CXX -Wl,-z,pack-relative-relocs RINGSIDE_PACKED_RELOCATIONS)
if(RINGSIDE_PACKED_RELOCATIONS)
  target_link_options(ringside_options INTERFACE -Wl,-z,pack-relative-relocs)
endif()
if(RINGSIDE_SANITIZE)
  # GCC's -Wmaybe-uninitialized has false alarms in instrumented code.
  target_compile_options(ringside_options INTERFACE -fsanitize=address,undefined -fno-sanitize-recover=undefined
                                                    -fno-omit-frame-pointer -Wno-maybe-uninitialized)
  target_link_options(ringside_options INTERFACE -fsanitize=address,undefined)
endif()
if(RINGSIDE_FUZZ)
  # Each basic block and each comparison reports to tests/fuzz/coverage.cpp and to libFuzzer. std::span and the like
  # check their indices, which AddressSanitizer cannot see inside of the guest's memory.
  target_compile_options(ringside_options INTERFACE -fsanitize-coverage=trace-pc,trace-cmp)
  target_compile_definitions(ringside_options INTERFACE _GLIBCXX_ASSERTIONS)
endif()

# ringside_layer(NAME LINKS target...): the .cpp files of the current folder's subfolder NAME.
function(ringside_layer name)
  cmake_parse_arguments(LAYER "" "" "LINKS" ${ARGN})
  file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/${name}/*.cpp)
  if(sources)
    add_library(ringside_${name} STATIC ${sources})
    target_link_libraries(ringside_${name} PUBLIC ringside_options ${LAYER_LINKS})
  else()
    add_library(ringside_${name} INTERFACE)
    target_link_libraries(ringside_${name} INTERFACE ringside_options ${LAYER_LINKS})
  endif()
endfunction()
