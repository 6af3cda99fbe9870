#include <algorithm>
#include <string>

#include "authority/desk.hpp"
#include "support/catch.hpp"
#include "wire/digest.hpp"
#include "wire/limits.hpp"

using namespace bulletin;
using namespace bulletin::authority;
using test::Desk;
using test::Raw;
using Names = std::vector<std::string>;

namespace {

std::uint64_t digest_of(const Desk& desk, std::string_view space) {
  std::uint64_t digest = 0;
  desk.authority.visit(space, [&](const AttributeView& attribute) {
    digest += wire::attribute_digest(wire::name_hash(attribute.name), attribute.value,
                                     attribute.revision);
  });
  return digest;
}

}  // namespace

TEST_CASE("a read tells values and revisions in the order asked for") {
  Desk desk;
  desk.set("a", "x", 1);
  desk.set("a", "y", 2);
  const wire::ReadReply reply = desk.authority.read({"a", {"y", "none", "x", "y"}});
  CHECK(reply.epoch == desk.authority.options().epoch);
  CHECK(reply.revision == test::first_revision + 1);
  REQUIRE(reply.attributes.size() == 4);
  CHECK(reply.attributes[0].revision == test::first_revision + 1);
  CHECK(reply.attributes[1].value.empty());
  CHECK(reply.attributes[2].revision == test::first_revision);
  CHECK(reply.attributes[3].value == reply.attributes[0].value);
}

TEST_CASE("leases are told when they are asked for, with what is left of a time to live") {
  Desk desk;
  constexpr std::uint64_t never = ~std::uint64_t{0};
  desk.write("a",
             Raw().set("mine", 1, 0, true).set("short", 2, 500, false).set("both", 3, 700, true));
  desk.write("a", Raw().set("plain", 4).set("long", 5, never, false));
  desk.advance(100);
  const std::uint64_t left_of_never = never - desk.authority.clock_ms();
  const std::vector<std::pair<std::string, wire::Lease>> expected = {
      {"both", {600, true}},
      {"long", {left_of_never, false}},
      {"mine", {0, true}},
      {"plain", {}},
      {"short", {400, false}}};
  const wire::SnapshotReply part = desk.authority.snapshot({"a", "", true});
  REQUIRE(part.attributes.size() == expected.size());
  for (std::size_t i = 0; i != expected.size(); ++i) {
    const auto& [name, lease] = expected[i];
    CAPTURE(name);
    CHECK(part.attributes[i].name == name);
    CHECK(part.attributes[i].lease == lease);
    const wire::ReadReply one = desk.authority.read({"a", {name, "none"}, true});
    CHECK(one.attributes[0].lease == lease);
    CHECK_FALSE(one.attributes[1].lease);
    CHECK_FALSE(desk.authority.read({"a", {name}}).attributes[0].lease);
  }
  CHECK_FALSE(desk.authority.snapshot({"a", ""}).attributes[0].lease);
  desk.set("a", "mine", 1);
  CHECK(desk.authority.read({"a", {"mine"}, true}).attributes[0].lease == wire::Lease{});
}

TEST_CASE("a read of much tells the first names, as many as make a mebibyte") {
  Desk desk;
  desk.set("a", "large", std::string(400'000, 'l'));
  desk.set("a", "x", 1);
  const std::vector<std::string_view> names(2'000, "large");
  CHECK(desk.authority.read({"a", names}).attributes.size() == 2);
  desk.set("a", "large", std::string(wire::read_part_bytes - 6, 'l'));
  CHECK(desk.authority.read({"a", {"large", "x"}}).attributes.size() == 1);
  CHECK(desk.authority.read({"a", {"x", "large"}}).attributes.size() == 1);
  CHECK(desk.authority.answer(wire::Read{"a", names}).size() < wire::message_bytes);
}

TEST_CASE("a status of too many namespaces is refused") {
  Desk desk;
  wire::StatusRequest request;
  request.spaces.assign(wire::request_names, "a");
  CHECK_FALSE(desk.authority.check(request));
  request.spaces.emplace_back("a");
  const auto refusal = desk.authority.check(request);
  REQUIRE(refusal);
  CHECK(refusal->status == wire::Status::rejected);
}

TEST_CASE("revision, count and digest tell the state of a namespace") {
  Desk desk;
  desk.write("a", Raw().set("x", 1).set("y", 2));
  desk.write("a", Raw().set("x", std::string(500, 'x')).erase("y").set("z", 3));
  const wire::NamespaceStatus status = desk.authority.status("a");
  CHECK(status.revision == test::first_revision + 1);
  CHECK(status.count == 5);
  CHECK(status.digest == digest_of(desk, "a"));
  CHECK(status.digest != 0);
  CHECK(status.attributes == 2);  // x, and z of one byte
  CHECK(status.bytes == 2 * attribute_overhead + 1 + 503 + 1 + 1);
}

TEST_CASE("the parts of a snapshot are all attributes in order, once each") {
  Desk desk;
  Names expected;
  for (int i = 0; i != 400; ++i) {
    expected.push_back("n" + std::to_string(i));
    desk.set("a", expected.back(), std::string(i == 7 ? 900'000 : 2'000, 'v'));
  }
  std::sort(expected.begin(), expected.end());
  Names names;
  std::string after;
  int parts = 0;
  for (bool more = true; more; ++parts) {
    const wire::SnapshotReply part = desk.authority.snapshot({"a", after});
    REQUIRE_FALSE(part.attributes.empty());
    CHECK(part.revision == test::first_revision + 399);
    CHECK(part.count == 400);
    const std::size_t size = wire::encode(part).size();
    CHECK((size <= wire::snapshot_part_bytes + 100 || part.attributes.size() == 1));
    for (const wire::AttributeState& attribute : part.attributes) {
      names.emplace_back(attribute.name);
    }
    after = names.back();
    more = part.more;
  }
  CHECK(names == expected);
  CHECK(parts >= 4);
}

TEST_CASE("the snapshot of a namespace that there is not is empty and complete") {
  Desk desk;
  const wire::SnapshotReply reply = desk.authority.snapshot({"none", {}});
  CHECK(reply.attributes.empty());
  CHECK_FALSE(reply.more);
  CHECK(reply.revision == 0);
}

TEST_CASE("SINCE gives the commits that are missing") {
  Desk desk;
  for (int i = 0; i != 4; ++i) desk.set("a", "x", i);
  std::string scratch;
  const wire::Epoch epoch = desk.authority.options().epoch;
  const wire::SinceReply reply =
      desk.authority.since({"a", epoch, test::first_revision + 1}, scratch);
  REQUIRE_FALSE(reply.take_snapshot);
  CHECK_FALSE(reply.more);
  CHECK(reply.run.previous == test::first_revision + 1);
  CHECK(reply.run.revision == test::first_revision + 3);
  CHECK(reply.run.commits == 2);
  CHECK(reply.run.count == 4);
}

TEST_CASE("SINCE gives parts until there is no more") {
  AuthorityOptions options = test::options();
  Desk desk(options);
  for (int i = 0; i != 100; ++i) desk.set("a", "x", std::string(10'000, 'v'));
  std::uint64_t at = test::first_revision;
  std::size_t commits = 1;
  std::string scratch;
  int parts = 0;
  for (bool more = true; more; ++parts) {
    const wire::SinceReply reply = desk.authority.since({"a", options.epoch, at}, scratch);
    REQUIRE_FALSE(reply.take_snapshot);
    CHECK(reply.run.bytes.size() <= wire::since_part_bytes);
    commits += reply.run.commits;
    CHECK(reply.run.count == commits);
    at = reply.run.revision;
    more = reply.more;
  }
  CHECK(commits == 100);
  CHECK(parts == 4);
}

TEST_CASE("SINCE asks for a snapshot exactly when it cannot tell") {
  AuthorityOptions options = test::options();
  options.log_bytes = 1'000;
  Desk desk(options);
  for (int i = 0; i != 20; ++i) desk.set("a", "x", std::string(100, 'v'));
  desk.set("b", "x", 1);
  std::string scratch;
  const std::uint64_t newest = desk.authority.status("a").revision;
  const auto snapshot = [&](std::uint64_t revision) {
    return desk.authority.since({"a", options.epoch, revision}, scratch).take_snapshot;
  };
  std::uint64_t oldest = newest;
  while (!snapshot(oldest - 1)) --oldest;
  CHECK(newest - oldest >= 3);
  CHECK(newest - oldest <= 6);
  CHECK(desk.authority.log_bytes() <= options.log_bytes);
  CHECK(desk.authority.since({"a", options.epoch, oldest}, scratch).run.commits == newest - oldest);
  CHECK_FALSE(snapshot(newest));
  CHECK(snapshot(newest + 1));
  CHECK(snapshot(0));
  CHECK(desk.authority.since({"a", wire::Epoch{}, newest}, scratch).take_snapshot);
  // All of "b" is kept.
  CHECK_FALSE(desk.authority.since({"b", options.epoch, 0}, scratch).take_snapshot);
}

TEST_CASE("the newest turn is kept, however small the log") {
  AuthorityOptions options = test::options();
  options.log_bytes = 0;
  Desk desk(options);
  desk.set("a", "x", 1);
  desk.set("a", "x", 2);
  std::string scratch;
  CHECK(
      desk.authority.since({"a", options.epoch, test::first_revision - 1}, scratch).take_snapshot);
  CHECK_FALSE(
      desk.authority.since({"a", options.epoch, test::first_revision}, scratch).take_snapshot);
}

TEST_CASE("namespaces are listed in order, by prefix, in parts") {
  Desk desk;
  for (const char* space : {"plant/b", "plant/a", "plan", "plant", "zoo"}) desk.set(space, "x", 1);
  desk.apply(PinNamespace{"plant/empty"});
  desk.authority.commit();
  const auto names = [&](std::string_view prefix, std::string_view after) {
    const wire::ListReply reply = desk.list(prefix, after);
    CHECK_FALSE(reply.more);
    return Names(reply.names.begin(), reply.names.end());
  };
  CHECK(names("", "") == Names{"plan", "plant", "plant/a", "plant/b", "plant/empty", "zoo"});
  CHECK(names("plant/", "") == Names{"plant/a", "plant/b", "plant/empty"});
  CHECK(names("plant/", "plant/a") == Names{"plant/b", "plant/empty"});
  CHECK(names("plant/", "a") == Names{"plant/a", "plant/b", "plant/empty"});
  CHECK(names("plant/", "zoo").empty());
  CHECK(names("x", "").empty());
}

TEST_CASE("a long list comes in parts") {
  Desk desk;
  const std::string segment(200, 's');
  std::vector<test::Item> items;
  for (int i = 0; i != 1'000; ++i) {
    items.push_back({segment + std::to_string(1'000 + i), Raw().set("x", 1).bytes(), 0});
  }
  desk.send(items);
  desk.authority.commit();
  std::size_t listed = 0;
  int parts = 0;
  std::string after;
  for (bool more = true; more; ++parts) {
    const wire::ListReply reply = desk.list(segment, after);
    listed += reply.names.size();
    after = reply.names.back();
    more = reply.more;
  }
  CHECK(listed == 1'000);
  CHECK(parts == 4);
}

TEST_CASE("a list has what is in the ranges that may be seen") {
  Desk desk;
  for (const char* space : {"a", "a!", "a/b", "a/b/c", "a/d", "a0", "b", "c"})
    desk.set(space, "x", 1);
  const auto names = [&](const std::vector<NameRange>& visible, std::string_view prefix,
                         std::string_view after) {
    const Listing listing = desk.authority.list({prefix, after}, visible);
    CHECK_FALSE(listing.reply.more);
    CHECK(listing.looked_at == listing.reply.names.size());
    return Names(listing.reply.names.begin(), listing.reply.names.end());
  };
  const std::vector<NameRange> below_a{{"a", std::string("a\0", 2)}, {"a/", "a/b"}, {"a/d", "a0"}};
  CHECK(names(below_a, "", "") == Names{"a", "a/d"});
  CHECK(names(below_a, "a/", "") == Names{"a/d"});
  CHECK(names(below_a, "", "a") == Names{"a/d"});
  CHECK(names(below_a, "", "a/d").empty());
  CHECK(names(below_a, "b", "").empty());
  CHECK(names({{"b", ""}}, "", "") == Names{"b", "c"});
  CHECK(names({{"b", ""}}, "", "b") == Names{"c"});
  CHECK(names({}, "", "").empty());
}
