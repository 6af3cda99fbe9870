// A ZeroMQ socket whose calls no signal interrupts.
#pragma once

#include <cerrno>
#include <string>

#include <zmq.hpp>

namespace bulletin::client {

/// Repeats the call while a signal handler interrupts it. Every ZeroMQ call that looks at the
/// socket's mailbox can fail with EINTR, also calls that never wait, and also with SA_RESTART; it
/// has done nothing then.
template <class Call>
auto uninterrupted(Call call) {
  for (;;) {
    try {
      return call();
    } catch (const zmq::error_t& error) {
      if (error.num() != EINTR) throw;
    }
  }
}

/// The same for a function of ZeroMQ's C interface, which returns a negative number on failure.
template <class Call>
int uninterrupted_result(Call call) noexcept {
  int result = call();
  while (result < 0 && zmq_errno() == EINTR) result = call();
  return result;
}

/// The only kind of socket that the client uses. To send and receive: client/sockets.hpp.
class Socket : public zmq::socket_t {
 public:
  Socket(zmq::context_t& context, zmq::socket_type type) : zmq::socket_t(context, type) {}

  template <class Option, class Value>
  void set(Option option, const Value& value) {
    uninterrupted([&] { zmq::socket_t::set(option, value); });
  }
  template <class Option>
  auto get(Option option) const {
    return uninterrupted([&] { return zmq::socket_t::get(option); });
  }
  void connect(const std::string& endpoint) {
    uninterrupted([&] { zmq::socket_t::connect(endpoint); });
  }
  void disconnect(const std::string& endpoint) {
    uninterrupted([&] { zmq::socket_t::disconnect(endpoint); });
  }
  template <class... Arguments>
  void send(Arguments&&...) = delete;
  template <class... Arguments>
  void recv(Arguments&&...) = delete;
};

}  // namespace bulletin::client
