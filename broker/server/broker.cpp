#include <bulletin/broker.hpp>

#include <unistd.h>

#include <thread>
#include <utility>

#include "server/log.hpp"
#include "server/server.hpp"

namespace bulletin {

class Broker::Implementation {
 public:
  explicit Implementation(BrokerOptions options) : options_(std::move(options)) {}
  ~Implementation() { stop(); }

  void start() {
    if (running_ != nullptr) return;
    running_ = new Running(options_);
    owner_ = ::getpid();
    endpoint_ = running_->server.endpoint();
    updates_endpoint_ = running_->server.updates_endpoint();
  }

  void stop() noexcept {
    Running* const running = std::exchange(running_, nullptr);
    // A forked child has neither the thread nor the sockets: they are the parent's, and so is this.
    if (owner_ == ::getpid()) delete running;
  }

  BrokerOptions options_;
  std::string endpoint_;
  std::string updates_endpoint_;

 private:
  struct Running {
    explicit Running(const BrokerOptions& options)
        : server(options, server::silent_log()), thread([this] { server.serve(); }) {}
    ~Running() {
      server.stop();
      thread.join();
    }

    server::Server server;
    std::thread thread;
  };

  Running* running_ = nullptr;
  pid_t owner_ = 0;
};

Broker::Broker(BrokerOptions options)
    : implementation_(std::make_unique<Implementation>(std::move(options))) {}

Broker::~Broker() = default;
Broker::Broker(Broker&&) noexcept = default;
Broker& Broker::operator=(Broker&&) noexcept = default;

void Broker::start() { implementation_->start(); }

void Broker::stop() noexcept {
  if (implementation_ != nullptr) implementation_->stop();
}

const std::string& Broker::endpoint() const noexcept { return implementation_->endpoint_; }

const std::string& Broker::updates_endpoint() const noexcept {
  return implementation_->updates_endpoint_;
}

}  // namespace bulletin
