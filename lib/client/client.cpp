#include <map>
#include <mutex>
#include <utility>

#include <bulletin/client.hpp>

#include "client/endpoint.hpp"
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

std::vector<std::string> Client::namespaces(std::string_view prefix) const {
  return implementation_->list(prefix);
}

Limits Client::limits() const { return implementation_->limits(); }

const std::string& Client::endpoint() const noexcept { return implementation_->endpoint; }

Namespace open(std::string_view uri) {
  // Never destroyed: other objects of the program may use their handles until the very end.
  static auto* const mutex = new std::mutex;
  static auto* const clients = new std::map<std::string, Client>;
  const client::BoardUri board = client::parse_uri(uri);
  Client* client = nullptr;
  {
    std::scoped_lock lock(*mutex);
    client = &clients->try_emplace(board.endpoint, ClientOptions{.endpoint = board.endpoint})
                  .first->second;
  }
  return client->open(board.space);
}

}  // namespace bulletin
