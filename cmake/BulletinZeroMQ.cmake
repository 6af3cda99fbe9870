# The target bulletin_zeromq, for libzmq, which Debian installs without a CMake package. It is not made where libzmq is not
# found. The installed package uses this file too.

if(NOT TARGET bulletin_zeromq)
  set(bulletin_zeromq_library)
  foreach(target libzmq libzmq-static)  # in a parent project, or of ZeroMQ's own package
    if(TARGET ${target} AND NOT bulletin_zeromq_library)
      set(bulletin_zeromq_library ${target})
    endif()
  endforeach()
  if(NOT bulletin_zeromq_library)
    find_library(BULLETIN_ZEROMQ_LIBRARY zmq)
    set(bulletin_zeromq_library "${BULLETIN_ZEROMQ_LIBRARY}")
  endif()
  if(bulletin_zeromq_library)
    add_library(bulletin_zeromq INTERFACE IMPORTED)
    target_link_libraries(bulletin_zeromq INTERFACE "${bulletin_zeromq_library}")
  endif()
endif()
