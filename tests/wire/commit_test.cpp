#include "wire/commit.hpp"

#include <string>

#include "support/catch.hpp"
#include "wire/decode_error.hpp"
#include "wire/update.hpp"
#include "wire/value_codec.hpp"

using namespace bulletin;
using namespace bulletin::wire;

namespace {

std::string commit(std::uint64_t revision, const std::string& name) {
  std::string out;
  append_commit_header(out, {revision, false, 2});
  append_change(out, name, encode_value(1.5));
  append_change(out, "gone", {});
  return out;
}

Run decode(std::string& bytes, const Run& run) {
  bytes.clear();
  append_run(bytes, run);
  Reader reader(bytes);
  const Run decoded = read_run(reader);
  reader.finish("run");
  return decoded;
}

}  // namespace

TEST_CASE("a commit is read as it was written") {
  const std::string bytes = commit(1'790'000'000'000'001, "speed");
  Reader reader(bytes);
  const CommitHeader header = read_commit_header(reader);
  CHECK(header.revision == 1'790'000'000'000'001);
  CHECK_FALSE(header.cleared);
  REQUIRE(header.changes == 2);
  const Change set = read_change(reader);
  CHECK(set.name == "speed");
  CHECK(decode_value(set.value) == Value(1.5));
  const Change removed = read_change(reader);
  CHECK(removed.name == "gone");
  CHECK(removed.value.empty());
  CHECK(reader.empty());
}

TEST_CASE("a run is its commits, byte for byte") {
  const std::string commits = commit(11, "a") + commit(15, "b");
  std::string bytes;
  const Run run = decode(bytes, {10, 15, 4, 2, commits});
  CHECK(run.previous == 10);
  CHECK(run.revision == 15);
  CHECK(run.count == 4);
  CHECK(run.commits == 2);
  CHECK(run.bytes == commits);
}

TEST_CASE("a run without commits stands still") {
  std::string bytes;
  CHECK(decode(bytes, {10, 10, 4, 0, {}}).bytes.empty());
  CHECK_THROWS_AS(decode(bytes, {10, 11, 4, 0, {}}), DecodeError);
}

TEST_CASE("revisions in a run grow from previous to revision") {
  std::string bytes;
  CHECK_THROWS_AS(decode(bytes, {10, 11, 4, 2, commit(11, "a") + commit(11, "b")}), DecodeError);
  CHECK_THROWS_AS(decode(bytes, {11, 11, 4, 1, commit(11, "a")}), DecodeError);
  CHECK_THROWS_AS(decode(bytes, {10, 12, 4, 1, commit(11, "a")}), DecodeError);
}

TEST_CASE("a topic is the namespace's name and a NUL") {
  CHECK(topic_of("a/b") == std::string("a/b\0", 4));
  CHECK(namespace_of(topic_of("a/b")) == "a/b");
  CHECK(namespace_of("a/b").empty());
  CHECK(namespace_of(std::string("a\0b\0", 4)).empty());
  CHECK(namespace_of(std::string(1, '\0')).empty());
  CHECK(namespace_of("").empty());
}

TEST_CASE("a nonce topic is 0xFF and sixteen bytes, and no namespace") {
  const std::string nonce = "\xFF" + std::string(16, '\0');
  CHECK(is_nonce(nonce));
  CHECK(namespace_of(nonce).empty());
  CHECK_FALSE(is_nonce(nonce + "x"));
  CHECK_FALSE(is_nonce("\xFF"));
  CHECK_FALSE(is_nonce(topic_of("plant/line1/robo")));
  CHECK(topic_of("plant/line1/robo").size() == nonce_bytes);
}
