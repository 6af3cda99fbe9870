// A write, and its way to another process.

#include <thread>

#include <bulletin/bulletin.hpp>

#include "board/board.hpp"
#include "harness/far_end.hpp"
#include "harness/pacing.hpp"

namespace bulletin::bench {
namespace {

constexpr const char* name = "stamp";

Attribute<std::int64_t> stamp(Client& client, const std::string& space) {
  return client.open("bench/" + space).attribute<std::int64_t>(name);
}

class Set final : public Contender {
 public:
  explicit Set(const Setting& setting)
      : pace_(setting.pace), client_({.endpoint = setting.endpoint}) {
    stamp_.set(0);
  }

  Round round() override {
    return timed(pace_, [&] { stamp_.set(now_ns()); });
  }

 private:
  const Pace pace_;
  Client client_;
  Attribute<std::int64_t> stamp_ = stamp(client_, "write");
};

/// Another process watches, or reads again and again.
class Propagate final : public Contender {
 public:
  Propagate(const Setting& setting, const char* role)
      : client_({.endpoint = setting.endpoint}),
        stamp_(stamp(client_, role)),
        propagation_(setting, [this](std::int64_t time_ns) { stamp_.set(time_ns); }, role,
                     {stamp_.owner().uri()}) {}

  Round round() override { return propagation_.round(); }

 private:
  Client client_;
  Attribute<std::int64_t> stamp_;
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

/// Reads without a pause while a round lasts, and only then: the others need the processor. A value
/// that the next one has replaced before it was read does not count.
void board_read_role(const std::vector<std::string>& arguments) {
  Arrivals arrivals;
  const Namespace space = open(arguments.at(0));
  const auto stamp = space.attribute<std::int64_t>(name);
  const auto round_lasts = [](const Value& value) { return !(value == end_of_round); };
  while (!starter_gone()) {
    if (!space.wait_until(name, round_lasts, std::chrono::milliseconds(50))) continue;
    for (std::int64_t last = end_of_round, now = 0; (now = stamp.at()) != end_of_round;) {
      if (now == last) {
        std::this_thread::yield();
      } else {
        arrivals.arrived(last = now);
      }
    }
    arrivals.arrived(end_of_round);
  }
}

Way board_set() { return way<Set>("Bulletin set", Kind::ours); }
Way board_watch() { return way<Propagate>("Bulletin watch", Kind::ours, "board-watch"); }
Way board_read() { return way<Propagate>("Bulletin read", Kind::ours, "board-read"); }

}  // namespace bulletin::bench
