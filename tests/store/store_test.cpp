#include "store/store.hpp"

#include <bulletin/error.hpp>

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "authority/desk.hpp"
#include "authority/store.hpp"
#include "store/failure.hpp"
#include "store/inspection.hpp"
#include "support/catch.hpp"
#include "support/disk.hpp"

using namespace bulletin;
using namespace bulletin::authority;
using store::Store;
using store::StoreError;
using store::StoreOptions;
using test::Desk;
using test::Disk;
using test::Raw;

namespace {

wire::Epoch epoch_of(std::uint8_t number) {
  wire::Epoch epoch;
  epoch.bytes[0] = number;
  return epoch;
}

/// A broker's data, opened, crashed and opened again.
struct Life {
  Disk disk;
  bool synced = true;
  std::uint8_t epochs = 0;
  std::unique_ptr<Store> store;

  StoreOptions options() {
    StoreOptions options;
    options.folder = "/data";
    options.synced = synced;
    options.env = &disk;
    return options;
  }

  /// What the next broker begins with.
  Authority open(std::uint64_t first_revision = 1) {
    store.reset();
    store = std::make_unique<Store>(options());
    AuthorityOptions fresh = test::options();
    fresh.epoch = epoch_of(++epochs);
    fresh.first_revision = first_revision;
    return store::open_authority(*store, fresh);
  }

  Desk desk() {
    Desk desk;
    desk.authority = open(test::first_revision);
    desk.session = desk.open();
    keep(desk.authority);
    return desk;
  }

  void keep(Authority& authority) {
    store->keep(authority);
    authority.commit();
  }
  void write(Desk& desk, const std::string& space, const Raw& transaction,
             std::uint64_t lane = 100) {
    desk.send({{space, transaction.bytes(), 0}}, lane);
    keep(desk.authority);
  }
  /// Why it cannot be opened.
  std::string refusal() {
    try {
      open();
    } catch (const Error& error) {
      CHECK(error.code() == Errc::rejected);
      return error.what();
    }
    return "it was opened";
  }
  Value value(const std::string& space, std::string_view name) {
    Desk desk;
    desk.authority = open();
    return desk.value(space, name);
  }
  void power_off() {
    store.reset();
    disk.lose_unsynced(0);
  }
};

bool says(const std::string& text, const std::vector<std::string>& words) {
  UNSCOPED_INFO(text);
  return std::all_of(words.begin(), words.end(),
                     [&](const std::string& word) { return text.find(word) != text.npos; });
}

void check_same(const Authority& one, const Authority& other) {
  const test::Store first = test::store_of(one);
  const test::Store second = test::store_of(other);
  CHECK(first.attributes == second.attributes);
  CHECK(first.spaces == second.spaces);
  CHECK(first.sessions == second.sessions);
}

}  // namespace

TEST_CASE("a store gives back what turns have touched") {
  Life life;
  Desk desk = life.desk();
  CHECK(desk.authority.options().epoch == epoch_of(1));
  life.write(desk, "a", Raw().set("x", 1).set("gone", std::string(300, 'g')));
  life.write(desk, "a", Raw().set("x", 2, 60'000, true).erase("gone").set("text", "words"));
  life.write(desk, "b/c", Raw().set("y", Map{{"k", 1}}));
  desk.apply(PinNamespace{"empty"});
  desk.apply(Advance{1500});
  life.keep(desk.authority);
  life.power_off();
  const Authority again = life.open();
  CHECK(again.options().epoch == epoch_of(1));
  check_same(again, desk.authority);
  CHECK(again.revision() == desk.authority.revision());
  CHECK(again.clock_ms() == 1500);
  CHECK(again.namespaces() == 3);
}

TEST_CASE("after a crash a replica is told what it missed, and a WRITE its outcome") {
  Life life;
  Desk desk = life.desk();
  life.write(desk, "a", Raw().set("x", 1));
  const std::uint64_t known = desk.authority.status("a").revision;
  life.write(desk, "a", Raw().set("y", 2));
  const std::string bytes = Raw().add("sum", 5).bytes();
  const wire::Write write{desk.id(desk.session), 7, 1, {{"a", known, bytes}}};
  const Answer answer = desk.apply(write);
  life.keep(desk.authority);
  const std::string told = desk.authority.reply(answer);
  life.power_off();

  Desk next;
  next.authority = life.open();
  std::string scratch;
  const wire::SinceReply since = next.authority.since({"a", epoch_of(1), known}, scratch);
  CHECK_FALSE(since.take_snapshot);
  CHECK(since.run.commits == 2);
  CHECK(since.run.revision == desk.authority.status("a").revision);
  const Answer again = next.apply(write);
  life.keep(next.authority);
  CHECK(next.authority.reply(again) == told);
  CHECK(next.value("a", "sum") == 5);
}

TEST_CASE("sessions have their full time again after a restart, and what goes with them stays") {
  Life life;
  Desk desk = life.desk();
  life.write(desk, "a", Raw().set("mine", 1, 0, true).set("brief", 1, 5000, false));
  desk.apply(Advance{desk.authority.options().session_ms - 1});
  life.keep(desk.authority);
  life.power_off();
  Authority again = life.open();
  const std::uint64_t session_ms = again.options().session_ms;
  again.apply({{}, Advance{session_ms - 1}});
  life.keep(again);
  CHECK(again.sessions() == 1);
  CHECK(again.read({"a", {"mine"}}).attributes[0].revision != 0);
  again.apply({{}, Advance{1}});
  life.keep(again);
  CHECK(again.sessions() == 0);
  CHECK(again.read({"a", {"mine"}}).attributes[0].revision == 0);
  CHECK(life.open().sessions() == 0);
}

TEST_CASE("time goes on in the store though nothing happens") {
  Life life;
  Desk desk = life.desk();
  for (int i = 0; i != 100; ++i) {
    desk.apply(Advance{100});
    desk.apply(Renew{desk.id(desk.session)});
    life.keep(desk.authority);
  }
  life.store.reset();
  CHECK(life.open().clock_ms() >= 9'000);
}

TEST_CASE("revisions go on above the clock and above what was given") {
  Life life;
  Desk desk = life.desk();
  life.write(desk, "a", Raw().set("x", 1));
  const std::uint64_t given = desk.authority.revision();
  CHECK(life.open(5).revision() == given);
  CHECK(life.open(1'000'000).revision() == 999'999);
}

TEST_CASE("what was not synced may be lost, and then the history is another one") {
  Life life;
  life.synced = false;
  Desk desk = life.desk();
  life.write(desk, "a", Raw().set("x", 1).set("mine", 1, 0, true));
  life.store->sync();
  life.write(desk, "a", Raw().set("x", 2));
  CHECK(life.store->unsynced());

  SECTION("after a crash") {
    life.power_off();
    Desk next;
    next.authority = life.open();
    CHECK(next.authority.options().epoch == epoch_of(2));
    CHECK(next.value("a", "x") == 1);
    // Its client sets it again when it has heard of the new history.
    CHECK(next.revision("a", "mine") == 0);
    CHECK(next.authority.sessions() == 0);
  }
  SECTION("but not after a clean end") {
    life.store->close();
    life.power_off();
    Desk next;
    next.authority = life.open();
    CHECK(next.authority.options().epoch == epoch_of(1));
    CHECK(next.value("a", "x") == 2);
    CHECK(next.authority.sessions() == 1);
  }
  SECTION("nor after a change to sync") {
    life.store->close();
    life.synced = true;
    CHECK(life.open().options().epoch == epoch_of(1));
    life.power_off();
    CHECK(life.open().options().epoch == epoch_of(1));
  }
}

TEST_CASE("a turn that failed is there whole or not at all") {
  for (std::uint64_t good = 0; good != 12; ++good) {
    Life life;
    Desk desk = life.desk();
    life.write(desk, "a", Raw().set("x", 1).set("y", 1));
    life.disk.fail_after(good, good % 2 == 0 ? Disk::Fault::full : Disk::Fault::broken);
    std::uint64_t kept = 1;
    try {
      for (;; ++kept) life.write(desk, "a", Raw().set("x", kept + 1).set("y", kept + 1));
    } catch (const StoreError& error) {
      CHECK(says(error.what(), {good % 2 == 0 ? "the disk is full" : "broken"}));
      desk.authority.abandon();
    }
    CHECK_THROWS_AS(life.open(), Error);
    life.store.reset();
    life.disk.mend();
    const bool lost = good % 3 == 0;
    if (lost) life.disk.lose_unsynced(500);
    Desk next;
    next.authority = life.open();
    CHECK(next.authority.options().epoch == epoch_of(1));
    const std::uint64_t x = next.value("a", "x").as<std::uint64_t>();
    CHECK(next.value("a", "y") == x);
    CHECK((x == kept || (x == kept + 1 && !lost)));
    if (x == kept) check_same(next.authority, desk.authority);
    life.write(next, "a", Raw().set("x", 100), 101);
    life.power_off();
    CHECK(life.value("a", "x") == 100);
  }
}

TEST_CASE("a folder that is no good is refused in words that say what to do") {
  Life life;
  Desk desk = life.desk();
  for (int i = 0; i != 50; ++i) life.write(desk, "a", Raw().set("x", i));

  SECTION("another one has it open") {
    const std::unique_ptr<Store> open = std::move(life.store);
    CHECK(says(life.refusal(), {"another broker", "/data"}));
  }
  SECTION("it may not be written to, or is full, or broken") {
    life.store.reset();
    life.disk.fail(Disk::Fault::read_only);
    CHECK(says(life.refusal(), {"/data", "may not write there"}));
    life.disk.fail(Disk::Fault::full);
    CHECK(says(life.refusal(), {"/data", "the disk is full", "make room"}));
    life.disk.fail(Disk::Fault::broken);
    CHECK(says(life.refusal(), {"/data", "broken"}));
    life.disk.mend();
    CHECK(life.value("a", "x") == 49);
  }
  SECTION("damaged in the middle of what was synced") {
    life.store.reset();
    life.disk.damage(".log");
    CHECK(says(life.refusal(), {"damaged", "backup"}));
  }
  SECTION("a damaged table") {
    life.open();  // writes the journal out
    life.store.reset();
    life.disk.damage(".sst");
    CHECK(says(life.refusal(), {"damaged"}));
  }
  SECTION("a label that is none") {
    life.store.reset();
    life.disk.damage("board.toml");
    auto files = life.disk.contents("/data");
    files["/data/board.toml"] = "format = 1\nhistory = \"prehistoric\"\n";
    life.disk.put(files);
    CHECK(says(life.refusal(), {"board.toml", "damaged"}));
    files["/data/board.toml"] = "format = 2\nhistory = \"kept\"\n";
    life.disk.put(files);
    CHECK(says(life.refusal(), {"newer"}));
    files["/data/board.toml"] = "history";
    life.disk.put(files);
    CHECK(says(life.refusal(), {"damaged"}));
    files.erase("/data/board.toml");
    life.disk.put(files);
    CHECK(says(life.refusal(), {"no board.toml"}));
  }
  SECTION("without its database") {
    life.store.reset();
    auto files = life.disk.contents("/data");
    std::erase_if(files, [](const auto& file) { return !file.first.ends_with("board.toml"); });
    life.disk.put(files);
    CHECK_THROWS_AS(life.open(), Error);
  }
}

TEST_CASE("a folder that cannot be begun is refused by name, at whichever write it fails") {
  std::uint64_t writes = 0;
  for (bool refused = true; refused; ++writes) {
    Life life;
    life.disk.fail_after(writes, Disk::Fault::full);
    const std::string reason = life.refusal();
    refused = reason != "it was opened";
    if (refused) CHECK(says(reason, {"/data", "the disk is full"}));
    life.store.reset();
    life.disk.mend();
    CHECK(life.open().revision() == 0);
  }
  CHECK(writes > 5);
}

TEST_CASE("a copy of a folder begins a new history") {
  Life life;
  Desk desk = life.desk();
  life.write(desk, "a", Raw().set("x", 1).set("mine", 1, 0, true));
  life.store.reset();
  auto files = life.disk.contents("/data");
  files["/data/board.toml"] = "format = 1\nhistory = \"copied\"\n";
  life.disk.put(files);
  Desk next;
  next.authority = life.open();
  CHECK(next.authority.options().epoch == epoch_of(2));
  CHECK(next.value("a", "x") == 1);
  CHECK(next.revision("a", "mine") == 0);
  CHECK(life.open().options().epoch == epoch_of(2));
}

TEST_CASE("old commits go, and the store does not grow without bound") {
  Life life;
  Desk desk = life.desk();
  const std::string large(100'000, 'l');
  for (int i = 0; i != 1'000; ++i) life.write(desk, "a", Raw().set("x", large + std::to_string(i)));
  life.store.reset();
  CHECK(life.value("a", "x").as<std::string>().ends_with("l999"));
  std::size_t bytes = 0;
  life.store.reset();
  for (const auto& [name, text] : life.disk.contents("/data")) bytes += text.size();
  CHECK(bytes < 60'000'000);
}

TEST_CASE("a folder is inspected without a change, also while a broker has it open") {
  Life life;
  Desk desk = life.desk();
  life.write(desk, "a", Raw().set("x", 1).set("y", "words"));
  life.write(desk, "b", Raw().set("z", 1));
  const auto before = life.disk.contents("/data");
  const store::Inspection found = store::inspect("/data", &life.disk);
  CHECK(found.format == 1);
  CHECK(found.history == "kept");
  CHECK(found.revision == desk.authority.revision());
  CHECK(found.namespaces == 2);
  CHECK(found.attributes == 3);
  CHECK(found.value_bytes == 8);
  CHECK(found.sessions == 1);
  CHECK(found.kept_bytes == desk.authority.log_bytes());
  CHECK(life.disk.contents("/data") == before);
  life.store.reset();
  life.disk.damage(".log");
  CHECK_THROWS_AS(store::inspect("/data", &life.disk), Error);
}
