# bulletin_man_page(): the man page of a program is what it prints for --help. It is made whenever the program is, so that
# whatever has been built can be installed.

find_program(BULLETIN_PYTHON_PROGRAM NAMES python3 HINTS /usr/bin NO_CACHE)
function(bulletin_man_page target name section component one_line)
  if(NOT BULLETIN_INSTALL OR NOT BULLETIN_PYTHON_PROGRAM OR CMAKE_CROSSCOMPILING)
    return()
  endif()
  set(page "${PROJECT_BINARY_DIR}/${name}.${section}")
  set(maker "${PROJECT_SOURCE_DIR}/tools/manpage.py")
  add_custom_command(TARGET ${target} POST_BUILD
    COMMAND "${BULLETIN_PYTHON_PROGRAM}" -B "${maker}" "$<TARGET_FILE:${target}>" ${name} ${section} "${one_line}" ${PROJECT_VERSION}
      > "${page}"
    BYPRODUCTS "${page}" VERBATIM)
  set_property(TARGET ${target} APPEND PROPERTY LINK_DEPENDS "${maker}")
  install(FILES "${page}" DESTINATION "${CMAKE_INSTALL_MANDIR}/man${section}" COMPONENT ${component})
endfunction()
