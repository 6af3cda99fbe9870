// The other end of a transport, as a test plays it: what each transport needs to run the contract.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "client/transport/transport.hpp"

namespace bulletin::test {

/// A broker that does what it is told. Every call waits as long as a test does.
class TransportPeer {
 public:
  virtual ~TransportPeer() = default;

  /// A transport that looks for requests' answers here; the peer outlives it.
  virtual std::unique_ptr<client::Transport> make_transport() = 0;
  [[nodiscard]] virtual std::string endpoint() const = 0;
  [[nodiscard]] virtual std::string updates_endpoint() const = 0;

  /// The next request, of either channel.
  virtual std::string hear() = 0;
  /// To the request heard last.
  virtual void answer(std::string_view reply) = 0;
  /// Returns when the transport's subscription to it has arrived.
  virtual void await_subscription(std::string_view topic) = 0;
  virtual void publish(std::string_view topic, std::string_view body) = 0;
  /// Ends all connections, and accepts none until `come_back`.
  virtual void go() = 0;
  virtual void come_back() = 0;
};

/// Another kind of transport adds itself here.
struct TransportKind {
  const char* name;
  std::function<std::unique_ptr<TransportPeer>()> make_peer;
};
const TransportKind& zmq_transport_kind();

}  // namespace bulletin::test
