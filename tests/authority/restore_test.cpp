#include "authority/authority.hpp"
#include "authority/desk.hpp"
#include "authority/store.hpp"
#include "support/catch.hpp"

using namespace bulletin;
using namespace bulletin::authority;
using test::Desk;
using test::Raw;
using test::Store;

namespace {

/// What a store has of a small board.
Store small() {
  Desk desk;
  desk.send({{"a", Raw().set("x", 1).set("y", 2, 500, true).bytes(), 0}});
  desk.send({{"b", Raw().set("z", 3).bytes(), 0}});
  Store store;
  desk.authority.visit_turn(store);
  desk.authority.commit();
  store.sessions[desk.session] = {"alice", "client", ""};
  return store;
}

Authority restored(const Store& store) {
  Authority authority(test::options());
  authority.restore([&](StateVisitor& visitor) { store.tell(visitor); });
  return authority;
}

template <class Change>
std::string fault(Change change) {
  Store store = small();
  change(store);
  try {
    restored(store);
  } catch (const Inconsistent& error) {
    return error.what();
  }
  return "";
}

bool has(const std::string& text, const std::string& part) {
  UNSCOPED_INFO(text);
  return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("what a store was told makes the same authority") {
  const Store store = small();
  const Authority authority = restored(store);
  const Store found = test::store_of(authority);
  CHECK(found.attributes == store.attributes);
  CHECK(found.spaces == store.spaces);
  CHECK(found.sessions == store.sessions);
  CHECK(authority.revision() == store.newest.revision);
}

TEST_CASE("what does not fit together is refused") {
  CHECK(fault([](Store&) {}).empty());
  const auto value_of = [](Store& store) -> std::string& {
    return std::get<0>(store.attributes.at({"a", "x"}));
  };
  CHECK(has(fault([&](Store& store) { value_of(store) = "\x07"; }), "'a' differs from its digest"));
  CHECK(has(fault([&](Store& store) { value_of(store).clear(); }), "no attribute"));
  CHECK(has(fault([](Store& store) { store.attributes.erase({"b", "z"}); }), "differs"));
  CHECK(has(fault([](Store& store) { store.spaces.erase("b"); }), "'b' is missing"));
  CHECK(has(fault([](Store& store) { store.newest.revision = 1000; }), "never given"));
  CHECK(has(fault([](Store& store) { store.newest.next_session = 1; }), "another one's"));
  CHECK(has(fault([](Store& store) {
              std::get<2>(store.attributes.at({"a", "y"})) = 1'000;
            }),
            "'y' goes with a session that never was"));
  CHECK(
      has(fault([](Store& store) { store.sessions.clear(); }), "is missing, or has a lane twice"));
}

TEST_CASE("commits that do not lead to what a namespace is are no use") {
  Store store = small();
  const std::uint64_t before = store.runs.front().run.previous;
  const wire::Since request{"a", test::options().epoch, before};
  std::string scratch;
  CHECK_FALSE(restored(store).since(request, scratch).take_snapshot);
  // The newest is missing, so what comes before it is not told either.
  store.runs.erase(store.runs.begin());
  CHECK(restored(store).since(request, scratch).take_snapshot);
}

TEST_CASE("an idle namespace is forgotten after a restart, too") {
  Store store = small();
  store.spaces["empty"] = {store.newest.revision, 0, 0, ""};
  Authority authority = restored(store);
  CHECK(authority.namespaces() == 3);
  authority.apply({{}, Advance{authority.options().session_ms}});
  authority.commit();
  CHECK(authority.sessions() == 0);
  CHECK(authority.namespaces() == 2);
}
