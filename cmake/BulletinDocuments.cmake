# What is installed to be read. Below share/doc/bulletin it lies as in the source tree, so that "docs/consistency.md", as a header or
# a page says, is the same place in both. Who installs the broker gets what is for operators, who installs the headers the rest.

set(documents "${CMAKE_INSTALL_DATADIR}/doc/bulletin")
set(package_sources "${PROJECT_SOURCE_DIR}/broker/package")
set(for_operators operations.md storage.md grafana-dashboard.json)

install(FILES "${PROJECT_SOURCE_DIR}/README.md" DESTINATION "${documents}" COMPONENT development)
set(others REGEX "__pycache__" EXCLUDE)
foreach(file IN LISTS for_operators)
  list(APPEND others REGEX "/docs/${file}$" EXCLUDE)
endforeach()
install(DIRECTORY "${PROJECT_SOURCE_DIR}/docs" "${PROJECT_SOURCE_DIR}/examples" DESTINATION "${documents}" USE_SOURCE_PERMISSIONS
  COMPONENT development ${others})

if(BULLETIN_BROKER)
  install(FILES "${PROJECT_SOURCE_DIR}/SECURITY.md" DESTINATION "${documents}" COMPONENT broker)
  list(TRANSFORM for_operators PREPEND "${PROJECT_SOURCE_DIR}/docs/")
  install(FILES ${for_operators} DESTINATION "${documents}/docs" COMPONENT broker)
endif()

# Only a package may write outside its prefix. Elsewhere the configuration and the unit are samples, which name the program
# where it was installed.
if(BULLETIN_BROKER AND CMAKE_INSTALL_PREFIX STREQUAL "/usr")
  install(FILES "${package_sources}/broker.toml" DESTINATION /etc/bulletin COMPONENT broker)
  install(FILES "${package_sources}/bulletin-broker.service" DESTINATION lib/systemd/system COMPONENT broker)
elseif(BULLETIN_BROKER)
  set(samples "${CMAKE_INSTALL_DATADIR}/bulletin")
  install(FILES "${package_sources}/broker.toml" "${package_sources}/bulletin-broker.service" DESTINATION "${samples}"
    COMPONENT broker)
  install(CODE "
    set(unit \"\$ENV{DESTDIR}\${CMAKE_INSTALL_PREFIX}/${samples}/bulletin-broker.service\")
    file(READ \"\${unit}\" text)
    string(REPLACE /usr/bin/bulletin-broker \"\${CMAKE_INSTALL_PREFIX}/${CMAKE_INSTALL_BINDIR}/bulletin-broker\" text \"\${text}\")
    file(WRITE \"\${unit}\" \"\${text}\")" COMPONENT broker)
endif()

# bulletin_package_documents(COMPONENT PACKAGE): what Debian wants to have of each package, under its own name.
set(debian_changelog "${PROJECT_BINARY_DIR}/changelog.Debian")
string(TIMESTAMP date "%a, %d %b %Y %H:%M:%S +0000" UTC)
file(CONFIGURE OUTPUT "${debian_changelog}" CONTENT "bulletin (@PROJECT_VERSION@-1) unstable; urgency=medium

  * Version @PROJECT_VERSION@; changelog.gz tells what is new in it.

 -- The Bulletin authors <bulletin@localhost>  @date@
" @ONLY)
function(bulletin_package_documents component package)
  set(folder "${CMAKE_INSTALL_DATADIR}/doc/${package}")
  install(FILES "${PROJECT_SOURCE_DIR}/LICENSE" DESTINATION "${folder}" RENAME copyright COMPONENT ${component})
  foreach(changelog "${PROJECT_SOURCE_DIR}/CHANGELOG.md:changelog.gz" "${debian_changelog}:changelog.Debian.gz")
    string(REGEX MATCH "^(.*):(.*)$" changelog "${changelog}")
    install(CODE "
      set(target \"\$ENV{DESTDIR}\${CMAKE_INSTALL_PREFIX}/${folder}/${CMAKE_MATCH_2}\")
      execute_process(COMMAND gzip -9nc \"${CMAKE_MATCH_1}\" OUTPUT_FILE \"\${target}\" COMMAND_ERROR_IS_FATAL ANY)
      file(CHMOD \"\${target}\" PERMISSIONS OWNER_READ OWNER_WRITE GROUP_READ WORLD_READ)
      list(APPEND CMAKE_INSTALL_MANIFEST_FILES \"\${CMAKE_INSTALL_PREFIX}/${folder}/${CMAKE_MATCH_2}\")"
      COMPONENT ${component})
  endforeach()
endfunction()
