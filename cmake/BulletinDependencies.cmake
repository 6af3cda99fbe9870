# Everything that is not ours. docs/decisions/0001-dependencies.md gives the reason for each.

set(THREADS_PREFER_PTHREAD_FLAG ON)
find_package(Threads REQUIRED)
find_package(cppzmq REQUIRED)
find_package(absl REQUIRED)
find_package(RocksDB REQUIRED)
find_package(fmt REQUIRED)
find_package(spdlog REQUIRED)
find_package(tomlplusplus REQUIRED)
find_package(CLI11 REQUIRED)
find_package(nlohmann_json REQUIRED)
include(BulletinMsgpack)

# xxHash is used as a header (XXH_INLINE_ALL), so that nothing is linked and nothing is exported.
find_path(BULLETIN_XXHASH_INCLUDE_DIR xxhash.h REQUIRED)
add_library(bulletin_xxhash INTERFACE IMPORTED GLOBAL)
target_include_directories(bulletin_xxhash SYSTEM INTERFACE "${BULLETIN_XXHASH_INCLUDE_DIR}")
target_compile_definitions(bulletin_xxhash INTERFACE XXH_INLINE_ALL)
