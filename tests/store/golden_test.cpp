// Folders that earlier versions have written: what they hold is read by every later one.

#include <bulletin/error.hpp>

#include <filesystem>
#include <memory>
#include <string>

#include "authority/desk.hpp"
#include "authority/store.hpp"
#include "store/inspection.hpp"
#include "store/store.hpp"
#include "support/board.hpp"
#include "support/catch.hpp"

using namespace bulletin;
using namespace bulletin::authority;
using test::Desk;
using test::Raw;

namespace {

const std::filesystem::path golden = std::filesystem::path(BULLETIN_TESTS_DIR) / "store/golden";

store::StoreOptions options_of(const std::filesystem::path& folder) {
  store::StoreOptions options;
  options.folder = folder.string();
  return options;
}

void keep(store::Store& store, Desk& desk) {
  store.keep(desk.authority);
  desk.authority.commit();
}

/// A bit of everything, part of it in tables, part of it in the journal.
void write_format_1(const std::filesystem::path& folder) {
  Desk desk;
  {
    store::Store store(options_of(folder));
    desk.authority = store::open_authority(store, test::options());
    desk.session = desk.open("alice", "robot 7");
    desk.send(
        {{"plant/robot", Raw().set("speed", 3.25).set("mode", "idle").set("gone", 1).bytes(), 0}});
    desk.send({{"plant/robot", Raw().erase("gone").set("photo", Bytes(300)).bytes(), 0}});
    keep(store, desk);
    store.close();
  }
  store::Store store(options_of(folder));
  Authority again = store::open_authority(store, test::options());
  desk.authority = std::move(again);
  desk.send({{"plant/cell", Raw().set("owner", "cell-7", 0, true).bytes(), 0}}, 8);
  desk.send({{"plant/cell", Raw().set("lease", Map{{"k", Array{1, -2}}}, 60'000, false).bytes(), 0},
             {"plant/robot", Raw().require("mode", 1).bytes(), 0}},
            8);
  desk.apply(Advance{250});
  desk.apply(PinNamespace{"plant/größe"});
  keep(store, desk);
}

}  // namespace

/// Writes what the next test reads; for a new format only, in a folder of its own.
TEST_CASE("make a golden folder", "[.make]") {
  const auto folder = golden / "format_1";
  REQUIRE_FALSE(std::filesystem::exists(folder));
  std::filesystem::create_directories(golden);
  write_format_1(folder);
}

TEST_CASE("a folder of format 1 is read") {
  const test::TemporaryFolder temporary;
  const auto folder = temporary.path() / "data";
  std::filesystem::copy(golden / "format_1", folder, std::filesystem::copy_options::recursive);
  const store::Inspection found = store::inspect(folder.string());
  CHECK(found.format == 1);
  CHECK(found.history == "kept");
  CHECK(found.attributes == 5);
  CHECK(found.sessions == 1);
  CHECK(found.kept_bytes > 0);

  store::Store store(options_of(folder));
  Desk desk;
  desk.authority = store::open_authority(store, test::options());
  CHECK(desk.authority.options().epoch == test::options().epoch);
  CHECK(desk.value("plant/robot", "speed") == 3.25);
  CHECK(desk.value("plant/robot", "mode") == "idle");
  CHECK(desk.value("plant/robot", "photo") == Bytes(300));
  CHECK(desk.revision("plant/robot", "gone") == 0);
  CHECK(desk.value("plant/cell", "lease") == Map{{"k", Array{1, -2}}});
  CHECK(desk.authority.namespaces() == 3);
  CHECK(desk.authority.clock_ms() == 250);
  const SessionView session = desk.authority.session_list().at(0);
  CHECK(session.user == "alice");
  CHECK(session.client_name == "robot 7");
  // Both commits of it, from its beginning.
  std::string scratch;
  const wire::Since from_nothing{"plant/cell", test::options().epoch, 0};
  CHECK(desk.authority.since(from_nothing, scratch).run.commits == 2);
  desk.authority.visit("plant/cell", [&](const AttributeView& attribute) {
    CHECK(attribute.session == (attribute.name == "owner" ? session.number : 0));
    CHECK(attribute.deadline == (attribute.name == "lease" ? 60'000 : 0));
  });
  // The lane's last WRITE: one commit, and a condition that was lost.
  const wire::Write last{{test::options().epoch, session.number}, 8, 2, {}};
  const auto outcomes = desk.authority.repeat("alice", last)->outcomes;
  REQUIRE(outcomes->size() == 2);
  CHECK(outcomes->at(0).status == wire::Status::ok);
  CHECK(outcomes->at(1).status == wire::Status::lost);
  CHECK(outcomes->at(1).name() == "mode");
}
