#include "wire/transaction.hpp"

#include <limits>
#include <string>
#include <string_view>

#include <bulletin/error.hpp>
#include <bulletin/transaction.hpp>

#include "support/catch.hpp"
#include "wire/decode_error.hpp"
#include "wire/packer.hpp"
#include "wire/random_value.hpp"
#include "wire/value_codec.hpp"

using namespace bulletin;

namespace {

wire::Transaction decode(const std::string& bytes) {
  wire::Transaction transaction;
  wire::decode_transaction(bytes, transaction);
  return transaction;
}

template <class F>
Errc code_of(F&& call) {
  try {
    call();
  } catch (const Error& error) {
    return error.code();
  }
  return Errc::missing;
}

}  // namespace

TEST_CASE("a transaction arrives as it was built") {
  const std::string bytes =
      bulletin::Transaction()
          .require("speed", Revision(7))
          .require("lock", absent)
          .set("x", 1.5)
          .set("owner", "cell", {.ephemeral = true, .ttl = std::chrono::seconds(2)})
          .erase("old")
          .add("count", -3)
          .clear()
          .encoded();
  const wire::Transaction transaction = decode(bytes);
  REQUIRE(transaction.conditions.size() == 2);
  CHECK(transaction.conditions[0].name == "speed");
  CHECK(transaction.conditions[0].revision == 7);
  CHECK(transaction.conditions[1].revision == 0);
  REQUIRE(transaction.operations.size() == 5);
  CHECK(transaction.operations[0].kind == wire::OperationKind::set);
  CHECK(wire::decode_value(transaction.operations[0].value) == Value(1.5));
  CHECK_FALSE(transaction.operations[0].ephemeral);
  CHECK(transaction.operations[1].ephemeral);
  CHECK(transaction.operations[1].ttl_ms == 2000);
  CHECK(transaction.operations[2].kind == wire::OperationKind::erase);
  CHECK(transaction.operations[2].name == "old");
  CHECK(transaction.operations[3].kind == wire::OperationKind::add);
  CHECK(wire::decode_value(transaction.operations[3].value) == Value(-3));
  CHECK(transaction.operations[4].kind == wire::OperationKind::clear);
}

TEST_CASE("a transaction counts its conditions and operations") {
  bulletin::Transaction transaction;
  CHECK(transaction.conditions() == 0);
  CHECK(transaction.operations() == 0);
  transaction.require("a", absent).set("a", 1).set("b", 2).erase("c");
  CHECK(transaction.conditions() == 1);
  CHECK(transaction.operations() == 3);
  CHECK(wire::element_count(transaction.encoded()) == 4);
  CHECK(wire::element_count(bulletin::Transaction().encoded()) == 0);
}

TEST_CASE("large transactions keep every operation in order") {
  bulletin::Transaction transaction;
  for (int i = 0; i != 10'000; ++i) transaction.set("n" + std::to_string(i), i);
  const std::string bytes = transaction.encoded();
  const wire::Transaction decoded = decode(bytes);
  REQUIRE(decoded.operations.size() == 10'000);
  for (int i = 0; i != 10'000; ++i) {
    const auto& operation = decoded.operations[static_cast<std::size_t>(i)];
    REQUIRE(operation.name == "n" + std::to_string(i));
    REQUIRE(wire::decode_value(operation.value) == Value(i));
  }
}

TEST_CASE("values of every kind travel unchanged") {
  test::RandomValues values(11);
  for (int i = 0; i != 500; ++i) {
    const Value value = values.next();
    const std::string bytes = bulletin::Transaction().set("name", value).encoded();
    REQUIRE(decode(bytes).operations.at(0).value == wire::encode_value(value));
  }
}

TEST_CASE("illegal names are rejected by every call, and leave the transaction as it was") {
  bulletin::Transaction transaction;
  transaction.set("good", 1);
  const std::string before = transaction.encoded();
  for (const std::string& name : {std::string(), std::string("_private"), std::string("a\0b", 3),
                                  std::string("\xFF"), std::string(1025, 'x')}) {
    CHECK(code_of([&] { transaction.set(name, 1); }) == Errc::rejected);
    CHECK(code_of([&] { transaction.erase(name); }) == Errc::rejected);
    CHECK(code_of([&] { transaction.add(name, 1); }) == Errc::rejected);
    CHECK(code_of([&] { transaction.require(name, absent); }) == Errc::rejected);
  }
  CHECK(transaction.encoded() == before);
}

TEST_CASE("a private name is refused with the reason") {
  CHECK_THROWS_WITH(
      bulletin::Transaction().set("_pid", 1),
      "'_pid' cannot be the name of a shared attribute: names that begin with '_' are "
      "private and never travel");
}

TEST_CASE("a value that cannot be stored is rejected, and leaves the transaction as it was") {
  bulletin::Transaction transaction;
  const std::string before = transaction.encoded();
  CHECK(code_of([&] { transaction.set("name", Array{1, "\xFF"}); }) == Errc::rejected);
  CHECK(code_of([&] { transaction.set("name", 1, {.ttl = std::chrono::milliseconds(-1)}); }) ==
        Errc::rejected);
  CHECK(transaction.encoded() == before);
  CHECK(transaction.operations() == 0);
}

TEST_CASE("decoding reuses the memory that is there") {
  wire::Transaction transaction;
  const std::string large =
      bulletin::Transaction().set("a", 1).set("b", 2).require("c", absent).encoded();
  wire::decode_transaction(large, transaction);
  const auto* memory = transaction.operations.data();
  const std::string small = bulletin::Transaction().set("a", 1).encoded();
  wire::decode_transaction(small, transaction);
  CHECK(transaction.operations.data() == memory);
  CHECK(transaction.operations.size() == 1);
  CHECK(transaction.conditions.empty());
}

TEST_CASE("elements of a later version are passed over") {
  std::string bytes;
  wire::Packer packer(bytes);
  packer.array(3).array(1).array(3).string("a").integer(7).string("new");
  packer.array(2);
  packer.array(6).integer(1).string("a").nil().integer(5).boolean(true).string("new");
  packer.array(2).integer(4).map(0);
  packer.string("new");
  const wire::Transaction transaction = decode(bytes);
  CHECK(transaction.conditions.at(0).revision == 7);
  CHECK(transaction.operations.at(0).ttl_ms == 5);
  CHECK(transaction.operations.at(1).kind == wire::OperationKind::clear);
}

TEST_CASE("a count that is not there allocates nothing to speak of") {
  const std::string_view bytes("\x92\x90\xDD\x00\x98\x96\x80", 7);
  std::string padded(bytes);
  padded.append(10'000'000, '\x91');
  CHECK(wire::element_count(padded) == 10'000'000);
  wire::Transaction transaction;
  CHECK_THROWS_AS(wire::decode_transaction(padded, transaction), wire::DecodeError);
  CHECK(transaction.operations.capacity() <= 1024);
}
