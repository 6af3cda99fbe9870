#include "replica/parsed_run.hpp"

#include "wire/digest.hpp"
#include "wire/reader.hpp"

namespace bulletin::replica {

void ParsedRun::parse(const wire::Run& run, std::uint64_t known) {
  commits_.clear();
  changes_.clear();
  wire::Reader reader(run.bytes);
  for (std::size_t i = 0; i != run.commits; ++i) {
    const wire::CommitHeader header = wire::read_commit_header(reader);
    const std::size_t begin = changes_.size();
    for (std::size_t k = 0; k != header.changes; ++k) {
      const wire::Change change = wire::read_change(reader);
      if (header.revision <= known) continue;
      changes_.push_back({change.name, change.value, wire::name_hash(change.name)});
    }
    if (header.revision <= known) continue;
    commits_.push_back({header.revision, header.cleared, begin, changes_.size()});
  }
}

}  // namespace bulletin::replica
