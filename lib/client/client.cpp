#include <memory>
#include <mutex>
#include <utility>
#include <vector>

#include <bulletin/client.hpp>

#include "client/endpoint.hpp"
#include "client/fork.hpp"
#include "client/implementation.hpp"

namespace bulletin {

Client::Client(ClientOptions options)
    : implementation_(std::make_shared<Implementation>(std::move(options))) {
  implementation_->start();
}

Client::Client(std::shared_ptr<Implementation> implementation) noexcept
    : implementation_(std::move(implementation)) {}

Client::~Client() {
  if (implementation_) implementation_->close();
}

Client::Client(Client&&) noexcept = default;

Client& Client::operator=(Client&& other) noexcept {
  if (this != &other) {
    if (implementation_) implementation_->close();
    implementation_ = std::move(other.implementation_);
  }
  return *this;
}

Namespace Client::open(std::string_view name) { return Namespace(implementation_->open(name)); }

Publisher Client::publisher(std::string_view name) {
  return Publisher(implementation_->publisher(name));
}

std::vector<std::string> Client::namespaces(std::string_view prefix) const {
  return implementation_->list(prefix);
}

Limits Client::limits() const { return implementation_->limits(); }

const std::string& Client::endpoint() const noexcept { return implementation_->endpoint; }

namespace {

// The clients that `open` shares: never destroyed, as other objects of the program may use their
// handles until the very end.
class SharedClients final : public client::ForkParticipant {
 public:
  Client& of(const std::string& endpoint) {
    if (Client* const found = find(endpoint)) return *found;
    // Made, and perhaps ended again, without the lock: both take locks that fork() takes before
    // this one.
    auto made = std::make_unique<Client>(ClientOptions{.endpoint = endpoint});
    std::scoped_lock lock(mutex_);
    if (Client* const faster = find_locked(endpoint)) return *faster;
    return *clients_.emplace_back(std::move(made));
  }

  void before_fork() override { mutex_.lock(); }
  void after_fork() override { mutex_.unlock(); }
  void resume() override {}

 private:
  Client* find(const std::string& endpoint) {
    std::scoped_lock lock(mutex_);
    return find_locked(endpoint);
  }

  Client* find_locked(const std::string& endpoint) {
    for (const auto& client : clients_) {
      if (client->endpoint() == endpoint) return client.get();
    }
    return nullptr;
  }

  std::mutex mutex_;
  std::vector<std::unique_ptr<Client>> clients_;  // guarded by mutex_
};

SharedClients& shared_clients() {
  static SharedClients* const instance = [] {
    auto* made = new SharedClients;
    client::join_forks(*made);
    return made;
  }();
  return *instance;
}

// Made before there are threads: a child forked during the first call would wait for it for ever.
[[maybe_unused]] const SharedClients& made_early = shared_clients();

}  // namespace

Namespace open(std::string_view uri) {
  const client::BoardUri board = client::parse_uri(uri);
  return shared_clients().of(board.endpoint).open(board.space);
}

}  // namespace bulletin
