// Forks while other threads do everything at once.
#include <unistd.h>

#include <atomic>
#include <filesystem>
#include <functional>
#include <string>
#include <thread>
#include <vector>

#include <bulletin/bulletin.hpp>

#include "fork/child.hpp"
#include "fork/outside_broker.hpp"
#include "support/board.hpp"
#include "support/catch.hpp"
#include "support/sanitizer.hpp"

using namespace bulletin::test;
using bulletin::Transaction;
using bulletin::Value;

namespace {

constexpr int forks = under_sanitizer ? 30 : 100;

// Threads that each repeat something until the end.
class Busy {
 public:
  ~Busy() {
    stop_ = true;
    for (std::thread& thread : threads_) thread.join();
  }
  template <class F>
  void add(F f) {
    threads_.emplace_back([this, f]() mutable {
      for (int i = 1; !stop_; ++i) f(i);
    });
  }

 private:
  std::atomic<bool> stop_{false};
  std::vector<std::thread> threads_;
};

// Looks at everything once: "" or what is wrong.
std::string look(const bulletin::Namespace& space) {
  const bulletin::Snapshot all = space.snapshot();
  if (all.get_or("a", 0) != -all.get_or("b", 0)) return "half a transaction";
  const auto text = space.get<std::string>("text");
  if (text && text->find_first_not_of(text->front()) != std::string::npos) return "torn text";
  return "";
}

}  // namespace

TEST_CASE("children of a busy parent are whole, and so is the parent") {
  OutsideBroker broker;
  bulletin::Client client = broker.client();
  bulletin::Client second = broker.client();
  bulletin::Client third = broker.client();
  const bulletin::Namespace space = client.open("busy");
  const bulletin::Namespace other = second.open("busy");
  const bulletin::Namespace elsewhere = third.open("elsewhere");
  std::atomic<int> told{0};
  std::atomic<int> wrong{0};
  const auto subscription = space.watch([&](const bulletin::Change&) { ++told; });
  Busy busy;
  busy.add([&](int i) { other.commit(Transaction().set("a", i).set("b", -i)); });
  busy.add([&](int i) {
    space.set("text", std::string(static_cast<std::size_t>(i % 300 + 1), char('a' + i % 26)));
  });
  busy.add([&](int i) { elsewhere.set_async("n" + std::to_string(i % 50), i).get(); });
  busy.add([&](int) {
    if (!look(space).empty()) ++wrong;
  });
  busy.add([&](int i) {
    const auto watch = other.watch("a", [](const bulletin::Change&) {});
    space.set("_private", i);
    other.sync();
  });

  for (int i = 0; i < forks; ++i) {
    Child child([&](const Parent& parent) {
      std::string fault = look(space);
      if (fault.empty() && i % 2 == 0) {
        space.add("children", 1);
        other.set("child", i);
        elsewhere.set("child", i);
        space.sync();
        fault = look(space);
        if (space.get_or("children", 0) == 0) fault = "does not read its write";
      }
      if (i % 3 == 0) {
        std::atomic<bool> seen{false};
        const auto watch = elsewhere.watch([&](const bulletin::Change&) { seen = true; });
        if (!await([&] { return seen.load(); })) fault = "a watch is told nothing";
      }
      parent.tell(fault.empty() ? "right" : fault);
    });
    REQUIRE(child.line() == "right");
    REQUIRE(child.wait() == 0);
  }
  const int before = told;
  CHECK(await([&] { return told > before; }));
  space.sync();
  CHECK(space.at<int>("children") == (forks + 1) / 2);
  CHECK(wrong == 0);
}

TEST_CASE("several threads fork at once") {
  OutsideBroker broker;
  bulletin::Client client = broker.client();
  const bulletin::Namespace space = client.open("busy");
  Busy busy;
  busy.add([&](int i) { space.set("x", i); });
  std::atomic<int> right{0};
  std::vector<std::thread> threads;
  for (int thread = 0; thread < 3; ++thread) {
    threads.emplace_back([&] {
      for (int i = 0; i < forks / 10; ++i) {
        Child child([&](const Parent& parent) {
          parent.tell(std::to_string(space.add("children", 1) > 0));
        });
        if (child.line() == "1" && child.wait() == 0) ++right;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  CHECK(right == 3 * (forks / 10));
  space.sync();
  CHECK(space.at<int>("children") == right);
}

TEST_CASE("forks while clients begin and end") {
  OutsideBroker broker;
  bulletin::Client client = broker.client();
  const bulletin::Namespace space = client.open("busy");
  space.set("x", 1);
  Busy busy;
  for (int thread = 0; thread < 2; ++thread) {
    busy.add([&](int i) {
      bulletin::Client brief = broker.client();
      if (i % 2 == 0) brief.open("busy").set("brief", i);
    });
  }
  for (int i = 0; i < forks / 3; ++i) {
    Child child([&](const Parent& parent) {
      bulletin::Client own = broker.client();
      parent.tell(std::to_string(space.at<int>("x")));
      parent.tell(std::to_string(own.open("busy").at<int>("x")));
      parent.tell(std::to_string(space.add("children", 1) > 0));
    });
    for (int line = 0; line < 3; ++line) REQUIRE(child.line() == "1");
    REQUIRE(child.wait() == 0);
  }
  space.sync();
  CHECK(space.at<int>("children") == forks / 3);
}

TEST_CASE("forks while others open by URI for the first time") {
  // Every symbolic link is another endpoint of the same broker.
  OutsideBroker broker;
  const TemporaryFolder folder;
  const std::string target = broker.endpoint().substr(6);
  const int endpoints = 20;
  for (int i = 0; i < endpoints; ++i) {
    const std::string link = folder.path() / std::to_string(i);
    std::filesystem::create_symlink(target, link);
    std::filesystem::create_symlink(target + ".updates", link + ".updates");
  }
  const auto uri = [&](int i) {
    return "ipc://" + (folder.path() / std::to_string(i)).string() + "#busy";
  };
  std::atomic<int> opened{0};
  std::thread opener([&] {
    for (int i = 0; i < endpoints; ++i) {
      bulletin::open(uri(i)).add("opened", 1);
      ++opened;
    }
  });
  int i = 0;
  do {
    Child child([&](const Parent& parent) {
      parent.tell(std::to_string(bulletin::open(uri(i % endpoints)).add("children", 1) > 0));
    });
    REQUIRE(child.line() == "1");
    REQUIRE(child.wait() == 0);
    ++i;
  } while (opened < endpoints);
  opener.join();
  const bulletin::Namespace space = bulletin::open(uri(0));
  space.sync();
  CHECK(space.at<int>("children") == i);
  CHECK(space.at<int>("opened") == endpoints);
}

TEST_CASE("several threads of a child make its first calls at once") {
  OutsideBroker broker;
  bulletin::Client first = broker.client();
  bulletin::Client second = broker.client();
  const bulletin::Namespace one = first.open("busy");
  const bulletin::Namespace two = second.open("busy");
  for (int round = 0; round < forks / 5; ++round) {
    Child child([&](const Parent& parent) {
      std::atomic<int> failed{0};
      std::vector<std::thread> threads;
      for (int thread = 0; thread < 4; ++thread) {
        threads.emplace_back([&, thread] {
          try {
            (thread % 2 == 0 ? one : two).add("n", 1);
          } catch (const bulletin::Error&) {
            ++failed;
          }
        });
      }
      for (std::thread& thread : threads) thread.join();
      parent.tell(std::to_string(failed));
    });
    REQUIRE(child.line() == "0");
    REQUIRE(child.wait() == 0);
  }
  one.sync();
  CHECK(one.at<int>("n") == 4 * (forks / 5));
}

TEST_CASE("a tower of generations: each child forks the next while it works") {
  OutsideBroker broker;
  bulletin::Client client = broker.client();
  const bulletin::Namespace space = client.open("busy");
  const int height = 6;
  const std::function<int(int)> grow = [&](int level) {
    if (level == height) return 0;
    std::atomic<bool> stop{false};
    std::thread writer([&] {
      while (!stop) space.add("level" + std::to_string(level), 1);
    });
    Child child([&](const Parent&) { ::_exit(grow(level + 1)); });
    const int code = child.wait();
    stop = true;
    writer.join();
    return code;
  };
  CHECK(grow(0) == 0);
  space.sync();
  CHECK(space.size() == height);
}
