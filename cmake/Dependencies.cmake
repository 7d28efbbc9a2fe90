# Every library from outside. What is missing is named in one list, with Debian's package names, before anything is built.
set(missing)

if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 12)
  message(FATAL_ERROR "g++ ${CMAKE_CXX_COMPILER_VERSION} is too old: Ringside is C++23 and needs g++ 12 or newer.")
endif()

find_package(PkgConfig)
if(NOT PKG_CONFIG_FOUND)
  message(FATAL_ERROR "pkg-config was not found. On Debian: apt-get install pkg-config")
endif()

# ringside_package(PACKAGE WHAT DEBIAN): by the library's own CMake files.
macro(ringside_package package what debian)
  find_package(${package} QUIET)
  if(NOT ${package}_FOUND)
    list(APPEND missing "${what} (${debian})")
  endif()
endmacro()

# ringside_module(PREFIX TARGET MODULES WHAT DEBIAN): by pkg-config; TARGET is what the layers link.
macro(ringside_module prefix target modules what debian)
  pkg_check_modules(${prefix} QUIET IMPORTED_TARGET GLOBAL ${modules})
  if(${prefix}_FOUND)
    add_library(${target} ALIAS PkgConfig::${prefix})
  else()
    list(APPEND missing "${what} (${debian})")
  endif()
endmacro()

ringside_package(fmt "fmt 9" libfmt-dev)
ringside_package(nlohmann_json "nlohmann/json 3.10" nlohmann-json3-dev)
ringside_package(CLI11 "CLI11 2.1" libcli11-dev)
ringside_package(tomlplusplus "toml++ 3.2" libtomlplusplus-dev)
ringside_package(GTest "GoogleTest and gMock 1.12" "libgtest-dev libgmock-dev")
ringside_module(ARCHIVE Archive::archive libarchive>=3.6 "libarchive 3.6" libarchive-dev)
ringside_module(NETTLE Nettle::nettle nettle>=3.4 "Nettle 3.4" nettle-dev)
ringside_module(CAPSTONE Capstone::Capstone capstone>=4 "Capstone 4" libcapstone-dev)
ringside_module(LIBDW Elfutils::dw "libdw;libelf" "libdw and libelf" "libdw-dev libelf-dev")
if(RINGSIDE_WINDOW)
  ringside_module(SDL2 Sdl2::Sdl2 sdl2>=2.0.20 "SDL 2.0.20" libsdl2-dev)
  ringside_module(IMGUI ImGui::ImGui imgui>=1.86 "Dear ImGui 1.86" libimgui-dev)
  ringside_package(OpenGL "OpenGL" libgl-dev)
  ringside_module(MD4C Md4c::md4c md4c>=0.4.8 "md4c 0.4.8" libmd4c-dev)
  # Dear ImGui 1.89 renamed the header of its SDL2 back end; the window includes it by its first name.
  find_file(imgui_sdl_header NAMES backends/imgui_impl_sdl.h backends/imgui_impl_sdl2.h HINTS ${IMGUI_INCLUDE_DIRS} NO_CACHE)
  if(IMGUI_FOUND AND imgui_sdl_header MATCHES "imgui_impl_sdl2.h$")
    set(imgui_names "${PROJECT_BINARY_DIR}/imgui_names")
    file(CONFIGURE OUTPUT "${imgui_names}/backends/imgui_impl_sdl.h" CONTENT "#include <backends/imgui_impl_sdl2.h>\n")
    target_include_directories(PkgConfig::IMGUI INTERFACE "${imgui_names}")
  endif()
endif()

if(missing)
  list(JOIN missing "\n  " missing_lines)
  message(FATAL_ERROR "Not found, or too old:\n  ${missing_lines}\n"
                      "Start the build by ./ringside, which installs them on Debian and its relatives; README.md says what to do elsewhere. "
                      "Without a window (-DRINGSIDE_WINDOW=OFF), SDL2, Dear ImGui and OpenGL are not needed.")
endif()

include(${CMAKE_CURRENT_LIST_DIR}/Unicorn.cmake)
