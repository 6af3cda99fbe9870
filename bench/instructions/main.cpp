// Runs one hot path, so that callgrind can count it: only what happens inside `measured` counts.
//
//   bulletin-instructions            the names of the paths
//   bulletin-instructions PATH       runs it, `repetitions` times inside `measured`

#include <cstdio>
#include <exception>

#include "instructions/hot_path.hpp"

namespace {

constexpr int repetitions = 1000;

}  // namespace

/// The script looks for this name.
extern "C" [[gnu::noinline]] void measured(bulletin::bench::HotPath& path) {
  for (int i = 0; i < repetitions; ++i) path.once();
}

int main(int argc, char** argv) try {
  bulletin::bench::HotPaths paths;
  bulletin::bench::add_reads(paths);
  bulletin::bench::add_wire(paths);
  bulletin::bench::add_authority(paths);
  bulletin::bench::add_replica(paths);
  if (argc != 2) {
    for (const auto& [name, make] : paths) std::printf("%s\n", name.c_str());
    return argc == 1 ? 0 : 2;
  }
  const auto found = paths.find(argv[1]);
  if (found == paths.end()) {
    std::fprintf(stderr, "bulletin-instructions: there is no path '%s'\n", argv[1]);
    return 2;
  }
  const auto path = found->second();
  path->once();  // what is done the first time only
  measured(*path);
  return 0;
} catch (const std::exception& error) {
  std::fprintf(stderr, "bulletin-instructions: %s\n", error.what());
  return 1;
}
