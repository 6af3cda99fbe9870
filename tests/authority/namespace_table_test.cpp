#include "authority/namespace_table.hpp"

#include <cstdint>
#include <string>
#include <string_view>

#include "support/catch.hpp"
#include "wire/digest.hpp"
#include "wire/table_hash.hpp"

using namespace bulletin;
using namespace bulletin::authority;

namespace {

constexpr std::uint64_t seed = 7;

HashedName hashed(std::string_view name) {
  return {name, wire::name_hash(name), wire::table_hash(name, seed)};
}

std::string value_of(const NamespaceTable& board, const Space& space, std::string_view name) {
  const Handle handle = space.attributes.by_name().find(name);
  return handle == 0 ? "absent" : std::string(board.at(handle).value());
}

void set(NamespaceTable& board, Space& space, std::string_view name, std::string_view value) {
  Handle handle = space.attributes.by_name().find(name);
  if (handle == 0) {
    handle = board.make(space, hashed(name), value.size());
  } else {
    board.save(space, handle);
  }
  board.assign(handle, value);
}

void erase(NamespaceTable& board, Space& space, std::string_view name) {
  const Handle handle = space.attributes.by_name().find(name);
  board.save(space, handle);
  board.unlink(space, handle);
}

}  // namespace

TEST_CASE("a rollback gives every value back, small or large, changed or gone") {
  Account owner;
  NamespaceTable board(seed);
  Space& space = board.make("a", 0, owner);
  const std::string large(1'000, 'l');
  set(board, space, "small", "1");
  set(board, space, "large", large);
  set(board, space, "gone", "3");
  board.commit();
  const std::size_t mark = board.mark();
  set(board, space, "small", large);
  set(board, space, "small", "2");
  set(board, space, "large", "now small");
  set(board, space, "large", large + large);
  erase(board, space, "gone");
  set(board, space, "gone", "again");
  set(board, space, "new", large);
  erase(board, space, "new");
  board.rollback(mark);
  CHECK(value_of(board, space, "small") == "1");
  CHECK(value_of(board, space, "large") == large);
  CHECK(value_of(board, space, "gone") == "3");
  CHECK(value_of(board, space, "new") == "absent");
  CHECK(space.attributes.size() == 3);
}

TEST_CASE("a rollback to a mark keeps what was before it") {
  Account owner;
  NamespaceTable board(seed);
  Space& space = board.make("a", 0, owner);
  set(board, space, "x", "1");
  board.commit();
  set(board, space, "x", "2");
  const std::size_t mark = board.mark();
  set(board, space, "x", "3");
  board.rollback(mark);
  CHECK(value_of(board, space, "x") == "2");
  board.rollback(0);
  CHECK(value_of(board, space, "x") == "1");
}

TEST_CASE("namespaces come and go and can be taken back") {
  Account owner;
  NamespaceTable board(seed);
  Space& kept = board.make("kept", 5, owner);
  board.commit();
  board.make("new", 6, owner);
  board.forget(kept);
  Space& again = board.make("kept", 7, owner);
  CHECK(board.find("kept") == &again);
  CHECK(board.size() == 2);
  board.rollback(0);
  CHECK(board.find("kept") == &kept);
  CHECK(board.find("new") == nullptr);
  CHECK(board.size() == 1);
  CHECK_FALSE(kept.forgotten);
  board.forget(kept);
  board.commit();
  CHECK(board.find("kept") == nullptr);
  CHECK(board.ordered().empty());
}
