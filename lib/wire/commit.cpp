#include "wire/commit.hpp"

#include <string>

#include "wire/decode_error.hpp"
#include "wire/packer.hpp"
#include "wire/parsed_run.hpp"
#include "wire/token.hpp"

namespace bulletin::wire {

namespace {

/// Forms that are kept, hashed and sent on have exactly the elements that are known: nothing could
/// be done with more.
void require_exactly(std::size_t found, std::size_t wanted, const char* what) {
  if (found == wanted) return;
  throw DecodeError(std::string(what) + ": has " + std::to_string(found) + " elements instead of " +
                    std::to_string(wanted));
}

/// The form that nearly all have: a revision of nine bytes, and at most 15 changes.
bool read_usual_header(Reader& reader, CommitHeader& header) noexcept {
  constexpr std::size_t size = 12;
  const std::string_view bytes = reader.rest();
  if (bytes.size() < size || !bytes.starts_with("\x93\xCF")) return false;
  const auto cleared = static_cast<unsigned char>(bytes[10]);
  const auto changes = static_cast<unsigned char>(bytes[11]);
  header = {big_endian<std::uint64_t>(bytes.data() + 2), cleared == 0xC3, changes & 15U};
  if ((cleared & ~1U) != 0xC2 || (changes & ~15U) != 0x90) return false;
  if (header.changes > bytes.size() - size) return false;
  reader.take(size);
  return true;
}

}  // namespace

void append_commit_header(std::string& out, const CommitHeader& header) {
  out += HeadPacker()
             .array(3)
             .integer(header.revision)
             .boolean(header.cleared)
             .array(header.changes)
             .view();
}

void append_change(std::string& out, std::string_view name, std::string_view value) {
  HeadPacker head;
  append_behind(out, head.array(value.empty() ? 1 : 2).string_head(name.size()), name, value);
}

CommitHeader read_commit_header(Reader& reader) {
  CommitHeader header;
  if (read_usual_header(reader, header)) return header;
  require_exactly(reader.array("commit"), 3, "commit");
  header.revision = reader.unsigned_integer("commit's revision");
  header.cleared = reader.boolean("commit's cleared");
  header.changes = reader.array("commit's changes");
  return header;
}

Change read_change(Reader& reader) {
  const std::size_t elements = reader.array("change");
  if (elements != 1) require_exactly(elements, 2, "change");
  Change change;
  change.name = reader.string("change's name");
  if (elements == 2) change.value = reader.value("change's value");
  return change;
}

std::uint64_t read_commit(Reader& reader, ParsedRun* parsed) {
  const CommitHeader header = read_commit_header(reader);
  if (parsed != nullptr) parsed->add(header);
  for (std::size_t i = 0; i != header.changes; ++i) {
    const Change change = read_change(reader);
    if (parsed != nullptr) parsed->add(change);
  }
  return header.revision;
}

Run read_run(Reader& reader, ParsedRun* parsed) {
  if (parsed != nullptr) parsed->clear();
  Run run;
  run.previous = reader.unsigned_integer("run's previous revision");
  run.revision = reader.unsigned_integer("run's revision");
  run.count = reader.unsigned_integer("run's count");
  run.commits = reader.array("run's commits");
  const std::string_view commits = reader.rest();
  std::uint64_t revision = run.previous;
  for (std::size_t i = 0; i != run.commits; ++i) {
    const std::uint64_t next = read_commit(reader, parsed);
    if (next <= revision) throw DecodeError("run: its revisions do not grow");
    revision = next;
  }
  if (revision != run.revision) throw DecodeError("run: does not end at its revision");
  run.bytes = commits.substr(0, commits.size() - reader.rest().size());
  return run;
}

void append_run(std::string& out, const Run& run) {
  out += HeadPacker()
             .integer(run.previous)
             .integer(run.revision)
             .integer(run.count)
             .array(run.commits)
             .view();
  out += run.bytes;
}

}  // namespace bulletin::wire
