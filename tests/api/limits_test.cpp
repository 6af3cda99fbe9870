#include <string>
#include <vector>

#include "api/open_board.hpp"
#include "support/board.hpp"
#include "support/catch.hpp"
#include "support/failure.hpp"

using namespace bulletin::test;
using bulletin::Array;
using bulletin::Bytes;
using bulletin::Errc;
using bulletin::Map;
using bulletin::Transaction;
using bulletin::Value;

namespace {

// The value limit counts the encoded bytes: five more than the text or bytes of this size.
constexpr std::size_t header = 5;

Value nested_arrays(int depth) {
  Value value = 1;
  for (int i = 0; i < depth; ++i) value = Array{value};
  return value;
}

Value nested_maps(int depth) {
  Value value = 1;
  for (int i = 0; i < depth; ++i) value = Map{{"k", value}};
  return value;
}

void check_too_large(const bulletin::Error& error, const std::string& name) {
  CHECK(error.code() == Errc::rejected);
  CHECK(error.name() == name);
  CHECK(mentions(error, name));
  CHECK_FALSE(error.may_have_applied());
}

}  // namespace

TEST_CASE("values of no bytes are values") {
  OpenBoard open;
  open.space.set("text", "");
  open.space.set("bytes", Bytes{});
  open.other.sync();
  CHECK(open.other.at<std::string>("text").empty());
  CHECK(open.other.at<Bytes>("bytes").empty());
  CHECK(open.other.contains("text"));
}

TEST_CASE("a value as large as the limit goes through, one byte more is rejected") {
  OpenBoard open;
  const std::size_t most = open.client.limits().value_bytes;
  REQUIRE(most == 1u << 20);
  open.space.set("text", std::string(most - header, 't'));
  open.space.set("bytes", Bytes(most - header, std::byte{7}));
  open.other.sync();
  CHECK(open.other.at<std::string>("text") == std::string(most - header, 't'));
  CHECK(open.other.at<Bytes>("bytes").size() == most - header);
  const std::string more(most - header + 1, 't');
  check_too_large(failure_of([&] { open.space.set("text", more); }), "text");
  check_too_large(failure_of([&] { open.space.set_async("text", more).get(); }), "text");
  check_too_large(failure_of([&] { open.space.compare_and_set("new", bulletin::absent, more); }),
                  "new");
  check_too_large(
      failure_of([&] { open.space.commit(Transaction().set("a", 1).set("text", more)); }), "text");
  check_too_large(
      failure_of([&] { open.space.commit_async(Transaction().set("text", more)).get(); }), "text");
  CHECK(open.space.at<std::string>("text").size() == most - header);
  CHECK_FALSE(open.space.contains("a"));
}

TEST_CASE("a transaction as large as the limit goes through, a larger one is rejected") {
  OpenBoard open;
  Transaction many;
  const std::string chunk(1'000'000, 'c');
  int parts = 0;
  while (many.encoded().size() + chunk.size() + 100 < open.client.limits().transaction_bytes) {
    many.set("part" + std::to_string(parts++), chunk);
  }
  CHECK(parts == 8);
  CHECK(open.space.commit(many));
  CHECK(open.space.size() == 8);
  many.set("part" + std::to_string(parts++), chunk);
  CHECK(code_of([&] { open.space.commit(many); }) == Errc::rejected);
  CHECK(open.space.size() == 8);
  open.other.sync();
  CHECK(open.other.at<std::string>("part7") == chunk);
  // The connection has survived.
  CHECK(open.space.set("after", 1) > bulletin::Revision());
}

TEST_CASE("a transaction of as many operations as the limit goes through, one more is rejected") {
  OpenBoard open;
  const std::size_t most = open.client.limits().transaction_operations;
  Transaction many;
  for (std::size_t i = 0; i < most; ++i) many.set("n" + std::to_string(i), i);
  CHECK(many.operations() == most);
  const auto revision = open.space.commit(many);
  REQUIRE(revision);
  CHECK(open.space.size() == most);
  many.set("one more", 1);
  CHECK(code_of([&] { open.space.commit(many); }) == Errc::rejected);
  open.other.sync();
  CHECK(open.other.size() == most);
  CHECK(open.other.snapshot().revision() == *revision);
}

TEST_CASE("a value may be 64 deep and not deeper") {
  OpenBoard open;
  open.space.set("arrays", nested_arrays(64));
  open.space.set("maps", nested_maps(64));
  CHECK(open.space.at<Value>("arrays") == nested_arrays(64));
  open.other.sync();
  CHECK(open.other.at<Value>("maps") == nested_maps(64));
  for (const int depth : {65, 66, 1000}) {
    CAPTURE(depth);
    const bulletin::Error error =
        failure_of([&] { open.space.set("arrays", nested_arrays(depth)); });
    CHECK(error.code() == Errc::rejected);
    CHECK(error.name() == "arrays");
    CHECK(code_of([&] { open.space.set("_private", nested_maps(depth)); }) == Errc::rejected);
  }
  CHECK(open.space.at<Value>("arrays") == nested_arrays(64));
}

TEST_CASE("text that is no UTF-8 is rejected, and its attribute named") {
  OpenBoard open;
  for (const Value& value : {Value("\xFF"), Value(Array{"\xC3"}), Value(Map{{"\xFF", 1}})}) {
    for (const char* name : {"text", "_private"}) {
      const bulletin::Error error = failure_of([&] { open.space.set(name, value); });
      CHECK(error.code() == Errc::rejected);
      CHECK(error.name() == name);
      CHECK(mentions(error, name));
    }
  }
}

TEST_CASE("the limits are the broker's, and told") {
  bulletin::BrokerOptions options = short_times();
  options.limits = {.name_bytes = 10,
                    .namespace_bytes = 12,
                    .value_bytes = 100,
                    .transaction_bytes = 1000,
                    .transaction_operations = 3};
  OpenBoard open(options);
  CHECK(open.client.limits() == options.limits);
  open.space.set(std::string(10, 'n'), std::string(98, 'v'));
  check_too_large(failure_of([&] { open.space.set(std::string(11, 'n'), 1); }),
                  std::string(11, 'n'));
  check_too_large(failure_of([&] { open.space.set("v", std::string(99, 'v')); }), "v");
  CHECK(code_of([&] {
          open.space.commit(Transaction().set("a", 1).set("b", 1).set("c", 1).set("d", 1));
        }) == Errc::rejected);
  const bulletin::Error space = failure_of([&] { open.client.open(std::string(13, 's')); });
  CHECK(space.code() == Errc::rejected);
  CHECK(open.client.open(std::string(12, 's')).name().size() == 12);
}

TEST_CASE("before the broker was heard the limits are the defaults") {
  bulletin::Client client({.endpoint = "ipc:///tmp/nobody-listens-here"});
  CHECK(client.limits() == bulletin::Limits{});
}

TEST_CASE("a namespace larger than one message is opened complete") {
  OpenBoard open;
  for (int part = 0; part < 5; ++part) {
    Transaction many;
    for (int i = 0; i < 4'000; ++i) {
      many.set(std::to_string(part) + "/" + std::to_string(i), std::string(200, 'x'));
    }
    open.space.commit(many);
  }
  open.space.set("large", std::string(1'000'000, 'l'));
  bulletin::Client late = open.board.client();
  const bulletin::Namespace space = late.open("board");
  CHECK(space.size() == 20'001);
  CHECK(space.names() == open.space.names());
  CHECK(space.at<std::string>("4/3999") == std::string(200, 'x'));
  CHECK(space.at<std::string>("large").size() == 1'000'000);
}
