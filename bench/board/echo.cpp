// There and back between two processes, also on two hosts: no clock is shared.

#include <unistd.h>

#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include <bulletin/bulletin.hpp>

#include "board/board.hpp"
#include "harness/far_end.hpp"
#include "harness/pacing.hpp"

namespace bulletin::bench {
namespace {

constexpr const char* space_name = "bench/echo";
constexpr const char* presence = "far_end";
constexpr std::chrono::seconds patience{10};

/// A far end that somebody has started answers; else one is started here.
class Echo final : public Contender {
 public:
  explicit Echo(const Setting& setting)
      : pace_(setting.pace), client_({.endpoint = setting.endpoint}) {
    if (!space_.contains(presence))
      far_end_.emplace(setting, "board-echo", std::vector{setting.endpoint});
    const auto there = [](const Value&) { return true; };
    if (!space_.wait_for(presence, there, patience))
      throw std::runtime_error("the far end does not begin");
    space_.set("ping", number_);
  }

  Round round() override {
    return timed(pace_, [&] {
      space_.set("ping", ++number_);
      const auto came = [&](const Value& value) { return value.as<std::int64_t>() == number_; };
      if (!space_.wait_for("pong", came, patience))
        throw std::runtime_error("the far end has stopped answering");
    });
  }

 private:
  const Pace pace_;
  Client client_;
  Namespace space_ = client_.open(space_name);
  std::int64_t number_ = now_ns();  // larger than any of an earlier run
  std::optional<FarEnd> far_end_;
};

}  // namespace

void echo(const std::string& endpoint) {
  Client client({.endpoint = endpoint});
  const Namespace space = client.open(space_name);
  const Subscription watch = space.watch("ping", [&](const Change& change) {
    if (change.value) space.set_async("pong", *change.value);
  });
  space.set(presence, static_cast<std::int64_t>(getpid()), {.ephemeral = true});
  for (;;) pause();
}

void board_echo_role(const std::vector<std::string>& arguments) { echo(arguments.at(0)); }

Way board_echo() { return way<Echo>("Bulletin set and back", Kind::ours); }

}  // namespace bulletin::bench
