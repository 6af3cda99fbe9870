// MessagePack has several forms for one thing. There are quick ways for those that nearly every
// message has, and all forms have to say the same.

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include <bulletin/transaction.hpp>

#include "support/catch.hpp"
#include "wire/commit.hpp"
#include "wire/decode_error.hpp"
#include "wire/replies.hpp"
#include "wire/requests.hpp"
#include "wire/token.hpp"
#include "wire/transaction.hpp"
#include "wire/value_codec.hpp"

using namespace bulletin;
using namespace bulletin::wire;

namespace {

void append_head(std::string& out, char type, std::uint64_t number, int bytes) {
  out += type;
  for (int i = bytes - 1; i >= 0; --i) out += static_cast<char>(number >> (8 * i));
}

/// The same objects, each head in its longest form.
std::string longest(std::string_view rest) {
  std::string out;
  while (!rest.empty()) {
    const std::string_view from_here = rest;
    const Token token = take_token(rest);
    switch (token.family) {
      case Family::array: append_head(out, '\xDD', token.count, 4); break;
      case Family::map: append_head(out, '\xDF', token.count, 4); break;
      case Family::integer: append_head(out, '\xCF', integer_bits(token), 8); break;
      case Family::string: append_head(out, '\xDB', token.payload.size(), 4); break;
      case Family::binary: append_head(out, '\xC6', token.payload.size(), 4); break;
      default: out += from_here.substr(0, from_here.size() - rest.size()); continue;
    }
    if (token.family != Family::integer) out += token.payload;
  }
  return out;
}

struct TextAndNumber {
  std::string text;
  std::uint64_t number;
  friend bool operator==(const TextAndNumber&, const TextAndNumber&) = default;
};

/// What the changes of a run are and when they were made.
std::vector<TextAndNumber> changes_of(std::string_view bytes) {
  std::vector<TextAndNumber> all;
  Reader reader(bytes);
  const Run run = read_run(reader);
  reader.finish("run");
  Reader commits(run.bytes);
  for (std::size_t i = 0; i != run.commits; ++i) {
    const CommitHeader header = read_commit_header(commits);
    all.push_back({header.cleared ? "cleared" : "not cleared", header.revision});
    for (std::size_t k = 0; k != header.changes; ++k) {
      const Change change = read_change(commits);
      const bool removed = change.value.empty();
      all.push_back({std::string(change.name) + (removed ? " removed" : " set"),
                     removed ? 0 : decode_value(change.value).as<std::uint64_t>()});
    }
  }
  return all;
}

std::string run_of(std::uint64_t first, std::size_t changes, bool cleared, std::size_t name_bytes) {
  std::string commits;
  for (std::uint64_t revision = first; revision != first + 3; ++revision) {
    append_commit_header(commits, {revision, cleared, changes});
    for (std::size_t i = 0; i != changes; ++i) {
      const std::string name = std::to_string(i) + std::string(name_bytes, 'n');
      append_change(commits, name, i % 3 == 2 ? std::string() : encode_value(Value(i * 100)));
    }
  }
  std::string out;
  append_run(out, {first - 1, first + 2, 7, 3, commits});
  return out;
}

std::string description_of(std::string_view bytes) {
  wire::Transaction transaction;
  decode_transaction(bytes, transaction);
  std::string out;
  for (const Condition& condition : transaction.conditions)
    out += std::string(condition.name) + "@" + std::to_string(condition.revision) + " ";
  for (const Operation& operation : transaction.operations) {
    out += std::to_string(static_cast<int>(operation.kind)) + std::string(operation.name) + "=";
    if (!operation.value.empty()) out += std::to_string(decode_value(operation.value).as<double>());
    out += ", " + std::to_string(operation.ttl_ms) + (operation.ephemeral ? " tied " : " ");
  }
  return out;
}

}  // namespace

TEST_CASE("commits say the same in every form") {
  const auto first =
      GENERATE(as<std::uint64_t>{}, 1, 200, 70'000, 5'000'000'000, 1'790'000'000'000'001);
  const auto changes = GENERATE(as<std::size_t>{}, 0, 1, 15, 16, 40);
  const bool cleared = GENERATE(false, true);
  const auto name_bytes = GENERATE(as<std::size_t>{}, 0, 29, 30, 31, 70, 80, 300);
  const std::string bytes = run_of(first, changes, cleared, name_bytes);
  const std::vector<TextAndNumber> read = changes_of(bytes);
  CHECK(read.size() == 3 * (1 + changes));
  CHECK(read == changes_of(longest(bytes)));
}

TEST_CASE("transactions say the same in every form") {
  const auto name_bytes = GENERATE(as<std::size_t>{}, 1, 31, 32, 64, 65, 255, 256);
  const std::string name(name_bytes, 'n');
  const std::vector<std::string> all{
      bulletin::Transaction().set(name, 1.5).encoded(),
      bulletin::Transaction().set(name, 7).encoded(),
      bulletin::Transaction().set(name, 1.5, {.ttl = std::chrono::milliseconds(5)}).encoded(),
      bulletin::Transaction().set(name, 1.5, {.ephemeral = true}).encoded(),
      bulletin::Transaction().set(name, 1.5).set("other", 2.5).encoded(),
      bulletin::Transaction().require(name, Revision(9)).set(name, 1.5).encoded(),
      bulletin::Transaction().erase(name).encoded(),
      bulletin::Transaction().add(name, 3).encoded(),
      bulletin::Transaction().clear().encoded()};
  for (const std::string& bytes : all)
    CHECK(description_of(bytes) == description_of(longest(bytes)));
}

TEST_CASE("a set by itself is encoded as the transaction of it") {
  const auto name_bytes = GENERATE(as<std::size_t>{}, 1, 31, 32, 64, 65, 255, 256);
  const std::string name(name_bytes, 'n');
  std::string bytes;
  encode_set(name, bulletin::Value(1.5), {.ephemeral = true}, bytes);
  CHECK(bytes == bulletin::Transaction().set(name, 1.5, {.ephemeral = true}).encoded());
}

TEST_CASE("what stands behind a set is not passed over in silence") {
  const std::string set = bulletin::Transaction().set("a", 1.5).encoded();
  CHECK(description_of(set) == "1a=1.500000, 0 ");
  CHECK_THROWS_AS(description_of(set + "\xC0"), DecodeError);  // behind the transaction
}

TEST_CASE("where a set is wrong is told from the beginning of the transaction") {
  const std::string bytes =
      "\x92\x90\x91\x93\x01\xA1"
      "a\xC1";
  CHECK_THROWS_WITH(description_of(bytes), Catch::Matchers::ContainsSubstring("set's value"));
  CHECK_THROWS_WITH(description_of("\x92\x90\x91\x93\x01\x05\xC0"),
                    Catch::Matchers::ContainsSubstring("found an integer at byte 5"));
}

TEST_CASE("requests to write say the same in every form") {
  const auto bytes_of_item = GENERATE(as<std::size_t>{}, 0, 1, 200, 255, 256, 70'000);
  const auto known = GENERATE(as<std::uint64_t>{}, 0, 127, 128, 70'000, 1'790'000'000'000'001);
  const std::string space(GENERATE(as<std::size_t>{}, 1, 31, 32, 255), 's');
  const std::string item(bytes_of_item, 'x');
  Write write{{{}, 7}, 1, 300, {{space, known, item}, {"other", 0, "y"}, {space, 1, item}}};
  const std::string bytes = encode(write);
  for (const std::string& form : {bytes, longest(bytes)}) {
    const auto read = std::get<Write>(decode_request(form));
    REQUIRE(read.items.size() == write.items.size());
    CHECK(read.session.number == 7);
    CHECK(read.number == 300);
    for (std::size_t i = 0; i != write.items.size(); ++i) {
      CHECK(read.items[i].space == write.items[i].space);
      CHECK(read.items[i].known == write.items[i].known);
      CHECK(read.items[i].transaction == write.items[i].transaction);
    }
  }
}

TEST_CASE("outcomes say the same in every form") {
  const auto revision = GENERATE(as<std::uint64_t>{}, 1, 128, 5'000'000'000, 1'790'000'000'000'001);
  WriteReply reply;
  reply.outcomes = {{Status::ok, revision, {}},
                    {Status::ok, revision, {encode_value(1.5), encode_value(2.5)}},
                    {Status::unchanged, revision, {}},
                    Outcome::lost(revision, "name"),
                    Outcome::refused({Status::denied, "no", "name"}),
                    {Status::ok, revision + 1, {}}};
  const std::string bytes = encode(reply);
  CHECK(decode_write_reply(bytes).outcomes == reply.outcomes);
  CHECK(decode_write_reply(longest(bytes)).outcomes == reply.outcomes);
}
