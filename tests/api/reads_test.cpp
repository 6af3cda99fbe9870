#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "api/open_board.hpp"
#include "support/board.hpp"
#include "support/catch.hpp"
#include "support/failure.hpp"

using namespace bulletin::test;
using bulletin::Errc;

TEST_CASE("integers convert when they fit, and to real always") {
  OpenBoard open;
  open.space.set("small", 200);
  CHECK(open.space.at<std::uint8_t>("small") == 200);
  CHECK(open.space.at<std::uint64_t>("small") == 200);
  CHECK(open.space.at<double>("small") == 200.0);
  CHECK(open.space.at<float>("small") == 200.0F);
  CHECK(code_of([&] { open.space.at<std::int8_t>("small"); }) == Errc::wrong_type);

  open.space.set("negative", -1);
  CHECK(open.space.at<std::int8_t>("negative") == -1);
  CHECK(code_of([&] { open.space.at<unsigned>("negative"); }) == Errc::wrong_type);

  constexpr auto largest = std::numeric_limits<std::uint64_t>::max();
  open.space.set("large", largest);
  CHECK(open.space.at<std::uint64_t>("large") == largest);
  CHECK(open.space.at<double>("large") == static_cast<double>(largest));
  CHECK(code_of([&] { open.space.at<std::int64_t>("large"); }) == Errc::wrong_type);
}

TEST_CASE("a real is no integer, a bool no number, and text none of them") {
  OpenBoard open;
  open.space.set("real", 1.0);
  open.space.set("flag", true);
  open.space.set("text", "1");
  open.space.set("nil", bulletin::Value());
  for (const char* name : {"real", "flag", "text", "nil"}) {
    CAPTURE(name);
    CHECK(code_of([&] { open.space.get<int>(name); }) == Errc::wrong_type);
    CHECK(code_of([&] { open.space.read<int>(name); }) == Errc::wrong_type);
    CHECK(code_of([&] { open.space.get_or(name, 7); }) == Errc::wrong_type);
    CHECK(code_of([&] { open.space.attribute<int>(name).get(); }) == Errc::wrong_type);
    CHECK(code_of([&] { open.space.snapshot().get<int>(name); }) == Errc::wrong_type);
  }
  CHECK(code_of([&] { open.space.get<bool>("real"); }) == Errc::wrong_type);
  CHECK(code_of([&] { open.space.get<double>("flag"); }) == Errc::wrong_type);
  CHECK(code_of([&] { open.space.get<std::string>("nil"); }) == Errc::wrong_type);
  CHECK(open.space.at<bulletin::Value>("nil").is_nil());
}

TEST_CASE("an error of a read names the attribute, the namespace and both types") {
  OpenBoard open;
  open.space.set("speed", "fast");
  const bulletin::Error error = failure_of([&] { open.space.get<double>("speed"); });
  CHECK(error.name() == "speed");
  for (const char* word : {"speed", "board", "string", "real"}) {
    CAPTURE(word, error.what());
    CHECK(mentions(error, word));
  }
  CHECK_FALSE(error.retryable());
  CHECK_FALSE(error.may_have_applied());
}

TEST_CASE("names come in order, whatever the order of their making") {
  OpenBoard open;
  for (const char* name : {"b", "a/b", "B", "ab", "a", "\xC3\xA4"}) open.space.set(name, 1);
  const std::vector<std::string> sorted{"B", "a", "a/b", "ab", "b", "\xC3\xA4"};
  CHECK(open.space.names() == sorted);
  CHECK(open.space.snapshot().names() == sorted);
  std::vector<std::string> iterated;
  for (const auto& entry : open.space.snapshot()) iterated.emplace_back(entry.name);
  CHECK(iterated == sorted);
  CHECK(open.space.size() == sorted.size());
}

TEST_CASE("a snapshot stays what it was") {
  OpenBoard open;
  const bulletin::Revision x = open.space.set("x", 1);
  const bulletin::Revision y = open.space.set("y", "two");
  const bulletin::Snapshot before = open.space.snapshot();
  open.space.set("x", 10);
  open.space.erase("y");
  open.space.set("z", 3);
  CHECK(before.size() == 2);
  CHECK(before.revision() == y);
  CHECK(before.at<int>("x") == 1);
  CHECK(before.read<int>("x")->revision == x);
  CHECK(before.get_or("y", "none") == "two");
  CHECK(before.contains("y"));
  CHECK_FALSE(before.contains("z"));
  CHECK_FALSE(before.get<int>("z"));
  const bulletin::Error missing = failure_of([&] { before.at<int>("z"); });
  CHECK(missing.code() == Errc::missing);
  CHECK(missing.name() == "z");
  CHECK(mentions(missing, "board"));
}

TEST_CASE("an empty snapshot has nothing and revision 0") {
  const bulletin::Snapshot nothing;
  CHECK(nothing.empty());
  CHECK(nothing.revision() == bulletin::Revision());
  CHECK(nothing.begin() == nothing.end());
  CHECK_FALSE(nothing.contains("x"));
  OpenBoard open;
  CHECK(open.space.empty());
  CHECK(open.space.snapshot().empty());
}

TEST_CASE("a typed handle follows its attribute as it comes, changes its type, goes and comes") {
  OpenBoard open;
  const auto handle = open.space.attribute<double>("x");
  const auto text = open.space.attribute<std::string>("x");
  CHECK_FALSE(handle.get());
  CHECK_FALSE(handle.read());
  CHECK(code_of([&] { handle.at(); }) == Errc::missing);
  open.space.set("x", 1.5);
  CHECK(handle.get() == 1.5);
  CHECK(handle.at() == 1.5);
  open.space.set("x", 2);
  CHECK(handle.get() == 2.0);
  CHECK(handle.read()->revision == open.space.revision());
  open.space.set("x", "text");
  CHECK(code_of([&] { handle.get(); }) == Errc::wrong_type);
  CHECK(code_of([&] { handle.read(); }) == Errc::wrong_type);
  CHECK(code_of([&] { handle.at(); }) == Errc::wrong_type);
  CHECK(code_of([&] { handle.get_or(0); }) == Errc::wrong_type);
  CHECK(text.at() == "text");
  open.space.set("x", std::string(100'000, 'l'));
  CHECK(text.at().size() == 100'000);
  open.space.erase("x");
  CHECK_FALSE(handle.get());
  CHECK(handle.get_or(7.0) == 7.0);
  CHECK_FALSE(text.read());
  handle.set(4.0);
  CHECK(open.space.at<double>("x") == 4.0);
  CHECK(code_of([&] { text.get(); }) == Errc::wrong_type);
  const bulletin::Revision revision = handle.set_async(5.0).get();
  CHECK(handle.read()->revision == revision);
}

TEST_CASE("a typed handle keeps its attribute when thousands come and go around it") {
  OpenBoard open;
  const auto handle = open.space.attribute<int>("kept");
  handle.set(1);
  bulletin::Transaction many;
  for (int i = 0; i < 5'000; ++i) many.set("n" + std::to_string(i), i);
  open.space.commit(many);
  CHECK(handle.get() == 1);
  open.space.commit(bulletin::Transaction().clear());
  CHECK_FALSE(handle.get());
  open.space.commit(many);
  handle.set(2);
  CHECK(handle.get() == 2);
  CHECK(open.space.at<int>("kept") == 2);
  CHECK(open.space.size() == 5'001);
}

TEST_CASE("two handles on one namespace are the same replica") {
  OpenBoard open;
  const bulletin::Namespace again = open.client.open("board");
  const bulletin::Namespace copy = again;
  open.space.set("x", 1);
  CHECK(again.at<int>("x") == 1);
  CHECK(copy.revision() == open.space.revision());
  open.space.set("_mine", 2);
  CHECK(copy.at<int>("_mine") == 2);
}

TEST_CASE("what a read returns is the caller's own") {
  OpenBoard open;
  open.space.set("list", bulletin::Array{1, bulletin::Map{{"k", "v"}}});
  auto list = open.space.at<bulletin::Array>("list");
  list[0] = 99;
  list.emplace_back("more");
  CHECK(open.space.at<bulletin::Array>("list") == bulletin::Array{1, bulletin::Map{{"k", "v"}}});
  bulletin::Array given{1, 2};
  open.space.set("given", given);
  given[0] = 3;
  CHECK(open.space.at<bulletin::Array>("given") == bulletin::Array{1, 2});
}
