# What is installed: programs, libraries, headers, the CMake package, the pkg-config file; and the Debian packages.

include(CMakePackageConfigHelpers)
set(package_dir "${CMAKE_INSTALL_LIBDIR}/cmake/bulletin")

# The parts that are built: of the broker its program and its library.
set(with_broker "${BULLETIN_BROKER}")
set(with_cli "${BULLETIN_CLI}")

# Programs find our shared libraries relative to themselves, wherever the tree is installed.
if(BUILD_SHARED_LIBS)
  file(RELATIVE_PATH library_path "/${CMAKE_INSTALL_BINDIR}" "/${CMAKE_INSTALL_LIBDIR}")
endif()
foreach(program bulletin_broker_program:broker bulletin_cli:cli)
  string(REPLACE ":" ";" program ${program})
  list(GET program 0 target)
  list(GET program 1 component)
  if(with_${component})
    if(BUILD_SHARED_LIBS)
      set_target_properties(${target} PROPERTIES INSTALL_RPATH "$ORIGIN/${library_path}")
    endif()
    install(TARGETS ${target} RUNTIME DESTINATION "${CMAKE_INSTALL_BINDIR}" COMPONENT ${component})
  endif()
endforeach()
if(BUILD_SHARED_LIBS AND with_broker)
  set_target_properties(bulletin_broker PROPERTIES INSTALL_RPATH "$ORIGIN")
endif()

set(completions "${CMAKE_INSTALL_DATADIR}/bash-completion/completions")
set(package_sources "${PROJECT_SOURCE_DIR}/broker/package")
set(packages runtime:libbulletin0 development:libbulletin-dev)
if(with_cli)
  install(FILES "${PROJECT_SOURCE_DIR}/cli/completion/bulletin" DESTINATION "${completions}" COMPONENT cli)
  list(APPEND packages cli:bulletin)
endif()
if(with_broker)
  # Under its own name, as bash looks for the program's.
  install(FILES "${PROJECT_SOURCE_DIR}/cli/completion/bulletin" DESTINATION "${completions}" RENAME bulletin-broker
    COMPONENT broker)
  # Only a package may write outside its prefix.
  if(CMAKE_INSTALL_PREFIX STREQUAL "/usr")
    install(FILES "${package_sources}/broker.toml" DESTINATION /etc/bulletin COMPONENT broker)
    install(FILES "${package_sources}/bulletin-broker.service" DESTINATION lib/systemd/system COMPONENT broker)
  endif()
  list(APPEND packages broker_runtime:libbulletin-broker0 broker:bulletin-broker)
endif()
foreach(entry IN LISTS packages)
  string(REPLACE ":" ";" entry ${entry})
  list(GET entry 0 component)
  list(GET entry 1 package)
  string(TOUPPER "CPACK_DEBIAN_${component}_PACKAGE_NAME" variable)
  set(${variable} ${package})
  install(FILES "${PROJECT_SOURCE_DIR}/LICENSE" DESTINATION "${CMAKE_INSTALL_DATADIR}/doc/${package}" RENAME copyright
    COMPONENT ${component})
endforeach()

install(TARGETS bulletin EXPORT bulletin-targets
  LIBRARY DESTINATION "${CMAKE_INSTALL_LIBDIR}" COMPONENT runtime NAMELINK_COMPONENT development
  ARCHIVE DESTINATION "${CMAKE_INSTALL_LIBDIR}" COMPONENT development
  FILE_SET HEADERS DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}" COMPONENT development)
set(exports bulletin-targets)
if(with_broker)
  install(TARGETS bulletin_broker EXPORT bulletin-broker-targets
    LIBRARY DESTINATION "${CMAKE_INSTALL_LIBDIR}" COMPONENT broker_runtime NAMELINK_COMPONENT development
    ARCHIVE DESTINATION "${CMAKE_INSTALL_LIBDIR}" COMPONENT development)
  list(APPEND exports bulletin-broker-targets)
endif()
foreach(export IN LISTS exports)
  install(EXPORT ${export} NAMESPACE bulletin:: DESTINATION "${package_dir}" COMPONENT development)
endforeach()

configure_package_config_file("${PROJECT_SOURCE_DIR}/cmake/bulletin-config.cmake.in"
  "${PROJECT_BINARY_DIR}/bulletin-config.cmake" INSTALL_DESTINATION "${package_dir}")
write_basic_package_version_file("${PROJECT_BINARY_DIR}/bulletin-config-version.cmake"
  COMPATIBILITY SameMinorVersion)
install(FILES "${PROJECT_BINARY_DIR}/bulletin-config.cmake" "${PROJECT_BINARY_DIR}/bulletin-config-version.cmake"
    "${PROJECT_SOURCE_DIR}/cmake/BulletinMsgpack.cmake" "${PROJECT_SOURCE_DIR}/cmake/BulletinZeroMQ.cmake"
  DESTINATION "${package_dir}" COMPONENT development)

# The paths in the pkg-config file are relative to it, so that the tree can be moved. A static library brings no
# dependencies of its own, so they are public then.
set(pc_dir "${CMAKE_INSTALL_LIBDIR}/pkgconfig")
file(RELATIVE_PATH pc_prefix "/${pc_dir}" "/")
string(REGEX REPLACE "/$" "" pc_prefix "${pc_prefix}")
set(broker_requires "libzmq absl_flat_hash_map absl_flat_hash_set absl_btree rocksdb spdlog fmt tomlplusplus")
if(BUILD_SHARED_LIBS)
  # Nothing of theirs is needed to build against a shared library.
  set(pc_requires "")
  set(pc_broker_requires "Requires: bulletin")
else()
  set(pc_requires "Requires: libzmq")
  set(pc_broker_requires "Requires: bulletin ${broker_requires}")
endif()
set(pcs bulletin)
if(with_broker)
  list(APPEND pcs bulletin-broker)
endif()
foreach(pc IN LISTS pcs)
  configure_file("${PROJECT_SOURCE_DIR}/cmake/${pc}.pc.in" "${PROJECT_BINARY_DIR}/${pc}.pc" @ONLY)
  install(FILES "${PROJECT_BINARY_DIR}/${pc}.pc" DESTINATION "${pc_dir}" COMPONENT development)
endforeach()

# Packages are the whole project's: a parent project makes its own.
if(NOT PROJECT_IS_TOP_LEVEL)
  return()
endif()
set(CPACK_PACKAGE_NAME bulletin)
set(CPACK_PACKAGE_VENDOR "The Bulletin authors")
set(CPACK_PACKAGE_CONTACT "The Bulletin authors <bulletin@localhost>")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "${PROJECT_DESCRIPTION}")
set(CPACK_RESOURCE_FILE_LICENSE "${PROJECT_SOURCE_DIR}/LICENSE")
set(CPACK_STRIP_FILES ON)
set(CPACK_COMPONENTS_ALL)
foreach(entry IN LISTS packages)
  string(REGEX REPLACE ":.*" "" component ${entry})
  list(APPEND CPACK_COMPONENTS_ALL ${component})
endforeach()
set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_ENABLE_COMPONENT_DEPENDS ON)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS_PRIVATE_DIRS "${PROJECT_BINARY_DIR}/lib")
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)
set(CPACK_INSTALL_DEFAULT_DIRECTORY_PERMISSIONS
  OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ GROUP_EXECUTE WORLD_READ WORLD_EXECUTE)
set(CPACK_DEBIAN_RUNTIME_PACKAGE_SECTION libs)
set(CPACK_DEBIAN_RUNTIME_DESCRIPTION "shared notice board for cooperating processes: client library")
set(CPACK_DEBIAN_BROKER_RUNTIME_PACKAGE_SECTION libs)
set(CPACK_DEBIAN_BROKER_RUNTIME_DESCRIPTION "shared notice board for cooperating processes: broker library")
set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_SECTION libdevel)
set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_RECOMMENDS "libmsgpack-cxx-dev, pkgconf | pkg-config")
set(CPACK_DEBIAN_DEVELOPMENT_DESCRIPTION "shared notice board for cooperating processes: headers")
set(CPACK_DEBIAN_BROKER_PACKAGE_SECTION net)
set(CPACK_DEBIAN_BROKER_PACKAGE_DEPENDS "adduser, init-system-helpers, procps")
set(CPACK_DEBIAN_BROKER_PACKAGE_SUGGESTS "bulletin")
set(CPACK_DEBIAN_BROKER_DESCRIPTION "shared notice board for cooperating processes: broker")
set(CPACK_DEBIAN_BROKER_PACKAGE_CONTROL_EXTRA
  "${package_sources}/postinst;${package_sources}/prerm;${package_sources}/postrm;${package_sources}/conffiles")
set(CPACK_DEBIAN_CLI_PACKAGE_SECTION net)
set(CPACK_DEBIAN_CLI_DESCRIPTION "shared notice board for cooperating processes: command line")
include(CPack)
cpack_add_component(runtime)
set(development_needs runtime)
if(with_broker)
  cpack_add_component(broker_runtime DEPENDS runtime)
  cpack_add_component(broker DEPENDS broker_runtime)
  list(APPEND development_needs broker_runtime)
endif()
if(with_cli)
  cpack_add_component(cli DEPENDS runtime)
endif()
cpack_add_component(development DEPENDS ${development_needs})
