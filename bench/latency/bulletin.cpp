// Bulletin itself: a write, and its way to another process.

#include <bulletin/bulletin.hpp>

#include <thread>

#include "latency/far_end.hpp"
#include "latency/pacing.hpp"

namespace bulletin::bench {
namespace {

constexpr const char* space_name = "bench/latency";
constexpr const char* name = "stamp";

class Set final : public Contender {
 public:
  Set(const Self& self, const std::string& endpoint)
      : pace_(self.pace), client_({.endpoint = endpoint}) {
    stamp_.set(0);
  }

  Percentiles round() override {
    return timed(pace_, [&] { stamp_.set(now_ns()); });
  }

 private:
  const Pace pace_;
  Client client_;
  Attribute<std::int64_t> stamp_ = client_.open("bench/write").attribute<std::int64_t>(name);
};

/// Another process watches, or reads again and again.
class Propagate final : public Contender {
 public:
  Propagate(const Self& self, const std::string& endpoint, const std::string& role)
      : pace_(self.pace),
        client_({.endpoint = endpoint}),
        stamp_(client_.open(std::string(space_name) + "/" + role).attribute<std::int64_t>(name)),
        far_end_(self, role, {stamp_.owner().uri()}) {
    stamp_.set(warm_up);
    (void)far_end_.line();
    stamp_.set(end_of_round);
  }

  Percentiles round() override {
    stamp_.set(warm_up);
    repeat(pace_, [&] { stamp_.set(now_ns()); });
    stamp_.set(end_of_round);
    return Percentiles::of_text(far_end_.line());
  }

 private:
  const Pace pace_;
  Client client_;
  Attribute<std::int64_t> stamp_;
  FarEnd far_end_;
};

}  // namespace

void bulletin_watch_role(const std::vector<std::string>& arguments) {
  Arrivals arrivals;
  const Namespace space = open(arguments.at(0));
  const Subscription watch = space.watch(
      name, [&](const Change& change) { arrivals.arrived(change.value->as<std::int64_t>()); });
  while (!starter_gone()) std::this_thread::sleep_for(std::chrono::milliseconds(50));
}

/// Reads without a pause while a round lasts, and only then: the others need the processor. A value
/// that the next one has replaced before it was read does not count.
void bulletin_read_role(const std::vector<std::string>& arguments) {
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

std::unique_ptr<Contender> bulletin_set(const Self& self, const std::string& endpoint) {
  return std::make_unique<Set>(self, endpoint);
}

std::unique_ptr<Contender> bulletin_watch(const Self& self, const std::string& endpoint) {
  return std::make_unique<Propagate>(self, endpoint, "bulletin-watch");
}

std::unique_ptr<Contender> bulletin_read(const Self& self, const std::string& endpoint) {
  return std::make_unique<Propagate>(self, endpoint, "bulletin-read");
}

}  // namespace bulletin::bench
