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

const int this_space = 0;
const int other_space = 0;

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
  const auto x = watch(&this_space, "x");
  const auto all = watch(&this_space, std::nullopt);
  const auto y = watch(&this_space, "y");
  const auto x_again = watch(&this_space, "x");
  const auto elsewhere = watch(&other_space, "x");
  for (const auto& each : {x, all, y, x_again, elsewhere}) audience.add(each);
  CHECK(audience.size() == 5);
  CHECK(audience.of(row(&this_space, {"x", "z", "x"})) == Audience::Watches{x, all, x_again});
  CHECK(audience.of(row(&this_space, {"z"})) == Audience::Watches{all});
  CHECK(audience.of(row(&this_space, {"y", "x"})) == Audience::Watches{x, all, y, x_again});
  CHECK(audience.of(row(&other_space, {"x"})) == Audience::Watches{elsewhere});

  QueuedRow repair = row(&this_space, {"z"});
  repair.skipped.add(1, 5, {});
  CHECK(audience.of(repair) == Audience::Watches{x, all, y, x_again});
}

TEST_CASE("who has left is told nothing, and leaves nothing behind") {
  Audience audience;
  const auto x = watch(&this_space, "x");
  const auto all = watch(&this_space, std::nullopt);
  audience.add(x);
  audience.add(all);
  audience.remove(*all);
  CHECK(audience.of(row(&this_space, {"x"})) == Audience::Watches{x});
  CHECK(audience.any(&this_space));
  audience.remove(*x);
  audience.remove(*x);
  CHECK(audience.size() == 0);
  CHECK_FALSE(audience.any(&this_space));
  CHECK(audience.of(row(&this_space, {"x"})).empty());
}
