#include <chrono>
#include <cstddef>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include <bulletin/client.hpp>

#include "client/loop/implementation.hpp"
#include "client/system/fork.hpp"
#include "client/transport/endpoint.hpp"

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

Namespace Client::open(std::string_view name, OpenOptions options) {
  return Namespace(implementation_->open(name, options));
}

Publisher Client::publisher(std::string_view name) {
  return Publisher(implementation_->publisher(name));
}

std::vector<std::string> Client::namespaces(std::string_view prefix, Timeout timeout) const {
  return implementation_->queries(timeout).namespaces(prefix, ~std::size_t{0});
}

Snapshot Client::read(std::string_view space, const std::vector<std::string>& names,
                      Timeout timeout) const {
  return implementation_->queries(timeout).read(space, names);
}

Snapshot Client::read_all(std::string_view space, Timeout timeout) const {
  return implementation_->queries(timeout).read_all(space);
}

std::chrono::steady_clock::duration Client::ping(Timeout timeout) const {
  return implementation_->queries(timeout).ping();
}

Limits Client::limits() const { return implementation_->limits(); }

std::string Client::endpoint() const { return implementation_->endpoint_in_use(); }

const std::string& Client::endpoints() const noexcept { return implementation_->endpoint; }

namespace {

// The clients that `open` shares: never destroyed, as other objects of the program may use their
// handles until the very end.
class SharedClients final : public client::ForkParticipant {
 public:
  /// `endpoint`: as `choose_endpoint` gives it.
  Client& of(const std::string& endpoint) {
    const std::string place = client::canonical_endpoint(endpoint);
    if (Client* const found = find(place)) return *found;
    // Made, and perhaps ended again, without the lock: both take locks that fork() takes before
    // this one.
    auto made = std::make_unique<Client>(ClientOptions{.endpoint = endpoint});
    std::scoped_lock lock(mutex_);
    return *clients_.try_emplace(place, std::move(made)).first->second;
  }

  void before_fork() override { mutex_.lock(); }
  void after_fork() override { mutex_.unlock(); }
  void resume() override {}

 private:
  Client* find(const std::string& place) {
    std::scoped_lock lock(mutex_);
    const auto found = clients_.find(place);
    return found == clients_.end() ? nullptr : found->second.get();
  }

  std::mutex mutex_;
  std::map<std::string, std::unique_ptr<Client>> clients_;  // guarded by mutex_
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
  client::check_namespace_name(board.space);  // what cannot be opened makes no client
  return shared_clients().of(client::choose_endpoint(board.endpoint)).open(board.space);
}

}  // namespace bulletin
