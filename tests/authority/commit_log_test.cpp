#include "authority/commit_log.hpp"

#include <initializer_list>
#include <string>

#include "support/catch.hpp"

using namespace bulletin;
using namespace bulletin::authority;

namespace {

std::string commit(std::uint64_t revision) {
  std::string out;
  wire::append_commit_header(out, {revision, false, 1});
  wire::append_change(out, "x", "\x01");
  return out;
}

std::string commits(std::initializer_list<std::uint64_t> revisions) {
  std::string out;
  for (const std::uint64_t revision : revisions) out += commit(revision);
  return out;
}

/// A namespace with its count.
struct LoggedSpace {
  KeptCommits kept{0};
  std::uint64_t revision = 0;
  std::uint64_t count = 0;

  void append(CommitLog& log, std::initializer_list<std::uint64_t> revisions) {
    count += revisions.size();
    const std::string bytes = commits(revisions);
    const std::uint64_t newest = *(revisions.end() - 1);
    log.append(kept, {revision, newest, count, revisions.size(), bytes});
    revision = newest;
  }
};

}  // namespace

TEST_CASE("commits are taken from a segment's start and from within") {
  CommitLog log;
  LoggedSpace space;
  space.append(log, {1, 2, 3});
  space.append(log, {5, 8});
  std::string scratch;
  const wire::Run all = CommitLog::take(space.kept, 0, 5, 1000, scratch);
  CHECK(all.bytes == commits({1, 2, 3, 5, 8}));
  CHECK(all.commits == 5);
  CHECK(all.count == 5);
  const wire::Run some = CommitLog::take(space.kept, 2, 5, 1000, scratch);
  CHECK(some.previous == 2);
  CHECK(some.revision == 8);
  CHECK(some.commits == 3);
  CHECK(some.bytes == commits({3, 5, 8}));
  const wire::Run between = CommitLog::take(space.kept, 6, 5, 1000, scratch);
  CHECK(between.previous == 6);
  CHECK(between.bytes == commits({8}));
  const wire::Run none = CommitLog::take(space.kept, 8, 5, 1000, scratch);
  CHECK(none.commits == 0);
  CHECK(none.revision == 8);
  CHECK(none.count == 5);
}

TEST_CASE("a part ends between segments and has at least one") {
  CommitLog log;
  LoggedSpace space;
  space.append(log, {1, 2});
  space.append(log, {3, 4});
  space.append(log, {5, 6});
  std::string scratch;
  CHECK(CommitLog::take(space.kept, 0, 6, 1, scratch).revision == 2);
  const std::size_t two = commits({1, 2, 3, 4}).size();
  const wire::Run part = CommitLog::take(space.kept, 0, 6, two, scratch);
  CHECK(part.revision == 4);
  CHECK(part.count == 4);
  CHECK(CommitLog::take(space.kept, 4, 6, two, scratch).revision == 6);
}

TEST_CASE("all is taken if it fits, else nothing") {
  CommitLog log;
  LoggedSpace space;
  space.append(log, {1, 2, 3});
  space.append(log, {4});
  std::string scratch;
  const std::size_t size = commits({3, 4}).size();
  std::size_t looks = 100;
  REQUIRE(CommitLog::take_all(space.kept, 2, 4, size, looks, scratch));
  CHECK(looks < 100);
  CHECK(scratch == commits({3, 4}));
  CHECK_FALSE(CommitLog::take_all(space.kept, 2, 4, size - 1, looks, scratch));
  CHECK_FALSE(CommitLog::take_all(space.kept, 1, 4, size, looks, scratch));
  looks = 0;
  CHECK_FALSE(CommitLog::take_all(space.kept, 2, 4, size, looks, scratch));
}

TEST_CASE("the oldest segments of all namespaces go first") {
  CommitLog log;
  LoggedSpace a;
  LoggedSpace b;
  a.append(log, {1});
  b.append(log, {2});
  a.append(log, {3});
  const std::size_t three = log.bytes();
  CHECK(three == commits({1, 2, 3}).size() + 3 * CommitLog::segment_price);
  log.evict(three);
  CHECK(a.kept.after() == 0);
  log.evict(three - 1);
  CHECK(a.kept.after() == 1);
  CHECK(b.kept.after() == 0);
  log.evict(0);
  CHECK(a.kept.after() == 3);
  CHECK(b.kept.after() == 2);
  CHECK(log.bytes() == 0);
  std::string scratch;
  CHECK(CommitLog::take(a.kept, 3, 2, 100, scratch).commits == 0);
}

TEST_CASE("a queue that goes on for long keeps exactly what fits") {
  CommitLog log;
  LoggedSpace space;
  const std::size_t one = commit(1).size() + CommitLog::segment_price;
  for (std::uint64_t revision = 1; revision <= 100; ++revision) {
    space.append(log, {revision});
    log.evict(10 * one);
    const std::uint64_t kept = std::min<std::uint64_t>(revision, 10);
    CHECK(space.kept.segments() == kept);
    CHECK(space.kept.after() == revision - kept);
  }
}

TEST_CASE("the commits of a namespace that was dropped take no part any more") {
  CommitLog log;
  LoggedSpace kept;
  kept.append(log, {1});
  {
    LoggedSpace dropped;
    dropped.append(log, {2});
    dropped.append(log, {3});
    log.drop(dropped.kept);
  }
  kept.append(log, {4});
  std::string scratch;
  CHECK(CommitLog::take(kept.kept, 0, 2, 100, scratch).bytes == commits({1, 4}));
  log.evict(0);
  CHECK(log.bytes() == 0);
}

TEST_CASE("a namespace that is dropped leaves nothing behind where no older one is kept") {
  CommitLog log;
  LoggedSpace first;
  first.append(log, {1});
  LoggedSpace second;
  second.append(log, {2});
  second.append(log, {3});
  const std::size_t both = log.bytes();
  log.drop(second.kept);
  CHECK(log.bytes() < both);
  CHECK(log.bytes() > 0);  // shells behind what is kept
  log.drop(first.kept);
  CHECK(log.bytes() == 0);
  LoggedSpace third;
  third.append(log, {4});
  std::string scratch;
  CHECK(CommitLog::take(third.kept, 0, 1, 1000, scratch).bytes == commits({4}));
}
