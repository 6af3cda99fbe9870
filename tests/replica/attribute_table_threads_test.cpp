// Readers beside the writer. Run under the thread sanitizer too.

#include <atomic>
#include <bit>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "replica/attribute_table.hpp"
#include "replica/table_values.hpp"
#include "support/catch.hpp"

using namespace bulletin;
using namespace bulletin::test;
using bulletin::detail::Kind;
using bulletin::detail::Reading;
using bulletin::replica::AttributeTable;

namespace {

/// Threads that read until told to stop, and count what is wrong: Catch2's checks are for one
/// thread.
class Readers {
 public:
  template <class Read>
  Readers(int count, Read read) {
    for (int i = 0; i != count; ++i) {
      threads_.emplace_back([this, read, i] {
        std::uint64_t rounds = 0;
        while (!stop_.load(std::memory_order_relaxed)) {
          if (!read(static_cast<unsigned>(i), rounds++)) wrong_.fetch_add(1);
        }
        rounds_.fetch_add(rounds);
      });
    }
  }
  /// Returns how many reads were wrong.
  std::uint64_t finish() {
    stop_ = true;
    for (std::thread& thread : threads_) thread.join();
    return wrong_;
  }
  [[nodiscard]] std::uint64_t rounds() const { return rounds_; }

 private:
  std::atomic<bool> stop_{false};
  std::atomic<std::uint64_t> wrong_{0};
  std::atomic<std::uint64_t> rounds_{0};
  std::vector<std::thread> threads_;
};

bool is_whole(const Reading& reading, std::string_view name) {
  if (reading.scalar.kind == Kind::unsigned_integer || reading.scalar.kind == Kind::integer) {
    return reading.scalar.bits == reading.scalar.revision;
  }
  return reading.scalar.kind == Kind::encoded &&
         is_checking_value(reading.bytes, name, reading.scalar.revision);
}

void set_checking(AttributeTable& table, std::string_view name, std::uint64_t revision,
                  std::size_t size) {
  const std::string value =
      size == 0 ? wire::encode_value(Value(revision)) : checking_value(name, revision, size);
  table.set(name, wire::name_hash(name), value, revision);
}

// Of every class of blocks, scalars, and now and then a large one.
std::size_t some_size(std::uint64_t i) {
  if (i % 211 == 0) return 70'000;
  return i * 7 % 3 == 0 ? 0 : i * 37 % 600;
}

constexpr std::uint64_t rounds = 30'000;

}  // namespace

TEST_CASE("readers see whole values that never grow older, of all sizes") {
  constexpr std::uint64_t names = 8;
  AttributeTable table;
  for (std::uint64_t i = 0; i != names; ++i) set_checking(table, numbered("n", i), 1, 10);
  std::vector<std::vector<std::uint64_t>> newest(2, std::vector<std::uint64_t>(names));
  Readers readers(2, [&](unsigned thread, std::uint64_t round) {
    thread_local Reading reading;
    const std::uint64_t i = round % names;
    const std::string name = numbered("n", i);
    if (!table.read(name, reading) || !is_whole(reading, name)) return false;
    std::uint64_t& seen = newest[thread][i];
    return reading.scalar.revision >= std::exchange(seen, reading.scalar.revision);
  });
  for (std::uint64_t i = 0; i != rounds; ++i) {
    set_checking(table, numbered("n", i % names), i + 2, some_size(i));
  }
  CHECK(readers.finish() == 0);
  CHECK(readers.rounds() > 0);
}

TEST_CASE("readers find what stays while the table grows and shrinks around it") {
  AttributeTable table;
  constexpr std::uint64_t staying = 16;
  for (std::uint64_t i = 0; i != staying; ++i) set_checking(table, numbered("stay", i), 1, 40);
  Readers readers(2, [&](unsigned, std::uint64_t round) {
    thread_local Reading reading;
    const std::string name = numbered("stay", round % staying);
    return table.contains(name) && table.read(name, reading) && is_whole(reading, name) &&
           !table.contains("never");
  });
  std::uint64_t revision = 1;
  for (std::uint64_t size = 20; size <= rounds / 2; size *= 5) {
    for (std::uint64_t i = 0; i != size; ++i) {
      set_checking(table, numbered("come", i), ++revision, i % 90);
    }
    for (std::uint64_t i = 0; i != size; ++i) {
      const std::string name = numbered("come", i);
      table.erase(name, wire::name_hash(name), ++revision);
    }
  }
  CHECK(readers.finish() == 0);
}

TEST_CASE("readers never take the value of another name for theirs when slots are reused") {
  AttributeTable table;
  constexpr std::uint64_t live = 20;
  std::atomic<std::uint64_t> first{0};
  Readers readers(2, [&](unsigned, std::uint64_t round) {
    thread_local Reading reading;
    const std::string name = numbered("gone", first.load() + round % live);
    return !table.read(name, reading) || is_whole(reading, name);
  });
  for (std::uint64_t i = 0; i != rounds; ++i) {
    set_checking(table, numbered("gone", i), i + 1, some_size(i) % 1000);
    if (i < live) continue;
    const std::string name = numbered("gone", i - live);
    table.erase(name, wire::name_hash(name), i + 1);
    first = i - live;
  }
  CHECK(readers.finish() == 0);
}

TEST_CASE("a scalar read by name is of that name, and never an older one") {
  AttributeTable table;
  constexpr std::uint64_t live = 20;
  std::atomic<std::uint64_t> first{0};
  std::vector<std::uint64_t> newest(2);
  const auto set = [&](const std::string& name, std::uint64_t number, std::uint64_t revision) {
    table.set(name, wire::name_hash(name), wire::encode_value(Value(number)), revision);
  };
  set("stays", 0, 1);
  Readers readers(2, [&](unsigned thread, std::uint64_t round) {
    const std::uint64_t number = first.load() + round % live;
    const detail::ScalarValue comes = table.read_scalar(numbered("gone", number));
    const detail::ScalarValue stays = table.read_scalar("stays");
    const std::uint64_t before = std::exchange(newest[thread], stays.bits);
    return (comes.kind == Kind::absent || comes.bits == number) && stays.kind != Kind::absent &&
           stays.bits >= before;
  });
  for (std::uint64_t i = 0; i != rounds; ++i) {
    set(numbered("gone", i), i, 3 * i + 2);
    set("stays", i, 3 * i + 3);
    if (i < live) continue;
    const std::string name = numbered("gone", i - live);
    table.erase(name, wire::name_hash(name), 3 * i + 4);
    first = i - live;
  }
  CHECK(readers.finish() == 0);
}

TEST_CASE("a scalar's kind and bits belong together, whenever the reader stands still") {
  AttributeTable table;
  const std::uint64_t hash = wire::name_hash("x");
  const std::string integer = wire::encode_value(Value(std::uint64_t{7}));
  const std::string real = wire::encode_value(Value(7.0));
  const std::string yes = wire::encode_value(Value(true));
  table.set("x", hash, integer, 1);
  // More than there are processors, so that each is interrupted at any place.
  Readers readers(3, [&](unsigned, std::uint64_t) {
    const detail::ScalarValue x = table.read_scalar("x");
    if (x.kind == Kind::real) return std::bit_cast<double>(x.bits) == 7.0;
    return x.bits == (x.kind == Kind::boolean ? 1U : 7U) && x.kind != Kind::absent;
  });
  for (std::uint64_t i = 0; i != 20 * rounds; ++i) {
    table.set("x", hash, i % 3 == 0 ? real : i % 3 == 1 ? yes : integer, i + 2);
  }
  CHECK(readers.finish() == 0);
}

TEST_CASE("a reader that returned a value finds it again while others come and go") {
  AttributeTable table;
  std::atomic<std::uint64_t> newest{0};
  Readers readers(2, [&](unsigned, std::uint64_t) {
    thread_local Reading reading;
    // Set before the number was told, and erased when another is, long after.
    const std::uint64_t number = newest.load();
    if (number == 0) return true;
    const std::string name = numbered("k", number);
    return table.read(name, reading) ? is_whole(reading, name) : newest.load() >= number + 1000;
  });
  for (std::uint64_t i = 1; i != rounds; ++i) {
    set_checking(table, numbered("k", i), i, i % 64);
    newest = i;
    if (i <= 1000) continue;
    const std::string name = numbered("k", i - 1000);
    table.erase(name, wire::name_hash(name), i);
  }
  CHECK(readers.finish() == 0);
}

TEST_CASE("a handle reads its attribute through erasing and return") {
  AttributeTable table;
  detail::Slot* slot = table.pin("handle");
  Readers readers(2, [&](unsigned thread, std::uint64_t) {
    thread_local Reading reading;
    if (thread == 0) {
      slot->read(reading);
    } else {
      const detail::Scalar scalar = slot->load();
      if (scalar.kind == Kind::encoded) return scalar.revision % 3 == 1;
      reading.scalar = scalar;
    }
    return reading.scalar.kind == Kind::absent || is_whole(reading, "handle");
  });
  for (std::uint64_t i = 1; i != rounds; ++i) {
    switch (i % 3) {
      case 0: table.erase("handle", wire::name_hash("handle"), i); break;
      case 1: set_checking(table, "handle", i, 1 + i % 300); break;
      default: set_checking(table, "handle", i, 0);
    }
  }
  CHECK(readers.finish() == 0);
  AttributeTable::unpin(slot);
}
