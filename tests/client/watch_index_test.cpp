#include "client/watch/watch_index.hpp"

#include <optional>
#include <string>
#include <vector>

#include "support/catch.hpp"

using namespace bulletin;
using client::QueuedBatch;
using client::QueuedChange;
using client::WatchIndex;

namespace {

constexpr std::uint64_t this_space = 1;
constexpr std::uint64_t other_space = 2;

using Watches = std::vector<std::shared_ptr<detail::Watch>>;

std::shared_ptr<detail::Watch> watch(std::uint64_t space, std::optional<std::string> name) {
  return std::make_shared<detail::Watch>(
      nullptr, space, std::move(name), [](const Change&) {}, 0);
}

QueuedBatch batch(std::uint64_t space, const std::vector<std::string>& names) {
  QueuedBatch batch{space, nullptr, false, {}, {}};
  for (const std::string& name : names) batch.changes.push_back(QueuedChange{name, "v", 1, 1, {}});
  return batch;
}

Watches watches_of(const WatchIndex& audience, const QueuedBatch& batch) {
  Watches watches;
  for (const WatchIndex::Listener& listener : audience.of(batch)) watches.push_back(listener.watch);
  return watches;
}

/// The names of what is wanted of a batch.
std::vector<std::string> wanted(const WatchIndex& audience, std::uint64_t space,
                                const std::vector<std::string>& names) {
  replica::ChangeBatch batch;
  for (const std::string& name : names) batch.changes.push_back({name, "v", 1});
  replica::ChangeBatch part;
  std::vector<std::string> all;
  for (const replica::AttributeChange& change : audience.wanted(space, batch, part).changes)
    all.emplace_back(change.name);
  return all;
}

}  // namespace

TEST_CASE("a batch is told to those who want its namespace and a name of its, once, in order") {
  WatchIndex audience;
  const auto x = watch(this_space, "x");
  const auto all = watch(this_space, std::nullopt);
  const auto y = watch(this_space, "y");
  const auto x_again = watch(this_space, "x");
  const auto elsewhere = watch(other_space, "x");
  for (const auto& each : {x, all, y, x_again, elsewhere}) audience.add(each);
  CHECK(audience.size() == 5);
  CHECK(watches_of(audience, batch(this_space, {"x", "z", "x"})) == Watches{x, all, x_again});
  CHECK(watches_of(audience, batch(this_space, {"z"})) == Watches{all});
  CHECK(watches_of(audience, batch(this_space, {"y", "x"})) == Watches{x, all, y, x_again});
  CHECK(watches_of(audience, batch(other_space, {"x"})) == Watches{elsewhere});

  QueuedBatch repair = batch(this_space, {"z"});
  repair.skipped.add(1, 5, {});
  CHECK(watches_of(audience, repair) == Watches{x, all, y, x_again});
}

TEST_CASE("who has left is told nothing, and leaves nothing behind") {
  WatchIndex audience;
  const auto x = watch(this_space, "x");
  const auto all = watch(this_space, std::nullopt);
  audience.add(x);
  audience.add(all);
  audience.remove(*all);
  CHECK(watches_of(audience, batch(this_space, {"x"})) == Watches{x});
  CHECK(audience.any(this_space));
  audience.remove(*x);
  audience.remove(*x);
  CHECK(audience.size() == 0);
  CHECK_FALSE(audience.any(this_space));
  CHECK(watches_of(audience, batch(this_space, {"x"})).empty());
}

TEST_CASE("each listener has the places of its changes") {
  WatchIndex audience;
  const auto y = watch(this_space, "y");
  const auto all = watch(this_space, std::nullopt);
  audience.add(y);
  audience.add(all);
  const auto listeners = audience.of(batch(this_space, {"x", "y", "z", "y"}));
  REQUIRE(listeners.size() == 2);
  CHECK(listeners[0].changes == std::vector<std::size_t>{1, 3});
  CHECK(listeners[1].changes == std::vector<std::size_t>{0, 1, 2, 3});
}

TEST_CASE("of a batch only that is wanted which somebody watches") {
  using Names = std::vector<std::string>;
  WatchIndex audience;
  CHECK(wanted(audience, this_space, {"x", "y"}).empty());
  const auto x = watch(this_space, "x");
  const auto elsewhere = watch(other_space, std::nullopt);
  audience.add(x);
  audience.add(elsewhere);
  CHECK(wanted(audience, this_space, {"a", "x", "b"}) == Names{"x"});
  CHECK(wanted(audience, this_space, {"a", "b"}).empty());
  CHECK(wanted(audience, other_space, {"a", "b"}) == Names{"a", "b"});
  const auto all = watch(this_space, std::nullopt);
  audience.add(all);
  CHECK(wanted(audience, this_space, {"a", "x"}) == Names{"a", "x"});
  audience.remove(*all);
  audience.remove(*x);
  CHECK(wanted(audience, this_space, {"a", "x"}).empty());
}

TEST_CASE("what a repair has passed over is told though nobody wants its changes") {
  WatchIndex audience;
  const auto x = watch(this_space, "x");
  audience.add(x);
  replica::ChangeBatch part;
  CHECK(audience.wanted(this_space, {1, true, 7, {}}, part).skipped == 7);
  CHECK(audience.wanted(other_space, {1, true, 7, {}}, part).skipped == 0);
}
