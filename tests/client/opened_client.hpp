// A client whose inside a test may look at.
#pragma once

#include <memory>
#include <mutex>
#include <string_view>
#include <utility>

#include <bulletin/bulletin.hpp>

#include "client/loop/implementation.hpp"
#include "support/board.hpp"

namespace bulletin::test {

struct OpenedClient {
  explicit OpenedClient(ClientOptions options)
      : inside(std::make_shared<Client::Implementation>(std::move(options))) {
    inside->start();
  }

  /// Whether a replica is there.
  bool has_open(std::string_view name) const {
    const auto lock = inside->lock();
    return inside->core().find(name) != nullptr;
  }
  bool closes(std::string_view name) const {
    return await([&] { return !has_open(name); });
  }

  std::shared_ptr<Client::Implementation> inside;
  Client client{inside};
};

}  // namespace bulletin::test
