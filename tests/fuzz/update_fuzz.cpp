// The client's side: what a broker publishes.

#include <cassert>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <variant>

#include "wire/decode_error.hpp"
#include "wire/parsed_run.hpp"
#include "wire/update.hpp"
#include "wire/value_codec.hpp"

using namespace bulletin::wire;

namespace {

/// What was checked once is read without a fault, and says the same again.
void read_commits(const Run& run, const ParsedRun& parsed) {
  Reader reader(run.bytes);
  auto next = parsed.changes().begin();
  for (std::size_t i = 0; i != run.commits; ++i) {
    const CommitHeader header = read_commit_header(reader);
    assert(header.revision == parsed.commits()[i].revision);
    assert(header.changes == parsed.changes_of(parsed.commits()[i]).size());
    for (std::size_t j = 0; j != header.changes; ++j, ++next) {
      const Change change = read_change(reader);
      assert(change.name == next->name && change.value == next->value);
      if (!change.value.empty()) (void)decode_value(change.value);
    }
  }
  assert(reader.empty() && next == parsed.changes().end());
}

void check(std::string_view bytes) {
  const auto again = [](const auto& update) { return encode(update); };
  ParsedRun parsed;
  const Update update = decode_update(bytes, &parsed);
  const std::string usual = std::visit(again, update);
  assert(std::visit(again, decode_update(usual)) == usual);
  if (const auto* commits = std::get_if<CommitsUpdate>(&update)) {
    try {
      read_commits(commits->run, parsed);
    } catch (const DecodeError&) {
      assert(false);
    }
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  (void)namespace_of(bytes);
  try {
    check(bytes);
  } catch (const DecodeError&) {
  }
  return 0;
}
