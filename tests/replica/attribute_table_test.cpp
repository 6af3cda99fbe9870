#include "replica/attribute_table.hpp"

#include <map>
#include <random>
#include <string>

#include "replica/table_values.hpp"
#include "support/catch.hpp"
#include "support/colliding_names.hpp"
#include "wire/digest.hpp"
#include "wire/value_codec.hpp"

using namespace bulletin;
using namespace bulletin::test;
using bulletin::detail::Kind;
using bulletin::detail::Reading;
using bulletin::detail::ScalarValue;
using bulletin::replica::AttributeTable;

namespace {

void set(AttributeTable& table, std::string_view name, const Value& value, std::uint64_t revision) {
  table.set(name, wire::name_hash(name), wire::encode_value(value), revision);
}

bool erase(AttributeTable& table, std::string_view name, std::uint64_t revision) {
  return table.erase(name, wire::name_hash(name), revision);
}

/// What the table must be equal to.
class TableModel {
 public:
  struct Held {
    std::string value;
    std::uint64_t revision = 0;
    bool operator==(const Held&) const = default;
  };
  std::map<std::string, Held> all;

  [[nodiscard]] std::uint64_t digest() const {
    std::uint64_t sum = 0;
    for (const auto& [name, held] : all) {
      sum += wire::attribute_digest(wire::name_hash(name), held.value, held.revision);
    }
    return sum;
  }
};

void require_equal(const AttributeTable& table, const TableModel& model) {
  REQUIRE(table.size() == model.all.size());
  REQUIRE(table.digest() == model.digest());
  std::map<std::string, TableModel::Held> listed;
  table.for_each(
      [&](std::string_view name, std::uint64_t hash, const AttributeTable::Found& found) {
        REQUIRE(hash == wire::name_hash(name));
        listed[std::string(name)] = {std::string(found.value), found.revision};
      });
  REQUIRE(listed == model.all);
  for (const auto& [name, held] : model.all) {
    AttributeTable::Found found;
    wire::ScalarBytes scratch;
    REQUIRE(table.contains(name));
    REQUIRE(table.find(name, found, scratch));
    REQUIRE(found.value == held.value);
    REQUIRE(found.revision == held.revision);
    Reading reading;
    REQUIRE(table.read(name, reading));
    REQUIRE(reading.scalar.revision == held.revision);
    const ScalarValue scalar = table.read_scalar(name);
    REQUIRE(scalar.kind == reading.scalar.kind);
    REQUIRE(scalar.bits == reading.scalar.bits);
    std::string bytes = reading.bytes;
    if (reading.scalar.kind != Kind::encoded) {
      bytes.clear();
      wire::append_scalar(reading.scalar.kind, reading.scalar.bits, bytes);
    }
    REQUIRE(bytes == held.value);
  }
}

}  // namespace

TEST_CASE("a table without attributes finds none") {
  const AttributeTable table;
  Reading reading;
  CHECK_FALSE(table.read("speed", reading));
  CHECK(table.read_scalar("speed").kind == Kind::absent);
  CHECK_FALSE(table.contains("speed"));
  CHECK(table.size() == 0);
  CHECK(table.digest() == 0);
}

TEST_CASE("scalars are held ready-made, everything else by its bytes") {
  AttributeTable table;
  Reading reading;
  set(table, "a", Value(true), 1);
  set(table, "b", Value(-5), 2);
  set(table, "c", Value(2.5), 3);
  set(table, "d", Value("text"), 4);
  REQUIRE(table.read("a", reading));
  CHECK(reading.scalar.kind == Kind::boolean);
  REQUIRE(table.read("b", reading));
  CHECK(reading.scalar.kind == Kind::integer);
  CHECK(static_cast<std::int64_t>(reading.scalar.bits) == -5);
  REQUIRE(table.read("c", reading));
  CHECK(reading.scalar.kind == Kind::real);
  REQUIRE(table.read("d", reading));
  CHECK(reading.scalar.kind == Kind::encoded);
  CHECK(reading.bytes == wire::encode_value(Value("text")));
  CHECK(reading.scalar.revision == 4);
}

TEST_CASE("an erased attribute is absent until it is set again") {
  AttributeTable table;
  set(table, "a", Value(1), 1);
  CHECK(erase(table, "a", 2));
  CHECK_FALSE(erase(table, "a", 3));
  CHECK_FALSE(table.contains("a"));
  CHECK(table.size() == 0);
  set(table, "a", Value(2), 4);
  CHECK(table.contains("a"));
}

TEST_CASE("a pinned slot stays the attribute's own through erasing, growth and return") {
  AttributeTable table;
  detail::Slot* slot = table.pin("speed");
  CHECK(slot->load().kind == Kind::absent);
  CHECK_FALSE(table.contains("speed"));
  for (std::uint64_t i = 0; i != 1000; ++i) set(table, numbered("other", i), Value(i), i + 1);
  set(table, "speed", Value(5), 2000);
  CHECK(slot->load().bits == 5);
  erase(table, "speed", 2001);
  CHECK(slot->load().kind == Kind::absent);
  CHECK(slot->load().revision == 2001);
  for (std::uint64_t i = 0; i != 5000; ++i) set(table, numbered("more", i), Value(i), i + 3000);
  set(table, "speed", Value(6), 9000);
  CHECK(slot->load().bits == 6);
  CHECK(table.pin("speed") == slot);
  AttributeTable::unpin(slot);
  AttributeTable::unpin(slot);
}

TEST_CASE("names of every length from 1 to 1024 are told apart") {
  AttributeTable table;
  TableModel model;
  for (std::size_t length = 1; length <= 1024; ++length) {
    const std::string name(length, 'n');
    set(table, name, Value(length), length);
    model.all[name] = {wire::encode_value(Value(length)), length};
  }
  require_equal(table, model);
}

TEST_CASE("ever new names take no ever new memory") {
  AttributeTable table;
  const auto churn = [&](std::uint64_t from, std::uint64_t to) {
    for (std::uint64_t i = from; i != to; ++i) {
      set(table, numbered("session/", i), Value(numbered("client ", i)), i + 1);
      if (i >= 100) erase(table, numbered("session/", i - 100), i + 1);
    }
  };
  churn(0, 100'000);
  const std::size_t footprint = table.footprint();
  churn(100'000, 1'000'000);
  CHECK(table.size() == 100);
  CHECK(table.footprint() == footprint);
  CHECK(footprint < 64 * 1024);
}

TEST_CASE("slots whose pins ended while they were absent are used again") {
  AttributeTable table;
  for (std::uint64_t i = 0; i != 200'000; ++i) AttributeTable::unpin(table.pin(numbered("n", i)));
  CHECK(table.footprint() < 64 * 1024);
}

TEST_CASE("a million attributes take what the budget allows") {
  AttributeTable table;
  const std::string value = wire::encode_value(Value("sixteen bytes..."));
  for (std::uint64_t i = 0; i != 1'000'000; ++i) {
    const std::string name = numbered("a", 100'000'000'000 + i);
    table.set(name, wire::name_hash(name), value, i + 1);
  }
  CHECK(table.footprint() <= 113 * 1'000'000);
  for (std::uint64_t i = 0; i < 1'000'000; i += 997) {
    REQUIRE(table.contains(numbered("a", 100'000'000'000 + i)));
  }
}

TEST_CASE("clearing leaves nothing but pinned slots, and room for others") {
  AttributeTable table;
  detail::Slot* slot = table.pin("n7");
  for (std::uint64_t i = 0; i != 5000; ++i) set(table, numbered("n", i), Value("text"), i + 1);
  table.clear(6000);
  CHECK(table.size() == 0);
  CHECK(table.digest() == 0);
  CHECK(slot->load().kind == Kind::absent);
  set(table, "n7", Value(7), 6001);
  CHECK(slot->load().bits == 7);
  AttributeTable::unpin(slot);
}

TEST_CASE("reserved room is not rebuilt") {
  AttributeTable table;
  table.reserve(10'000);
  const std::size_t before = table.footprint();
  std::uint64_t revision = 0;
  for (std::uint64_t i = 0; i != 10'000; ++i) set(table, numbered("n", i), Value(i), ++revision);
  CHECK(table.footprint() - before < 10'000 * 80);
  CHECK(table.size() == 10'000);
}

TEST_CASE("any sequence of changes leaves what a plain map would hold") {
  const unsigned seed = GENERATE(1U, 2U, 3U, 4U);
  std::mt19937 random(seed);
  AttributeTable table;
  TableModel model;
  std::multimap<std::string, detail::Slot*> pins;
  const unsigned names = 1U << (seed * 3);
  for (std::uint64_t revision = 1; revision != 30'000; ++revision) {
    const std::string name = numbered("name/", random() % names);
    switch (random() % 8) {
      case 0: pins.emplace(name, table.pin(name)); break;
      case 1:
        if (!pins.empty()) {
          AttributeTable::unpin(pins.begin()->second);
          pins.erase(pins.begin());
        }
        break;
      case 2:
      case 3: REQUIRE(erase(table, name, revision) == (model.all.erase(name) == 1)); break;
      default: {
        const bool scalar = random() % 3 == 0;
        const std::string value = scalar ? wire::encode_value(Value(revision))
                                         : checking_value(name, revision, random() % 400);
        table.set(name, wire::name_hash(name), value, revision);
        model.all[name] = {value, revision};
      }
    }
    for (const auto& [pinned, slot] : pins) {
      if (pinned == name) REQUIRE(slot == table.pin(name));
      if (pinned == name) AttributeTable::unpin(slot);
    }
    if (revision % 3000 == 0) require_equal(table, model);
  }
  require_equal(table, model);
}

TEST_CASE("names that were chosen by a hash without the seed lie apart") {
  const auto probes = [](std::uint64_t seed) {
    AttributeTable table(seed);
    for (const std::string& name : colliding_names(0)) set(table, name, Value(1), 1);
    return table.probes() / table.size();
  };
  CHECK(probes(0) > 100);  // who knows the seed can choose them
  CHECK(probes(1) < 5);
  CHECK(probes(0x9E3779B97F4A7C15) < 5);
}

TEST_CASE("a table has the same contents and the same digest with every seed") {
  AttributeTable first(1);
  AttributeTable second(2);
  for (int i = 0; i != 1'000; ++i) {
    const std::string name = "n" + std::to_string(i % 300);
    for (AttributeTable* const table : {&first, &second}) {
      if (i % 7 == 0) {
        erase(*table, name, static_cast<std::uint64_t>(i) + 1);
      } else {
        set(*table, name, Value(i), static_cast<std::uint64_t>(i) + 1);
      }
    }
  }
  CHECK(first.size() == second.size());
  CHECK(first.digest() == second.digest());
  first.for_each([&](std::string_view name, std::uint64_t, const AttributeTable::Found& held) {
    AttributeTable::Found found;
    wire::ScalarBytes scratch;
    REQUIRE(second.find(name, found, scratch));
    CHECK(found.value == held.value);
  });
}
