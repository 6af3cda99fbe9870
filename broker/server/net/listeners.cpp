#include "server/net/listeners.hpp"

#include <sys/socket.h>

#include <cstddef>
#include <system_error>
#include <utility>

#include "server/telemetry/loggers.hpp"

namespace bulletin::server {
namespace {

constexpr std::chrono::milliseconds pause_time{100};
/// How many newcomers that have gone already are passed over at once.
constexpr int most_gone = 64;

}  // namespace

Listeners::Listeners(const BrokerOptions& options, EventPoll& poll, std::uint64_t first_id,
                     spdlog::logger& log)
    : poll_(poll), first_id_(first_id), log_(log) {
  // The commands first, as they are what people name; nobody is served before all are there.
  const BindAddress commands = parse_endpoint(options.bind, "bind");
  listeners_.reserve(2);
  listeners_.emplace_back(commands, "bind");
  listeners_.emplace_back(options.updates.empty() ? updates_beside(commands)
                                                  : parse_endpoint(options.updates, "updates"),
                          "updates");
  for (std::size_t i = 0; i != listeners_.size(); ++i)
    poll_.add(listeners_[i].descriptor(), EPOLLIN, first_id_ + i);
}

std::optional<Listener::Accepted> Listeners::accept(std::uint64_t id, Time now) {
  Listener::Accepted accepted;
  for (int i = 0; i != most_gone && now >= pauses_until_; ++i) {
    switch (listeners_[id - first_id_].accept(accepted)) {
      case Listener::Outcome::accepted: return accepted;
      case Listener::Outcome::nobody: return std::nullopt;
      case Listener::Outcome::gone: break;
      case Listener::Outcome::failed: pause(accepted.error, now); break;
    }
  }
  return std::nullopt;
}

void Listeners::pause(int error, Time now) {
  pauses_until_ = now + pause_time;
  let_wait();
  if (throttle_.should_log(++failures_, now))
    log_.warn(
        "event=accept_failed reason={} failures={} note=\"nobody can connect; it is tried again "
        "ten times a second\"",
        server::quoted(std::generic_category().message(error)), failures_);
}

void Listeners::resume(Time now) {
  if (now >= pauses_until_) poll(true);
}

void Listeners::poll(bool polled) {
  if (std::exchange(polled_, polled) == polled) return;
  for (std::size_t i = 0; i != listeners_.size(); ++i)
    poll_.change(listeners_[i].descriptor(), polled ? static_cast<unsigned>(EPOLLIN) : 0U,
                 first_id_ + i);
}

void Listeners::close() noexcept {
  for (const Listener& listener : listeners_) {
    poll_.remove(listener.descriptor());
    ::shutdown(listener.descriptor(), SHUT_RDWR);
  }
}

}  // namespace bulletin::server
