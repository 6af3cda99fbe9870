#include "wire/parsed_run.hpp"

#include <string>
#include <vector>

#include "support/catch.hpp"
#include "wire/decode_error.hpp"
#include "wire/digest.hpp"
#include "wire/update.hpp"
#include "wire/value_codec.hpp"

using namespace bulletin;
using namespace bulletin::wire;

namespace {

std::string commit_of(std::uint64_t revision, bool cleared, const std::vector<std::string>& names) {
  std::string out;
  append_commit_header(out, {revision, cleared, names.size()});
  for (const std::string& name : names) append_change(out, name, encode_value(Value(name)));
  return out;
}

std::string some_commits() {
  return commit_of(11, false, {"a", "b"}) + commit_of(12, true, {}) + commit_of(15, false, {"c"});
}

/// One word for each commit and change.
std::string seen(const ParsedRun& parsed) {
  std::string out;
  for (const ParsedRun::Commit& commit : parsed.commits()) {
    out += std::to_string(commit.revision) + (commit.cleared ? "!" : ":");
    for (const ParsedRun::Change& change : parsed.changes_of(commit)) {
      out += ' ' + std::string(change.name) + '=';
      out += change.value.empty() ? "-" : decode_value(change.value).as<std::string>();
      CHECK(change.name_hash == name_hash(change.name));
    }
    out += '\n';
  }
  return out;
}

}  // namespace

TEST_CASE("an update that is read with memory for it is taken apart, commit by commit") {
  const std::string commits = some_commits();
  const std::string body = encode(CommitsUpdate{{}, {10, 15, 4, 3, commits}});
  ParsedRun parsed;
  const Update update = decode_update(body, &parsed);
  const auto& read = std::get<CommitsUpdate>(update);
  CHECK(read.parsed == &parsed);
  CHECK(seen(parsed) == "11: a=a b=b\n12!\n15: c=c\n");
  CHECK(std::get<CommitsUpdate>(decode_update(body)).parsed == nullptr);

  SECTION("so is a run that was read before") {
    ParsedRun again;
    again.parse(read.run);
    CHECK(seen(again) == seen(parsed));
  }
  SECTION("the next one takes its place") {
    std::string removal;
    append_commit_header(removal, {16, false, 1});
    append_change(removal, "a", {});
    const std::string next = encode(CommitsUpdate{{}, {15, 16, 5, 1, removal}});
    static_cast<void>(decode_update(next, &parsed));
    CHECK(seen(parsed) == "16: a=-\n");
  }
  SECTION("one that is damaged is refused as without memory, and leaves nothing behind") {
    std::string damaged = body;
    damaged.back() = '\xC1';
    CHECK_THROWS_AS(decode_update(damaged, &parsed), DecodeError);
    static_cast<void>(decode_update(body, &parsed));
    CHECK(seen(parsed) == "11: a=a b=b\n12!\n15: c=c\n");
  }
}

TEST_CASE("the commits after a revision are those of higher ones") {
  const std::string commits = some_commits();
  ParsedRun parsed;
  parsed.parse({10, 15, 4, 3, commits});
  CHECK(parsed.commits_after(0).size() == 3);
  CHECK(parsed.commits_after(11).size() == 2);
  CHECK(parsed.commits_after(13).size() == 1);
  CHECK(parsed.commits_after(13).front().revision == 15);
  CHECK(parsed.commits_after(15).empty());
}
