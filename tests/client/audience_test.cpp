#include "client/audience.hpp"

#include <optional>
#include <string>
#include <vector>

#include "support/catch.hpp"

using namespace bulletin;
using client::Audience;
using client::QueuedChange;
using client::QueuedRow;

namespace {

const int plant = 0;
const int other = 0;

std::shared_ptr<detail::Watch> watch(const void* space, std::optional<std::string> name) {
  return std::make_shared<detail::Watch>(
      nullptr, space, std::move(name), [](const Change&) {}, 0);
}

QueuedRow row(const void* space, const std::vector<std::string>& names) {
  QueuedRow row{space, nullptr, false, {}, {}};
  for (const std::string& name : names) row.changes.push_back(QueuedChange{name, "v", 1, 1, {}});
  return row;
}

}  // namespace

TEST_CASE("a row is told to those who want its namespace and a name of its, once, in order") {
  Audience audience;
  const auto x = watch(&plant, "x");
  const auto all = watch(&plant, std::nullopt);
  const auto y = watch(&plant, "y");
  const auto x_again = watch(&plant, "x");
  const auto elsewhere = watch(&other, "x");
  for (const auto& each : {x, all, y, x_again, elsewhere}) audience.add(each);
  CHECK(audience.size() == 5);
  CHECK(audience.of(row(&plant, {"x", "z", "x"})) == Audience::Watches{x, all, x_again});
  CHECK(audience.of(row(&plant, {"z"})) == Audience::Watches{all});
  CHECK(audience.of(row(&plant, {"y", "x"})) == Audience::Watches{x, all, y, x_again});
  CHECK(audience.of(row(&other, {"x"})) == Audience::Watches{elsewhere});

  QueuedRow repair = row(&plant, {"z"});
  repair.skipped.add(1, 5, {});
  CHECK(audience.of(repair) == Audience::Watches{x, all, y, x_again});
}

TEST_CASE("who has left is told nothing, and leaves nothing behind") {
  Audience audience;
  const auto x = watch(&plant, "x");
  const auto all = watch(&plant, std::nullopt);
  audience.add(x);
  audience.add(all);
  audience.remove(*all);
  CHECK(audience.of(row(&plant, {"x"})) == Audience::Watches{x});
  CHECK(audience.any(&plant));
  audience.remove(*x);
  audience.remove(*x);
  CHECK(audience.size() == 0);
  CHECK_FALSE(audience.any(&plant));
  CHECK(audience.of(row(&plant, {"x"})).empty());
}
