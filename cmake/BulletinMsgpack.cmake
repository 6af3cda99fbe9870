# One target, bulletin_msgpack, for the C++ headers of MessagePack, whose package and target changed their names:
# Debian 12 has find_package(msgpack) with msgpackc-cxx, Debian 13 has find_package(msgpack-cxx) with msgpack-cxx.
# The installed package uses this file too, for the component "msgpack".

if(NOT TARGET bulletin_msgpack)
  find_package(msgpack-cxx CONFIG QUIET)
  if(NOT TARGET msgpack-cxx)
    find_package(msgpack CONFIG QUIET)
  endif()
  add_library(bulletin_msgpack INTERFACE IMPORTED)
  # Bulletin uses nothing of Boost, and without this macro the headers ask for it.
  target_compile_definitions(bulletin_msgpack INTERFACE MSGPACK_NO_BOOST)
  if(TARGET msgpack-cxx)
    target_link_libraries(bulletin_msgpack INTERFACE msgpack-cxx)
  elseif(TARGET msgpackc-cxx)
    target_link_libraries(bulletin_msgpack INTERFACE msgpackc-cxx)
  else()
    find_path(BULLETIN_MSGPACK_INCLUDE_DIR msgpack.hpp REQUIRED)
    target_include_directories(bulletin_msgpack SYSTEM INTERFACE "${BULLETIN_MSGPACK_INCLUDE_DIR}")
  endif()
endif()
