# Unicorn::Unicorn, 2.1 or newer: 2.0 knows neither NX nor SYSCALL and cannot fetch from the higher half.
#
# Where it is looked for: UNICORN_ROOT (a folder with include/unicorn and lib, or usr/include and usr/lib as in an
# unpacked Debian package), by default build/deps/unicorn, where ./ringside unpacks it; without that folder, what the
# system and pkg-config know. Linked statically where there is a static library, so that no program depends on where the
# build folder lies.
set(unicorn_unpacked "${PROJECT_SOURCE_DIR}/build/deps/unicorn")
if(DEFINED ENV{UNICORN_ROOT} AND NOT UNICORN_ROOT)
  set(unicorn_unpacked "$ENV{UNICORN_ROOT}")
endif()
set(UNICORN_ROOT "${unicorn_unpacked}" CACHE PATH "where Unicorn 2.1 or newer is installed")

# Asked anew at each configuration: a library that was missing or too old may have been replaced since.
unset(UNICORN_INCLUDE_DIR CACHE)
unset(UNICORN_LIBRARY CACHE)
if(EXISTS "${UNICORN_ROOT}")
  # Header and library of one installation, never one of each.
  file(GLOB unicorn_library_dirs LIST_DIRECTORIES true "${UNICORN_ROOT}/usr/lib/*-linux-gnu" "${UNICORN_ROOT}/lib/*-linux-gnu"
       "${UNICORN_ROOT}/usr/lib*" "${UNICORN_ROOT}/lib*")
  find_path(UNICORN_INCLUDE_DIR unicorn/unicorn.h PATHS "${UNICORN_ROOT}/usr/include" "${UNICORN_ROOT}/include" NO_DEFAULT_PATH)
  find_library(UNICORN_LIBRARY NAMES libunicorn.a unicorn PATHS ${unicorn_library_dirs} NO_DEFAULT_PATH)
else()
  pkg_check_modules(UNICORN_PC QUIET unicorn)
  find_path(UNICORN_INCLUDE_DIR unicorn/unicorn.h HINTS ${UNICORN_PC_INCLUDE_DIRS})
  find_library(UNICORN_LIBRARY NAMES libunicorn.a unicorn HINTS ${UNICORN_PC_LIBRARY_DIRS})
endif()

set(unicorn_remedy "Start the build by ./ringside, which fetches it, or install Unicorn 2.1 or newer and configure with -DUNICORN_ROOT=FOLDER.")
if(NOT UNICORN_INCLUDE_DIR OR NOT UNICORN_LIBRARY)
  message(FATAL_ERROR "Unicorn (2.1 or newer) was not found in ${UNICORN_ROOT} or on this system. ${unicorn_remedy}")
endif()
foreach(part MAJOR MINOR PATCH)
  file(STRINGS "${UNICORN_INCLUDE_DIR}/unicorn/unicorn.h" line REGEX "^#define UC_API_${part} [0-9]+")
  string(REGEX REPLACE "^#define UC_API_${part} ([0-9]+).*" "\\1" unicorn_${part} "${line}")
endforeach()
set(UNICORN_VERSION "${unicorn_MAJOR}.${unicorn_MINOR}.${unicorn_PATCH}")
if(NOT UNICORN_VERSION VERSION_GREATER_EQUAL 2.1)
  message(FATAL_ERROR "Unicorn ${UNICORN_VERSION} in ${UNICORN_INCLUDE_DIR} is too old: Ringside needs 2.1 or newer. ${unicorn_remedy}")
endif()
message(STATUS "Unicorn ${UNICORN_VERSION}: ${UNICORN_LIBRARY}")

add_library(Unicorn::Unicorn INTERFACE IMPORTED)
target_include_directories(Unicorn::Unicorn INTERFACE "${UNICORN_INCLUDE_DIR}")
target_link_libraries(Unicorn::Unicorn INTERFACE "${UNICORN_LIBRARY}" m pthread)
# Where it puts the code that it makes is for sim/cpu/open_engine.cpp to say.
target_link_options(Unicorn::Unicorn INTERFACE LINKER:--wrap=mmap64)
