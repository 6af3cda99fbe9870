// A write, and its way to another process.

#include <bulletin/bulletin.hpp>

#include "board/board.hpp"
#include "board/handle.hpp"
#include "harness/far_end.hpp"
#include "harness/pacing.hpp"

namespace bulletin::bench {
namespace {

constexpr const char* name = "stamp";

template <class Handle>
class Set final : public Contender {
 public:
  Set(const Setting& setting, const char* space)
      : pace_(setting.pace),
        client_({.endpoint = setting.endpoint}),
        handle_(handle_of<Handle>(client_, std::string("bench/") + space)) {
    handle_.set(name, std::int64_t{0});
  }

  Round round() override {
    return timed(pace_, [&] { handle_.set(name, now_ns()); });
  }

 private:
  const Pace pace_;
  Client client_;
  Handle handle_;
};

/// Another process watches, or reads again and again.
template <class Handle>
class Propagate final : public Contender {
 public:
  Propagate(const Setting& setting, const char* space, const char* role)
      : client_({.endpoint = setting.endpoint}),
        handle_(handle_of<Handle>(client_, std::string("bench/") + space)),
        propagation_(setting, [this](std::int64_t time_ns) { handle_.set(name, time_ns); }, role,
                     {handle_.uri()}) {}

  Round round() override { return propagation_.round(); }

 private:
  Client client_;
  Handle handle_;
  Propagation propagation_;
};

}  // namespace

void board_watch_role(const std::vector<std::string>& arguments) {
  Arrivals arrivals;
  const Namespace space = open(arguments.at(0));
  const Subscription watch = space.watch(
      name, [&](const Change& change) { arrivals.arrived(change.value->as<std::int64_t>()); });
  wait_for_starter();
}

void board_read_role(const std::vector<std::string>& arguments) {
  Arrivals arrivals;
  const Namespace space = open(arguments.at(0));
  const auto stamp = space.attribute<std::int64_t>(name);
  const auto round_lasts = [](const Value& value) { return !(value == end_of_round); };
  while (!starter_gone()) {
    if (!space.wait_for(name, round_lasts, std::chrono::milliseconds(50))) continue;
    read_while_round_lasts(arrivals, [&] { return stamp.at(); });
  }
}

Way board_set() { return way<Set<Namespace>>("Bulletin set", Kind::ours, "set"); }
Way board_publish() {
  return way<Set<Publisher>>("Bulletin set, publisher", Kind::ours, "publish");
}
Way board_watch() {
  return way<Propagate<Namespace>>("Bulletin watch", Kind::ours, "watch", "board-watch");
}
Way board_watch_publisher() {
  return way<Propagate<Publisher>>("Bulletin watch, publisher", Kind::ours, "watch-publisher",
                                   "board-watch");
}
Way board_read() {
  return way<Propagate<Namespace>>("Bulletin read", Kind::ours, "read", "board-read");
}
Way board_read_publisher() {
  return way<Propagate<Publisher>>("Bulletin read, publisher", Kind::ours, "read-publisher",
                                   "board-read");
}

}  // namespace bulletin::bench
