#include "authority/namespace_attributes.hpp"

#include <string>
#include <vector>

#include "support/catch.hpp"

using namespace bulletin::authority;

namespace {

std::vector<std::string> names_from(const AttributePool& pool, const NamespaceAttributes& table,
                                    NamespaceAttributes::const_iterator next) {
  std::vector<std::string> names;
  for (; next != table.end(); ++next) names.emplace_back(pool.at(*next).name());
  return names;
}

}  // namespace

TEST_CASE("a table is ordered by the bytes of the names") {
  AttributePool pool;
  NamespaceAttributes table(pool, 7);
  for (const std::string name : {"b", "a", "\xC3\xB6", "ab", "B"}) {
    table.insert(pool.make(name, 1), table.by_name().key_of(name));
  }
  CHECK(table.size() == 5);
  using Names = std::vector<std::string>;
  CHECK(names_from(pool, table, table.begin()) == Names{"B", "a", "ab", "b", "\xC3\xB6"});
  CHECK(names_from(pool, table, table.after("a")) == Names{"ab", "b", "\xC3\xB6"});
  CHECK(names_from(pool, table, table.after("aa")) == Names{"ab", "b", "\xC3\xB6"});
  CHECK(names_from(pool, table, table.after("")).size() == 5);
  table.erase(table.by_name().find("ab"), table.by_name().key_of("ab"));
  CHECK(names_from(pool, table, table.after("a")) == Names{"b", "\xC3\xB6"});
  CHECK(table.by_name().find("ab") == 0);
}
