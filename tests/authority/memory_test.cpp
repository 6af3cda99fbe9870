// What is counted against the bounds is what the heap gives.

#include <malloc.h>

#include <algorithm>
#include <cstddef>
#include <functional>
#include <iostream>
#include <string>
#include <string_view>
#include <vector>

#include "authority/desk.hpp"
#include "support/catch.hpp"

using namespace bulletin;
using namespace bulletin::authority;
using test::Desk;
using test::Raw;
using wire::Status;

namespace {

/// Zero where a sanitizer has put a heap of its own in place.
std::size_t heap_bytes() {
  const struct mallinfo2 info = ::mallinfo2();
  return info.uordblks + info.hblkhd;
}

AuthorityOptions without_log() {
  AuthorityOptions options = test::options();
  options.log_bytes = 0;
  return options;
}

using Fill = std::function<void(Desk&)>;
using Count = std::function<std::size_t(const Authority&)>;

/// Memory for each byte that is counted. What is kept for the next turn is no part of either.
double factor(std::string_view what, const Fill& fill, const Count& count,
              const AuthorityOptions& options = without_log()) {
  Desk desk(options);
  desk.set("warm", "x", 1);
  const std::size_t heap_before = heap_bytes();
  const std::size_t count_before = count(desk.authority);
  fill(desk);
  // Takes the place of what the last turn has used.
  desk.set("warm", "x", 2);
  const std::size_t heap = heap_bytes() - std::min(heap_before, heap_bytes());
  const std::size_t counted = count(desk.authority) - count_before;
  const double result = static_cast<double>(heap) / static_cast<double>(counted);
  std::cout << what << ": " << heap << " bytes of memory, counted as " << counted << ": factor "
            << result << "\n";
  return result;
}

std::size_t of_board(const Authority& authority) { return authority.bytes(); }

/// In transactions of a thousand.
void write_many(Desk& desk, const std::string& space, std::size_t count,
                const std::function<void(Raw&, const std::string& name)>& change) {
  for (std::size_t i = 0; i < count;) {
    Raw transaction;
    for (const std::size_t end = std::min(i + 1000, count); i != end; ++i)
      change(transaction, std::to_string(i * 7919 % count));
    REQUIRE(desk.write(space, transaction).status <= Status::unchanged);
  }
}

struct Kind {
  const char* what;
  Fill fill;
};

Kind attributes(const char* what, std::size_t count, std::string name, std::size_t value_bytes) {
  return {what, [=](Desk& desk) {
            write_many(desk, "a", count, [&](Raw& raw, const std::string& number) {
              raw.set(name + number, std::string(value_bytes, 'v'));
            });
          }};
}

/// The values change their size, and what that leaves is room for others.
Kind resized(const char* what, std::size_t before, std::size_t after, std::size_t others) {
  return {what, [=](Desk& desk) {
            for (const std::size_t size : {before, after}) {
              write_many(desk, "a", 20'000, [&](Raw& raw, const std::string& number) {
                raw.set(number, std::string(size, 'v'));
              });
            }
            write_many(desk, "b", others,
                       [](Raw& raw, const std::string& number) { raw.set(number, 1); });
          }};
}

std::vector<Kind> kinds_of_attributes() {
  return {
      attributes("short names and values", 100'000, "", 1),
      attributes("as many as fill the index to three eighths", 98'400, "", 1),
      attributes("as many as fill the index to three quarters", 98'200, "", 1),
      attributes("usual names and values", 60'000, "sensor/reading", 12),
      attributes("long names", 10'000, std::string(200, 'n'), 40),
      attributes("values as large as a block takes", 10'000, "x", 250),
      attributes("values that have memory of their own", 10'000, "x", 260),
      attributes("large values", 60, "x", 100'000),
      {"what is left of many",
       [](Desk& desk) {
         for (const bool erases : {false, true}) {
           std::size_t i = 0;
           write_many(desk, "a", 98'300, [&](Raw& raw, const std::string& number) {
             if (!erases) raw.set(number, 1);
             if (erases && ++i < 65'000) raw.erase(number);
           });
         }
       }},
      {"after many of another size",
       [](Desk& desk) {
         for (const std::size_t size : {10, 30, 50, 70, 90, 110, 130, 150, 170, 190, 210, 230}) {
           desk.write("a", Raw().clear());
           for (int i = 0; i != 30; ++i) desk.advance(1);  // what was cleared is swept
           write_many(desk, "a", 10'000, [&](Raw& raw, const std::string& number) {
             raw.set(number, std::string(size, 'v'));
           });
         }
       }},
      resized("small values in the room of larger ones", 250, 1, 80'000),
      resized("small values in the room of values that have become large", 240, 300, 60'000),
  };
}

std::vector<Kind> other_kinds() {
  const auto leased = [](const char* what, std::uint64_t ttl_ms, bool ephemeral) {
    return Kind{what, [=](Desk& desk) {
                  write_many(desk, "a", 50'000, [&](Raw& raw, const std::string& number) {
                    raw.set(number, 1, ttl_ms, ephemeral);
                  });
                }};
  };
  const auto namespaces = [](const char* what, std::string name, bool empty) {
    return Kind{what, [=](Desk& desk) {
                  for (int i = 0; i != 20'000; ++i) {
                    const std::string space = name + std::to_string(i);
                    if (empty) {
                      desk.authority.apply({{}, PinNamespace{space}});
                      desk.authority.commit();
                    } else {
                      desk.set(space, "x", 1);
                    }
                  }
                }};
  };
  return {
      leased("times to live", 1'000'000, false),
      leased("ephemeral attributes", 0, true),
      leased("ephemeral attributes with a time to live", 1'000'000, true),
      namespaces("empty namespaces", "n", true),
      namespaces("empty namespaces with long names", std::string(200, 'n'), true),
      namespaces("namespaces of one attribute", "n", false),
  };
}

constexpr double most = 1.2;

}  // namespace

TEST_CASE("what attributes and namespaces take in memory is counted") {
  for (const std::vector<Kind>& kinds : {kinds_of_attributes(), other_kinds()}) {
    for (const Kind& kind : kinds) {
      INFO(kind.what);
      CHECK(factor(kind.what, kind.fill, of_board) <= most);
    }
  }
}

TEST_CASE("what sessions keep to repeat is counted as the memory that it takes") {
  const Count kept = [](const Authority& authority) { return authority.kept_outcome_bytes(); };
  const auto lanes_of = [](Raw transaction, std::size_t items) {
    return [=](Desk& desk) {
      const std::vector<test::Item> write(items, {"a", transaction.bytes(), 0});
      for (int i = 0; i != 500; ++i) {
        if (i % 10 == 0) desk.session = desk.open();
        REQUIRE_FALSE(desk.send(write, static_cast<std::uint64_t>(i % 10 + 1)).refused());
        desk.authority.commit();
      }
    };
  };
  Raw sums;
  for (int i = 0; i != 1'000; ++i) sums.add("n", 0);
  const double of_sums = factor("sums of a byte", lanes_of(sums, 3), kept);
  CHECK(of_sums <= most);
  CHECK(factor("refusals", lanes_of(Raw().set("_no", 1), 30), kept) <= most);
  CHECK(factor("lost conditions", lanes_of(Raw().require(std::string(300, 'n'), 1), 10), kept) <=
        most);
  // The sessions themselves take about half as much.
  CHECK(factor("lanes of one outcome", lanes_of(Raw().set("x", 1), 1), kept) <= 2 * most);
}

TEST_CASE("what is kept of recent commits is counted as the memory that it takes") {
  const Count log = [](const Authority& authority) { return authority.log_bytes(); };
  AuthorityOptions options = test::options();
  options.log_bytes = 1u << 20;
  const auto commits = [](std::size_t namespaces, std::size_t bytes) {
    return [=](Desk& desk) {
      for (std::size_t i = 0; i != 16'000; ++i)
        desk.set(std::to_string(i % namespaces), "x", std::string(bytes + i % 2, 'v'));
    };
  };
  CHECK(factor("commits of one namespace", commits(1, 3), log, options) <= most);
  CHECK(factor("commits of ten namespaces", commits(10, 200), log, options) <= most);
  // Each in its turn has all that is kept: nothing stays of it when another one has.
  CHECK(factor(
            "commits of namespaces in their turns",
            [](Desk& desk) {
              for (int space = 0; space != 10; ++space) {
                for (int i = 0; i != 8'000; ++i) desk.set(std::to_string(space), "x", i);
              }
            },
            log, options) <= most);
}

TEST_CASE("what large turns have used is given back") {
  Desk desk(without_log());
  const std::string large(7u << 20, 'v');
  desk.set("a", "x", large);
  desk.set("a", "x", 1);
  const std::size_t before = heap_bytes();
  // The largest is the last of ever fewer namespaces in a turn.
  for (int spaces = 40; spaces != 0; --spaces) {
    std::vector<test::Item> items;
    std::vector<std::string> names;
    for (int i = 0; i != spaces; ++i) names.push_back("n" + std::to_string(i));
    for (int i = 0; i != spaces; ++i) {
      const bool last = i + 1 == spaces;
      items.push_back({names[static_cast<std::size_t>(i)],
                       (last ? Raw().set("x", large) : Raw().set("x", spaces)).bytes(), 0});
    }
    REQUIRE_FALSE(desk.send(items).refused());
    desk.authority.commit();
    REQUIRE(desk.set(names.back(), "x", 1).status == Status::ok);
  }
  const std::size_t grown = heap_bytes() - std::min(before, heap_bytes());
  std::cout << "large turns: " << grown << " bytes stay\n";
  CHECK(grown < (16u << 20));
}
