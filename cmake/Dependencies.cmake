# Every library from outside, found or refused with a sentence.
find_package(PkgConfig REQUIRED)
find_package(fmt REQUIRED)
find_package(nlohmann_json REQUIRED)
find_package(CLI11 REQUIRED)

pkg_check_modules(CAPSTONE REQUIRED IMPORTED_TARGET capstone)
add_library(Capstone::Capstone ALIAS PkgConfig::CAPSTONE)
pkg_check_modules(LIBDW REQUIRED IMPORTED_TARGET libdw libelf)
add_library(Elfutils::dw ALIAS PkgConfig::LIBDW)

include(${CMAKE_CURRENT_LIST_DIR}/Unicorn.cmake)
