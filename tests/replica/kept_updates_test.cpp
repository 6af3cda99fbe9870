#include "replica/kept_updates.hpp"

#include <string>

#include "support/catch.hpp"
#include "wire/parsed_run.hpp"

using namespace bulletin;
using bulletin::replica::KeptUpdates;

namespace {

wire::CommitsUpdate update_of(std::uint64_t revision, std::string_view bytes) {
  return {{}, {revision - 1, revision, revision, 1, bytes}};
}

}  // namespace

TEST_CASE("updates are kept with bytes of their own, in the order of their arrival") {
  KeptUpdates kept;
  {
    const std::string bytes(100, 'a');
    kept.keep(update_of(1, bytes));
    kept.keep(update_of(2, "b"));
  }
  CHECK(kept.front().run.revision == 1);
  CHECK(kept.front().run.bytes == std::string(100, 'a'));
  kept.pop();
  CHECK(kept.front().run.bytes == "b");
  kept.pop();
  CHECK(kept.empty());
}

TEST_CASE("what an update was taken apart into is not kept: that memory is for the next one") {
  const wire::ParsedRun parsed;
  wire::CommitsUpdate update = update_of(1, "a");
  update.parsed = &parsed;
  KeptUpdates kept;
  kept.keep(update);
  CHECK(kept.front().parsed == nullptr);
}

TEST_CASE("past the bound the oldest updates are dropped") {
  KeptUpdates kept;
  const std::string megabyte(std::size_t{1} << 20, 'x');
  for (std::uint64_t revision = 1; revision <= 40; ++revision) {
    kept.keep(update_of(revision, megabyte));
  }
  CHECK(kept.front().run.revision > 20);
  CHECK(kept.front().run.revision <= 26);
}

TEST_CASE("one update that is larger than the bound is kept") {
  KeptUpdates kept;
  const std::string large(std::size_t{20} << 20, 'x');
  kept.keep(update_of(1, large));
  CHECK(kept.front().run.bytes.size() == large.size());
}
