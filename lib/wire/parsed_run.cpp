#include "wire/parsed_run.hpp"

#include <algorithm>

namespace bulletin::wire {

void ParsedRun::parse(const Run& run) {
  clear();
  Reader reader(run.bytes);
  for (std::size_t i = 0; i != run.commits; ++i) read_commit(reader, this);
}

std::span<const ParsedRun::Commit> ParsedRun::commits_after(std::uint64_t revision) const noexcept {
  const auto newer = [&](const Commit& commit) { return commit.revision > revision; };
  return {std::find_if(commits_.begin(), commits_.end(), newer), commits_.end()};
}

}  // namespace bulletin::wire
