#include <chrono>
#include <cstdint>
#include <future>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "api/open_board.hpp"
#include "support/board.hpp"
#include "support/catch.hpp"
#include "support/failure.hpp"

using namespace bulletin::test;
using bulletin::CommitResult;
using bulletin::Errc;
using bulletin::Revision;
using bulletin::Transaction;

TEST_CASE("every commit has a higher revision than the one before, in all namespaces") {
  OpenBoard open;
  const bulletin::Namespace elsewhere = open.client.open("elsewhere");
  Revision last;
  for (int i = 0; i < 20; ++i) {
    for (const bulletin::Namespace& space : {open.space, open.other, elsewhere}) {
      const Revision next = space.set("x", i);
      CHECK(next > last);
      last = next;
    }
  }
}

TEST_CASE("setting the same value again is a commit") {
  OpenBoard open;
  const Revision first = open.space.set("x", 1);
  const Revision second = open.space.set("x", 1);
  CHECK(second > first);
  CHECK(open.space.read<int>("x")->revision == second);
}

TEST_CASE("erasing what is not there commits nothing") {
  OpenBoard open;
  const Revision before = open.space.set("x", 1);
  CHECK_FALSE(open.space.erase("y"));
  CHECK(open.space.revision() == before);
  CHECK(open.space.set("z", 1).value() == before.value() + 1);
}

TEST_CASE("compare_and_set sets when the revision is still the expected one") {
  OpenBoard open;
  const Revision first = *open.space.compare_and_set("x", bulletin::absent, 1);
  CHECK(open.space.at<int>("x") == 1);
  const Revision second = *open.space.compare_and_set("x", first, 2);
  CHECK(second > first);
  CHECK_FALSE(open.space.compare_and_set("x", first, 3));
  CHECK_FALSE(open.space.compare_and_set("x", bulletin::absent, 3));
  CHECK_FALSE(open.space.compare_and_set("y", first, 3));
  CHECK(open.space.at<int>("x") == 2);
  CHECK(open.space.revision() == second);
}

TEST_CASE("a transaction takes effect in the order of its calls") {
  OpenBoard open;
  open.space.set("old", 1);
  const auto revision = open.space.commit(
      Transaction().clear().set("a", 1).add("a", 5).set("b", 1).erase("b").set("c", "x").erase(
          "d"));
  REQUIRE(revision);
  CHECK(open.space.names() == std::vector<std::string>{"a", "c"});
  CHECK(open.space.at<int>("a") == 6);
  CHECK(open.space.read<int>("a")->revision == *revision);
  CHECK(open.space.revision() == *revision);
}

TEST_CASE("a transaction whose condition does not hold changes nothing") {
  OpenBoard open;
  const Revision x = open.space.set("x", 1);
  CHECK_FALSE(open.space.commit(Transaction().require("x", bulletin::absent).set("y", 1)));
  CHECK_FALSE(open.space.commit(
      Transaction().require("x", x).require("z", Revision(1)).set("x", 2).set("y", 1)));
  CHECK_FALSE(open.space.contains("y"));
  CHECK(open.space.read<int>("x")->revision == x);
  CHECK(
      open.space.commit(Transaction().require("x", x).require("y", bulletin::absent).set("y", 1)));
}

TEST_CASE("a transaction that changes nothing returns the newest revision") {
  OpenBoard open;
  const Revision x = open.space.set("x", 1);
  CHECK(open.space.commit(Transaction()) == x);
  CHECK(open.space.commit(Transaction().erase("y")) == x);
  CHECK(open.space.commit(Transaction().require("x", x)) == x);
  CHECK(open.space.revision() == x);
}

TEST_CASE("a transaction can be committed again and again") {
  OpenBoard open;
  const Transaction once = Transaction().add("n", 2).set("m", "x");
  CHECK(once.operations() == 2);
  const Revision first = *open.space.commit(once);
  const Revision second = *open.space.commit(once);
  CHECK(second > first);
  CHECK(open.space.at<int>("n") == 4);
}

TEST_CASE("a refused transaction changes nothing") {
  OpenBoard open;
  open.space.set("text", "x");
  const Revision before = open.space.revision();
  const bulletin::Error error =
      failure_of([&] { open.space.commit(Transaction().set("a", 1).add("text", 1)); });
  CHECK(error.code() == Errc::wrong_type);
  CHECK(error.name() == "text");
  CHECK_FALSE(open.space.contains("a"));
  CHECK(open.space.revision() == before);
}

TEST_CASE("add counts from nothing, keeps to its kind and refuses to overflow") {
  OpenBoard open;
  constexpr auto largest = std::numeric_limits<std::int64_t>::max();
  CHECK(open.space.add("n", 5) == 5);
  CHECK(open.space.add("n", -7) == -2);
  CHECK(open.space.at<int>("n") == -2);
  CHECK(open.space.add("r", 0.25) == 0.25);
  CHECK(open.space.add("r", 0.25F) == 0.5);
  open.space.set("max", largest);
  const bulletin::Error range = failure_of([&] { open.space.add("max", 1); });
  CHECK(range.code() == Errc::rejected);
  CHECK(range.name() == "max");
  CHECK(open.space.at<std::int64_t>("max") == largest);
  open.space.set("text", "1");
  CHECK(code_of([&] { open.space.add("text", 1); }) == Errc::wrong_type);
  CHECK(open.space.add("u", std::uint8_t{200}) == 200);
}

TEST_CASE("no add changes the type of a number, and the refusal names both types") {
  OpenBoard open;
  const bulletin::Publisher publisher = open.client.publisher("board");
  open.space.set("n", 7);
  open.space.set("r", 7.0);
  open.space.set("large", ~std::uint64_t{0});
  open.space.set("text", "7");
  const auto refusal = [&](std::string_view name, auto add, std::string_view message) {
    const bulletin::Error error = failure_of(add);
    CHECK(error.code() == Errc::wrong_type);
    CHECK(error.name() == name);
    UNSCOPED_INFO(error.what());
    CHECK(std::string(error.what()).find(message) != std::string::npos);
  };
  const std::string_view to_integer = "'n' holds the integer 7; the real 0.5 cannot be added";
  refusal(
      "n", [&] { open.space.add("n", 0.5); }, to_integer);
  refusal(
      "n", [&] { publisher.add("n", 0.5F); }, to_integer);
  refusal(
      "n", [&] { open.space.commit(Transaction().set("x", 1).add("n", 0.5)); }, to_integer);
  refusal(
      "n", [&] { open.space.commit_async(Transaction().add("n", 0.5)).get(); }, to_integer);
  refusal(
      "s", [&] { open.space.commit(Transaction().set("s", 1).add("s", 1.5)); },
      "'s' holds the integer 1; the real 1.5");
  refusal(
      "r", [&] { open.space.add("r", 1); }, "'r' holds the real 7.0; the integer 1");
  refusal(
      "large", [&] { open.space.add("large", 1.0); }, "'large' holds the integer 184467");
  refusal(
      "text", [&] { open.space.add("text", 1); }, "'text' holds the string \"7\"; the integer");
  CHECK_FALSE(open.space.contains("x"));
  CHECK(open.space.add("n", 1) == 8);
}

TEST_CASE("the result of a commit tells the sums of its additions, in order") {
  OpenBoard open;
  const bulletin::Publisher publisher = open.client.publisher("board");
  open.space.set("n", 40);
  const Transaction transaction =
      Transaction().add("n", 1).set("x", 1).add("share", 0.5).add("n", 1).erase("x");
  const CommitResult first = open.space.commit(transaction);
  REQUIRE(first);
  CHECK(first.has_value());
  CHECK(first.changed());
  CHECK(first.lost().empty());
  CHECK(first.sums() == std::vector<bulletin::Value>{41, 0.5, 42});
  CHECK(first.sum<int>(0) == 41);
  CHECK(first.sum<double>(1) == 0.5);
  CHECK(first.sum<std::uint64_t>(2) == 42);
  CHECK(code_of([&] { (void)first.sum<int>(1); }) == Errc::wrong_type);
  CHECK(code_of([&] { (void)first.sum<int>(3); }) == Errc::missing);
  CHECK(*first == open.space.read<int>("n")->revision);
  CHECK(first->value() == first.revision().value());
  CHECK(open.space.commit_async(transaction).get().sum<int>(2) == 44);
  CHECK(publisher.commit(transaction).sum<int>(2) == 46);
  std::future<CommitResult> last = publisher.commit_async(transaction);
  CHECK(last.get().sums() == std::vector<bulletin::Value>{47, 2.0, 48});
}

TEST_CASE("the result of a commit names the condition that did not hold, and what decided it") {
  OpenBoard open;
  const bulletin::Publisher publisher = open.client.publisher("board");
  const Revision x = open.space.set("x", 1);
  const Revision newest = open.other.set("y", 1);
  const Transaction transaction = Transaction()
                                      .require("x", x)
                                      .require("y", bulletin::absent)
                                      .require("x", bulletin::absent)
                                      .add("n", 1);
  const auto check = [&](const CommitResult& result) {
    CHECK_FALSE(result);
    CHECK_FALSE(result.has_value());
    CHECK_FALSE(result.changed());
    CHECK(result.lost() == "y");
    CHECK(result.revision() == newest);
    CHECK(result.sums().empty());
    CHECK(result == std::nullopt);
    CHECK(code_of([&] { (void)result.sum<int>(0); }) == Errc::missing);
    CHECK_THROWS_AS(result.value(), std::bad_optional_access);
    const std::optional<Revision> as_before = result;
    CHECK_FALSE(as_before);
  };
  check(open.space.commit(transaction));
  check(open.space.commit_async(transaction).get());
  check(publisher.commit(transaction));
  check(publisher.commit_async(transaction).get());
}

TEST_CASE("the result of a commit without effect says so") {
  OpenBoard open;
  const Revision x = open.space.set("x", 1);
  const CommitResult result = open.space.commit(Transaction().require("x", x).erase("y"));
  CHECK(result);
  CHECK_FALSE(result.changed());
  CHECK(result.revision() == x);
  CHECK(open.space.commit(Transaction().set("x", 1)).changed());
}

TEST_CASE("update gives up when other writers come between all the time") {
  OpenBoard open;
  bulletin::ClientOptions options = open.board.options();
  options.write_timeout = std::chrono::seconds(1);
  bulletin::Client client(options);
  bulletin::Namespace space = client.open("board");
  int calls = 0;
  const auto begin = std::chrono::steady_clock::now();
  const bulletin::Error error = failure_of([&] {
    space.update<int>("x", [&](std::optional<int>) {
      open.other.set("x", ++calls);
      return -1;
    });
  });
  CHECK(std::chrono::steady_clock::now() - begin >= options.write_timeout);
  CHECK(error.code() == Errc::overloaded);
  CHECK(error.retryable());
  CHECK(error.name() == "x");
  UNSCOPED_INFO(error.what());
  CHECK(std::string(error.what()).find(std::to_string(calls) + " attempts in 1000 ms") !=
        std::string::npos);
  CHECK(calls > 1);
  space.sync();
  CHECK(space.at<int>("x") == calls);
  // One that loses a few times goes on.
  calls = 0;
  CHECK(open.space.update<int>("x", [&](std::optional<int>) {
    if (++calls < 5) open.other.set("x", calls);
    return -2;
  }) == -2);
  CHECK(calls == 5);
}

TEST_CASE("update gives the change what is there, and sets what it returns") {
  OpenBoard open;
  int calls = 0;
  CHECK(open.space.update<int>("x", [&](std::optional<int> x) {
    ++calls;
    CHECK_FALSE(x);
    return 5;
  }) == 5);
  CHECK(calls == 1);
  const std::string text = open.space.update<std::string>(
      "s", [](std::optional<std::string> s) { return s.value_or("") + "!"; });
  CHECK(text == "!");
  CHECK(code_of([&] { open.space.update<int>("s", [](auto) { return 1; }); }) == Errc::wrong_type);
}

TEST_CASE("update comes again when another writer came between") {
  OpenBoard open;
  open.space.set("x", 1);
  int calls = 0;
  const int result = open.space.update<int>("x", [&](std::optional<int> x) {
    if (++calls == 1) open.other.set("x", 10);
    return x.value() + 1;
  });
  CHECK(result == 11);
  CHECK(calls == 2);
  CHECK(open.space.at<int>("x") == 11);
}

TEST_CASE("what the change of update throws reaches the caller, and nothing is set") {
  OpenBoard open;
  CHECK_THROWS_AS(
      open.space.update<int>("x", [](std::optional<int>) -> int { throw std::string("no"); }),
      std::string);
  CHECK_FALSE(open.space.contains("x"));
}

TEST_CASE("writes of one thread keep their order, waiting or not") {
  OpenBoard open;
  std::vector<bulletin::Future<Revision>> futures;
  Revision last;
  for (int i = 0; i < 200; ++i) {
    futures.push_back(open.space.set_async("x", i));
    if (i % 20 == 19) {
      const Revision waited = open.space.set("x", i);
      for (auto& future : futures) {
        const Revision next = future.get();
        CHECK(next > last);
        last = next;
      }
      futures.clear();
      CHECK(waited > last);
      last = waited;
      CHECK(open.space.at<int>("x") == i);
    }
  }
}

TEST_CASE("transactions that nobody waits for keep their order with all writes") {
  OpenBoard open;
  std::vector<bulletin::Future<CommitResult>> commits;
  std::vector<bulletin::Future<Revision>> sets;
  for (int i = 0; i < 200; ++i) {
    commits.push_back(open.space.commit_async(Transaction().set("x", i).add("n", 1).set("y", i)));
    sets.push_back(open.space.set_async("x", -i));
  }
  const Revision waited = open.space.set("x", 1000);
  Revision last;
  for (std::size_t i = 0; i < commits.size(); ++i) {
    const std::optional<Revision> committed = commits[i].get();
    REQUIRE(committed);
    CHECK(*committed > last);
    last = sets[i].get();
    CHECK(last > *committed);
  }
  CHECK(waited > last);
  CHECK(open.space.at<int>("x") == 1000);
  CHECK(open.space.at<int>("y") == 199);
  CHECK(open.space.at<int>("n") == 200);
}

TEST_CASE("the future of a transaction says that it lost, or throws what commit would throw") {
  OpenBoard open;
  const Revision x = open.space.set("x", "text");
  auto won = open.space.commit_async(Transaction().require("x", x).set("y", 1));
  auto lost = open.space.commit_async(Transaction().require("x", bulletin::absent).set("y", 2));
  auto refused = open.space.commit_async(Transaction().set("y", 3).add("x", 1));
  const std::optional<Revision> revision = won.get();
  REQUIRE(revision);
  CHECK(open.space.read<int>("y")->revision == *revision);
  CHECK_FALSE(lost.get());
  const bulletin::Error error = failure_of([&] { (void)refused.get(); });
  CHECK(error.code() == Errc::wrong_type);
  CHECK(error.name() == "x");
  CHECK(open.space.at<int>("y") == 1);
}

TEST_CASE("whoever is told by a future that a transaction lost holds what won") {
  OpenBoard open;
  const Revision won = open.other.set("x", 2);
  CHECK_FALSE(
      open.space.commit_async(Transaction().require("x", bulletin::absent).set("x", 1)).get());
  CHECK(open.space.read<int>("x")->revision == won);
}

TEST_CASE("a future is ready with a revision, or throws what set would throw") {
  OpenBoard open;
  auto good = open.space.set_async("x", 1);
  auto bad = open.space.set_async("big", std::string((1u << 20) + 1, 'x'));
  auto after = open.space.set_async("y", 1);
  const Revision revision = good.get();
  CHECK(open.space.read<int>("x")->revision == revision);
  const bulletin::Error error = failure_of([&] { bad.get(); });
  CHECK(error.code() == Errc::rejected);
  CHECK(error.name() == "big");
  CHECK(after.get() > Revision());
  CHECK_FALSE(open.space.contains("big"));
  CHECK(open.space.contains("y"));
}

TEST_CASE("a future that nobody keeps is a write all the same") {
  OpenBoard open;
  (void)open.space.set_async("x", 1);
  CHECK(open.other.wait_for(
      "x", [](const bulletin::Value& x) { return x == 1; }, patience));
}

TEST_CASE("the proxy sets and gives, also with private names and other types") {
  OpenBoard open;
  open.space["a"] = 5;
  open.space["b"] = open.space["a"];
  CHECK(open.space["b"].as<int>() == 5);
  open.space["_p"] = "mine";
  CHECK(open.space["_p"].as<std::string>() == "mine");
  open.space["c"] = open.space["_p"];
  CHECK(open.space.at<std::string>("c") == "mine");
  const bulletin::Error missing = failure_of([&] { open.space["nobody"].as<int>(); });
  CHECK(missing.code() == Errc::missing);
  CHECK(missing.name() == "nobody");
  CHECK(code_of([&] { open.space["a"] = open.space["nobody"]; }) == Errc::missing);
  CHECK(open.space.at<int>("a") == 5);
}

TEST_CASE("clear of a namespace that is empty commits nothing") {
  OpenBoard open;
  const Revision before = open.space.set("x", 1);
  const Revision cleared = *open.space.commit(Transaction().clear());
  CHECK(cleared > before);
  CHECK(open.space.empty());
  CHECK(open.space.commit(Transaction().clear()) == cleared);
}
