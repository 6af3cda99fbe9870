// What LIST shows to a user who may not see everything.

#include <cstddef>
#include <string>
#include <vector>

#include "authority/desk.hpp"
#include "service/query_router.hpp"
#include "service/rights.hpp"
#include "service/system_namespaces.hpp"
#include "support/catch.hpp"

using namespace bulletin;
using namespace bulletin::service;

namespace {

/// A board with the namespaces `plant/0000` and so on, among those that are hidden.
class ListedBoard {
 public:
  ListedBoard(std::size_t shown, const std::vector<std::string>& hidden) {
    std::vector<std::string> names = hidden;
    for (std::size_t i = 0; i != shown; ++i)
      names.push_back("plant/" + std::to_string(10'000 + i) + std::string(100, 'x'));
    std::vector<test::Item> items;
    const std::string bytes = test::Raw().set("x", 1).bytes();
    for (const std::string& name : names) {
      items.push_back({name, bytes, 0});
      if (items.size() == 10'000) write(items);  // what one WRITE may make
    }
    write(items);
  }

  /// The bytes of every page, and how many namespaces were looked at for them.
  struct Pages {
    std::vector<std::string> bytes;
    std::size_t looked_at = 0;
    std::size_t names = 0;

    friend bool operator==(const Pages&, const Pages&) = default;
  };
  [[nodiscard]] Pages list(std::string_view prefix, const Rights& rights) const {
    Pages pages;
    std::string after;
    for (bool more = true; more;) {
      const wire::List request{prefix, after};
      pages.looked_at += desk_.authority.list(request, rights.readable()).looked_at;
      pages.bytes.push_back(queries_.answer(request, rights));
      const wire::ListReply reply = wire::decode_list_reply(pages.bytes.back());
      pages.names += reply.names.size();
      more = reply.more;
      if (more) after = reply.names.back();
    }
    return pages;
  }

 private:
  void write(std::vector<test::Item>& items) {
    desk_.send(items);
    desk_.authority.commit();
    items.clear();
  }

  test::Desk desk_;
  SystemNamespaces system_{{{1}}, 1, 2};
  const QueryRouter queries_{desk_.authority, system_};
};

std::vector<std::string> numbered(const std::string& prefix, std::size_t count) {
  std::vector<std::string> names;
  for (std::size_t i = 0; i != count; ++i) names.push_back(prefix + std::to_string(i));
  return names;
}

}  // namespace

TEST_CASE("Neither the pages of a list nor its work tell of hidden namespaces") {
  const std::vector<Rule> rules{{"plant/hidden", Right::none},
                                {"plant/10500" + std::string(100, 'x'), Right::none},
                                {"plant", Right::read},
                                {"$sys", Right::read}};
  const Rights rights(rules);
  const std::size_t shown = 1'500;  // three pages
  const ListedBoard none(shown, {});
  const ListedBoard one(shown, {"plant/hidden"});
  std::vector<std::string> names = numbered("flat", 150'000);
  for (const std::string& name : numbered("plant/hidden/", 150'000)) names.push_back(name);
  for (const std::string& name : numbered("plant!", 100)) names.push_back(name);
  const ListedBoard many(shown, names);
  for (const std::string_view prefix : {"", "p", "plant", "plant/", "plant/h", "plant/hidden",
                                        "plant/hidden/", "flat", "f", "z", "$sys"}) {
    INFO(prefix);
    const ListedBoard::Pages seen = none.list(prefix, rights);
    CHECK(one.list(prefix, rights) == seen);
    CHECK(many.list(prefix, rights) == seen);
  }
  CHECK(none.list("plant", rights).names == shown - 1);
  CHECK(none.list("plant", rights).bytes.size() == 3);
  CHECK(none.list("", rights).names == shown + 1);  // $sys/broker and $sys/sessions are below $sys
  CHECK(many.list("", Rights()).looked_at == 0);
  CHECK(many.list("", Rights::all()).names > 300'000);
}
