# What is installed: programs, libraries, headers, the CMake package, the pkg-config file; and the Debian packages.

include(CMakePackageConfigHelpers)
set(package_dir "${CMAKE_INSTALL_LIBDIR}/cmake/bulletin")

# Programs find our shared libraries relative to themselves, wherever the tree is installed.
if(BUILD_SHARED_LIBS)
  file(RELATIVE_PATH library_path "/${CMAKE_INSTALL_BINDIR}" "/${CMAKE_INSTALL_LIBDIR}")
endif()
foreach(program bulletin_broker_program bulletin_cli)
  if(TARGET ${program})
    if(BUILD_SHARED_LIBS)
      set_target_properties(${program} PROPERTIES INSTALL_RPATH "$ORIGIN/${library_path}")
    endif()
    install(TARGETS ${program} RUNTIME DESTINATION "${CMAKE_INSTALL_BINDIR}" COMPONENT programs)
  endif()
endforeach()
if(BUILD_SHARED_LIBS)
  set_target_properties(bulletin_broker PROPERTIES INSTALL_RPATH "$ORIGIN")
endif()

install(TARGETS bulletin EXPORT bulletin-targets
  LIBRARY DESTINATION "${CMAKE_INSTALL_LIBDIR}" COMPONENT runtime NAMELINK_COMPONENT development
  ARCHIVE DESTINATION "${CMAKE_INSTALL_LIBDIR}" COMPONENT development
  FILE_SET HEADERS DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}" COMPONENT development)
install(TARGETS bulletin_broker EXPORT bulletin-broker-targets
  LIBRARY DESTINATION "${CMAKE_INSTALL_LIBDIR}" COMPONENT runtime NAMELINK_COMPONENT development
  ARCHIVE DESTINATION "${CMAKE_INSTALL_LIBDIR}" COMPONENT development)
foreach(export bulletin-targets bulletin-broker-targets)
  install(EXPORT ${export} NAMESPACE bulletin:: DESTINATION "${package_dir}" COMPONENT development)
endforeach()

configure_package_config_file("${PROJECT_SOURCE_DIR}/cmake/bulletin-config.cmake.in"
  "${PROJECT_BINARY_DIR}/bulletin-config.cmake" INSTALL_DESTINATION "${package_dir}")
write_basic_package_version_file("${PROJECT_BINARY_DIR}/bulletin-config-version.cmake"
  COMPATIBILITY SameMinorVersion)
install(FILES "${PROJECT_BINARY_DIR}/bulletin-config.cmake" "${PROJECT_BINARY_DIR}/bulletin-config-version.cmake"
    "${PROJECT_SOURCE_DIR}/cmake/BulletinMsgpack.cmake"
  DESTINATION "${package_dir}" COMPONENT development)

# The paths in the pkg-config file are relative to it, so that the tree can be moved. A static library brings no
# dependencies of its own, so they are public then.
set(pc_dir "${CMAKE_INSTALL_LIBDIR}/pkgconfig")
file(RELATIVE_PATH pc_prefix "/${pc_dir}" "/")
string(REGEX REPLACE "/$" "" pc_prefix "${pc_prefix}")
set(broker_requires "libzmq absl_flat_hash_map absl_flat_hash_set absl_btree rocksdb spdlog fmt tomlplusplus")
if(BUILD_SHARED_LIBS)
  set(pc_requires "Requires.private: libzmq")
  set(pc_broker_requires "Requires: bulletin\nRequires.private: ${broker_requires}")
else()
  set(pc_requires "Requires: libzmq")
  set(pc_broker_requires "Requires: bulletin ${broker_requires}")
endif()
foreach(pc bulletin bulletin-broker)
  configure_file("${PROJECT_SOURCE_DIR}/cmake/${pc}.pc.in" "${PROJECT_BINARY_DIR}/${pc}.pc" @ONLY)
  install(FILES "${PROJECT_BINARY_DIR}/${pc}.pc" DESTINATION "${pc_dir}" COMPONENT development)
endforeach()

set(CPACK_PACKAGE_NAME bulletin)
set(CPACK_PACKAGE_VENDOR "The Bulletin authors")
set(CPACK_PACKAGE_CONTACT "The Bulletin authors <bulletin@localhost>")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "${PROJECT_DESCRIPTION}")
set(CPACK_RESOURCE_FILE_LICENSE "${PROJECT_SOURCE_DIR}/LICENSE")
set(CPACK_STRIP_FILES ON)
set(CPACK_COMPONENTS_ALL runtime development programs)
set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_ENABLE_COMPONENT_DEPENDS ON)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS_PRIVATE_DIRS "${PROJECT_BINARY_DIR}/lib")
set(CPACK_DEBIAN_RUNTIME_PACKAGE_NAME libbulletin0)
set(CPACK_DEBIAN_RUNTIME_PACKAGE_SECTION libs)
set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_NAME libbulletin-dev)
set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_SECTION libdevel)
set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_RECOMMENDS "libmsgpack-cxx-dev")
set(CPACK_DEBIAN_PROGRAMS_PACKAGE_NAME bulletin)
set(CPACK_DEBIAN_PROGRAMS_PACKAGE_SECTION net)
include(CPack)
cpack_add_component(runtime)
cpack_add_component(development DEPENDS runtime)
cpack_add_component(programs DEPENDS runtime)
