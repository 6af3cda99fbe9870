# The target bulletin_msgpack_headers, for the C++ headers of MessagePack. It is not made where there are none. The installed
# package uses this file too, for the component "msgpack".

if(NOT TARGET bulletin_msgpack_headers)
  find_path(BULLETIN_MSGPACK_INCLUDE_DIR msgpack.hpp)
  set(bulletin_msgpack_target)
  foreach(target msgpack-cxx msgpackc-cxx)  # what a parent project may have, under the name of its version
    if(TARGET ${target})
      set(bulletin_msgpack_target ${target})
    endif()
  endforeach()
  if(bulletin_msgpack_target OR BULLETIN_MSGPACK_INCLUDE_DIR)
    add_library(bulletin_msgpack_headers INTERFACE IMPORTED)
    # Bulletin uses nothing of Boost, and without this macro the headers ask for it.
    target_compile_definitions(bulletin_msgpack_headers INTERFACE MSGPACK_NO_BOOST)
    if(bulletin_msgpack_target)
      target_link_libraries(bulletin_msgpack_headers INTERFACE ${bulletin_msgpack_target})
    else()
      target_include_directories(bulletin_msgpack_headers SYSTEM INTERFACE "${BULLETIN_MSGPACK_INCLUDE_DIR}")
    endif()
  endif()
endif()
