#include <bulletin/broker.hpp>

#include <unistd.h>

#include <atomic>
#include <csignal>
#include <cstdio>
#include <exception>
#include <mutex>
#include <string>
#include <thread>
#include <utility>

#include "server/data_store.hpp"
#include "server/server.hpp"
#include "server/telemetry/loggers.hpp"

namespace bulletin {

namespace {

/// Threads that are started meanwhile receive no signals: those are for the host's own threads.
class SignalsBlocked {
 public:
  SignalsBlocked() {
    sigset_t all;
    sigfillset(&all);
    ::pthread_sigmask(SIG_BLOCK, &all, &before_);
  }
  ~SignalsBlocked() { ::pthread_sigmask(SIG_SETMASK, &before_, nullptr); }
  SignalsBlocked(const SignalsBlocked&) = delete;
  SignalsBlocked& operator=(const SignalsBlocked&) = delete;

 private:
  sigset_t before_{};
};

}  // namespace

class Broker::Implementation {
 public:
  explicit Implementation(BrokerOptions options) : options_(std::move(options)) {}
  ~Implementation() { stop(); }
  Implementation(const Implementation&) = delete;
  Implementation& operator=(const Implementation&) = delete;

  void start() {
    const std::scoped_lock lock(mutex_);
    if (owner_.exchange(::getpid()) != ::getpid()) running_ = nullptr;
    if (running_ != nullptr) return;
    const SignalsBlocked blocked;
    try {
      running_ = new Running(options_);
    } catch (const Error&) {
      throw;
    } catch (const std::exception& error) {
      // Such as no descriptor, no thread or no memory.
      throw Error(Errc::rejected, std::string("the broker cannot start: ") + error.what());
    }
    endpoint_ = running_->server().endpoint();
    updates_endpoint_ = running_->server().updates_endpoint();
  }

  void stop() noexcept {
    // A forked child has neither the thread nor the sockets: they are the parent's, and so is this.
    // Nor is there a thread that would give the lock back.
    if (owner_ != ::getpid()) {
      running_ = nullptr;
      return;
    }
    const std::scoped_lock lock(mutex_);
    delete std::exchange(running_, nullptr);
  }

  bool reload() noexcept {
    if (owner_ != ::getpid()) return false;
    const std::scoped_lock lock(mutex_);
    return running_ != nullptr && !running_->failed() && running_->server().reload();
  }

  bool running() const noexcept {
    if (owner_ != ::getpid()) return false;
    const std::scoped_lock lock(mutex_);
    return running_ != nullptr && !running_->failed();
  }

  DataState data_state() const noexcept {
    if (owner_ == ::getpid()) {
      const std::scoped_lock lock(mutex_);
      if (running_ != nullptr) return running_->server().data_state();
    }
    return server::wanted_data_state(options_);
  }

  std::string endpoint() const {
    const std::scoped_lock lock(mutex_);
    return endpoint_;
  }

  std::string updates_endpoint() const {
    const std::scoped_lock lock(mutex_);
    return updates_endpoint_;
  }

 private:
  /// A server and its thread.
  class Running {
   public:
    explicit Running(const BrokerOptions& options)
        : on_log_(options.on_log),
          server_(options, on_log_ ? server::hooked_log(on_log_) : server::silent_log()),
          thread_([this] { serve(); }) {}
    ~Running() {
      server_.stop();
      thread_.join();
    }
    Running(const Running&) = delete;
    Running& operator=(const Running&) = delete;

    server::Server& server() noexcept { return server_; }
    bool failed() const noexcept { return failed_.load(std::memory_order_relaxed); }

   private:
    void serve() noexcept {
      try {
        server_.serve();
      } catch (const std::exception& error) {
        // The host lives on: it may not even need the broker any more.
        failed_.store(true, std::memory_order_relaxed);
        tell_failure(error.what());
      }
    }

    void tell_failure(const char* reason) const noexcept {
      if (!on_log_) {
        std::fprintf(stderr, "bulletin: the embedded broker has failed: %s\n", reason);
        return;
      }
      try {
        on_log_({LogLevel::error, "failed", "event=failed reason=" + server::quoted(reason)});
      } catch (...) {
        // Whoever logs has no other place to say so.
      }
    }

    const LogHook on_log_;
    server::Server server_;
    std::atomic<bool> failed_ = false;
    std::thread thread_;
  };

  const BrokerOptions options_;
  std::atomic<pid_t> owner_ = ::getpid();  // whose broker it is

  mutable std::mutex mutex_;  // of what follows
  std::string endpoint_;
  std::string updates_endpoint_;
  Running* running_ = nullptr;
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

bool Broker::reload() noexcept { return implementation_ != nullptr && implementation_->reload(); }

bool Broker::running() const noexcept {
  return implementation_ != nullptr && implementation_->running();
}

DataState Broker::data_state() const noexcept {
  return implementation_ != nullptr ? implementation_->data_state() : DataState::memory;
}

std::string_view to_string(DataState state) noexcept {
  switch (state) {
    case DataState::memory: return "memory";
    case DataState::sync: return "sync";
    case DataState::async: return "async";
    case DataState::failed: return "failed";
  }
  return "unknown";
}

std::string Broker::endpoint() const { return implementation_->endpoint(); }

std::string Broker::updates_endpoint() const { return implementation_->updates_endpoint(); }

}  // namespace bulletin
