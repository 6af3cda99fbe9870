# bulletin_test_folder() and the environment that tests run in.

set(BULLETIN_TEST_TIMEOUT 60)
set(BULLETIN_TEST_ENVIRONMENT)
if(BULLETIN_SANITIZE MATCHES "thread")
  # Forked children go on under the thread sanitizer only if it is told so.
  set(BULLETIN_TEST_ENVIRONMENT ENVIRONMENT
    "TSAN_OPTIONS=die_after_fork=0:suppressions=${PROJECT_SOURCE_DIR}/tests/tsan.supp")
elseif(BULLETIN_SANITIZE MATCHES "address")
  set(BULLETIN_TEST_ENVIRONMENT ENVIRONMENT
    "ASAN_OPTIONS=detect_stack_use_after_return=1:strict_string_checks=1")
endif()
if(BULLETIN_SANITIZE)
  set(BULLETIN_TEST_TIMEOUT 180)
endif()

# The program test_<folder> of the *_test.cpp files in tests/<folder>; every test case becomes a CTest test
# "<folder>/<name>" with the label <folder>. A name has no quote, semicolon or asterisk: CTest could not select the test
# by it, and says so by failing.
function(bulletin_test_folder folder)
  set(directory "${CMAKE_CURRENT_SOURCE_DIR}/${folder}")
  file(GLOB tests CONFIGURE_DEPENDS "${directory}/*_test.cpp" "${directory}/*/*_test.cpp")
  file(GLOB shared CONFIGURE_DEPENDS "${directory}/*.cpp")
  file(GLOB main CONFIGURE_DEPENDS "${directory}/main.cpp")
  list(REMOVE_ITEM shared ${tests} ${main})

  set(common bulletin_test_support)
  # Tests that start programs find them here.
  set(places BULLETIN_BIN_DIR="${CMAKE_RUNTIME_OUTPUT_DIRECTORY}" BULLETIN_TESTS_DIR="${CMAKE_CURRENT_SOURCE_DIR}")
  if(shared)
    add_library(test_${folder}_shared OBJECT ${shared})
    bulletin_target(test_${folder}_shared)
    target_link_libraries(test_${folder}_shared PUBLIC bulletin_test_support)
    target_compile_definitions(test_${folder}_shared PRIVATE ${places})
    list(APPEND common test_${folder}_shared)
  endif()

  add_executable(test_${folder} ${tests})
  bulletin_target(test_${folder})
  target_link_libraries(test_${folder} PRIVATE ${common} Catch2::Catch2WithMain)
  target_compile_definitions(test_${folder} PRIVATE ${places})
  foreach(program bulletin_broker_program bulletin_cli)
    if(TARGET ${program})
      add_dependencies(test_${folder} ${program})
    endif()
  endforeach()
  catch_discover_tests(test_${folder}
    TEST_PREFIX "${folder}/"
    PROPERTIES LABELS ${folder} TIMEOUT ${BULLETIN_TEST_TIMEOUT} FAIL_REGULAR_EXPRESSION "No tests ran"
      ${BULLETIN_TEST_ENVIRONMENT})

  if(main)
    add_executable(bulletin_${folder} ${main})
    bulletin_target(bulletin_${folder})
    set_target_properties(bulletin_${folder} PROPERTIES OUTPUT_NAME bulletin-${folder})
    target_link_libraries(bulletin_${folder} PRIVATE ${common} CLI11::CLI11)
    add_dependencies(test_${folder} bulletin_${folder})
  endif()
endfunction()
