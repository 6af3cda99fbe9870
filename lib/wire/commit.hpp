// Commits as they travel, are logged and are applied: one form for all three.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "wire/reader.hpp"

namespace bulletin::wire {

class ParsedRun;

/// A commit is [revision, cleared, changes]: `cleared` says that every attribute not named in the
/// changes was removed; a change is [name, value] or, removed, [name]. A name appears once.
struct CommitHeader {
  std::uint64_t revision = 0;
  bool cleared = false;
  std::size_t changes = 0;
};

struct Change {
  std::string_view name;
  std::string_view value;  ///< the bytes of the value; empty: removed
};

void append_commit_header(std::string& out, const CommitHeader& header);
void append_change(std::string& out, std::string_view name, std::string_view value);

/// Read a commit's header, and then as many changes as it says. Names and values are checked.
CommitHeader read_commit_header(Reader& reader);
Change read_change(Reader& reader);
/// Reads a whole commit, into `parsed`, if there is one. Returns its revision.
std::uint64_t read_commit(Reader& reader, ParsedRun* parsed);

/// A run of commits of one namespace that follow each other without a gap.
struct Run {
  std::uint64_t previous = 0;  ///< the namespace's revision before the first of them
  std::uint64_t revision = 0;  ///< that of the last
  std::uint64_t count = 0;     ///< the namespace's count after the last
  std::size_t commits = 0;     ///< how many
  std::string_view bytes;      ///< their encodings, one behind the other
};

/// Reads the four elements previous, revision, count, commits; the commits are checked to be well
/// formed, to grow in revision and to end at `revision`. A run of no commits has previous ==
/// revision. `parsed`, if there is one, then has them.
Run read_run(Reader& reader, ParsedRun* parsed = nullptr);
void append_run(std::string& out, const Run& run);

}  // namespace bulletin::wire
