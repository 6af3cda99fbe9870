#include "client/transport/diagnosis.hpp"

#include <netdb.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstring>
#include <memory>
#include <mutex>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

#include "client/system/clock.hpp"
#include "client/system/signals_blocked.hpp"
#include "client/transport/endpoint.hpp"
#include "wire/endpoint_text.hpp"

namespace bulletin::client {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds most_time{500};
/// What a server may take to greet, and to go on after each part of the greeting.
constexpr milliseconds patience{150};

// The greeting of ZMTP 3: signature, version, mechanism, as-server, filler.
constexpr std::size_t signature_bytes = 10;
constexpr std::size_t version_place = 10;
constexpr std::size_t mechanism_place = 12;
constexpr std::size_t mechanism_bytes = 20;
constexpr std::size_t greeting_bytes = 64;
constexpr char zmtp_version = 3;

std::string greeting(std::string_view mechanism) {
  std::string bytes(greeting_bytes, '\0');
  bytes[0] = '\xFF';
  bytes[signature_bytes - 1] = '\x7F';
  bytes[version_place] = zmtp_version;
  bytes.replace(mechanism_place, mechanism.size(), mechanism);
  return bytes;
}

std::string said_by_system(int error) { return std::generic_category().message(error); }

/// A connected stream socket, or why there is none.
class Connection {
 public:
  Connection(int family, const sockaddr* address, socklen_t size, SteadyTime deadline)
      : socket_(::socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)),
        deadline_(deadline) {
    if (socket_ < 0 || ::connect(socket_, address, size) == 0) {
      error_ = socket_ < 0 ? errno : 0;
    } else if (errno != EINPROGRESS) {
      error_ = errno;
    } else if (!wait(POLLOUT, deadline)) {
      error_ = ETIMEDOUT;
    } else {
      socklen_t length = sizeof error_;
      ::getsockopt(socket_, SOL_SOCKET, SO_ERROR, &error_, &length);
    }
  }
  ~Connection() {
    if (socket_ >= 0) ::close(socket_);
  }
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  [[nodiscard]] int error() const noexcept { return error_; }

  void send(std::string_view bytes) const noexcept {
    // What is not taken at once makes no difference to what is found.
    [[maybe_unused]] const auto sent = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
  }
  /// Adds to `text` until it has so many bytes, nothing comes for a while, or the peer hangs up.
  void receive(std::string& text, std::size_t bytes) const {
    while (text.size() < bytes) {
      if (!wait(POLLIN, std::min(deadline_, deadline_after(patience)))) return;
      char part[256];
      const ssize_t size = ::recv(socket_, part, std::min(sizeof part, bytes - text.size()), 0);
      if (size <= 0) return;
      text.append(part, static_cast<std::size_t>(size));
    }
  }

 private:
  [[nodiscard]] bool wait(short events, SteadyTime until) const noexcept {
    pollfd item{socket_, events, 0};
    for (;;) {
      const int ready = ::poll(&item, 1, static_cast<int>(time_until(until).count()));
      if (ready >= 0 || errno != EINTR) return ready > 0;
    }
  }

  const int socket_;
  const SteadyTime deadline_;
  int error_ = 0;
};

/// The first line of what was said, or its beginning, if it is text.
std::string quoted_line(std::string_view text) {
  constexpr std::size_t most = 40;
  text = text.substr(0, std::min(text.find_first_of("\r\n"), most));
  const bool readable = !text.empty() && std::all_of(text.begin(), text.end(),
                                                     [](char c) { return c >= 0x20 && c < 0x7F; });
  return readable ? " (it says \"" + std::string(text) + "\")" : std::string();
}

/// The socket type in a READY command, such as ROUTER; empty: it tells none.
std::string_view socket_type(std::string_view ready) {
  constexpr std::string_view property = "\x0BSocket-Type";
  const std::size_t place = ready.find(property);
  if (place == std::string_view::npos) return {};
  const std::size_t size = place + property.size() + 3;  // the last of the four bytes of the length
  if (size >= ready.size()) return {};
  return ready.substr(size + 1, static_cast<unsigned char>(ready[size]));
}

std::string of_matching_keys(const Keys& keys, bool ends_at_once) {
  if (ends_at_once) {
    return "a broker with keys is there, and ends the handshake at once: the server key '" +
           keys.broker +
           "' is not its own, or this is its updates endpoint and not the one for commands";
  }
  return "a broker with keys is there, and does not let this client in: add its public key '" +
         keys.own_public + "' to the broker's authorized keys, and reload them";
}

std::string of_server(const Connection& server, const std::optional<Keys>& keys,
                      bool ends_at_once) {
  const std::string_view own = keys ? "CURVE" : "NULL";
  const std::string greets = greeting(own);
  // A server that does not like the mechanism hangs up: it is to tell its own before.
  constexpr std::size_t before_mechanism = version_place + 1;
  server.send(std::string_view(greets).substr(0, before_mechanism));
  std::string text;
  server.receive(text, greeting_bytes);
  if (text.empty()) {
    server.send("\r\n\r\n");  // what a server of text may wait for
    server.receive(text, 1);
    if (!text.empty()) server.receive(text, greeting_bytes);
  }
  if (text.empty()) {
    return "something accepts connections there, but says nothing: the broker is stopped or "
           "overloaded, or it is not a broker";
  }
  const bool is_zmtp = text.size() >= signature_bytes && text.front() == '\xFF' &&
                       text[signature_bytes - 1] == '\x7F';
  if (!is_zmtp) {
    return "what listens there is not a broker, as it does not speak ZeroMQ" + quoted_line(text);
  }
  if (text.size() < greeting_bytes || text[version_place] < zmtp_version)
    return "what listens there speaks ZeroMQ, but not ZMTP 3: it is not a broker";
  std::string mechanism = text.substr(mechanism_place, mechanism_bytes);
  mechanism.resize(std::min(mechanism.find('\0'), mechanism.size()));
  if (mechanism != own) {
    if (keys && mechanism == "NULL") {
      return "the broker there has no keys, and this client has: leave out its server key and key "
             "file";
    }
    if (!keys && mechanism == "CURVE") {
      return "the broker there wants keys: give its public key (ClientOptions::server_key, "
             "--server-key) and this client's (key_file, --key); `bulletin keygen` makes them";
    }
    return "what listens there wants " + mechanism + " for authentication: it is not a broker";
  }
  if (keys) return of_matching_keys(*keys, ends_at_once);
  server.send(std::string_view(greets).substr(before_mechanism));
  std::string ready;
  server.receive(ready, 2);
  if (ready.size() == 2) server.receive(ready, 2 + static_cast<unsigned char>(ready[1]));
  const std::string_view type = socket_type(ready);
  if (type == "XPUB" || type == "PUB") {
    return "this is where updates are sent, and not the endpoint for commands, which for tcp is "
           "usually the port before";
  }
  if (!type.empty() && type != "ROUTER") {
    return "what listens there is a ZeroMQ socket of type " + std::string(type) +
           ", and not a broker";
  }
  return "a ZeroMQ server is there, but no answer has come from it: it is busy, or not a broker";
}

/// What getaddrinfo says; it may take much longer than anybody waits.
struct Lookup {
  std::mutex mutex;
  std::condition_variable changed;
  // Guarded by mutex.
  bool done = false;
  int error = 0;
  addrinfo* found = nullptr;

  ~Lookup() {
    if (found != nullptr) ::freeaddrinfo(found);
  }
};

/// Null: not in time.
std::shared_ptr<const Lookup> look_up(const std::string& host, const std::string& port,
                                      SteadyTime deadline) {
  auto lookup = std::make_shared<Lookup>();
  const auto resolve = [lookup, host, port](int flags, addrinfo*& found) {
    addrinfo wanted{};
    wanted.ai_flags = flags;
    wanted.ai_socktype = SOCK_STREAM;
    return ::getaddrinfo(host.c_str(), port.c_str(), &wanted, &found);
  };
  if (resolve(AI_NUMERICHOST, lookup->found) == 0) return lookup;
  {
    const SignalsBlocked blocked;
    std::thread([lookup, resolve] {
      addrinfo* found = nullptr;
      const int error = resolve(0, found);
      const std::scoped_lock lock(lookup->mutex);
      lookup->error = error;
      lookup->found = error == 0 ? found : nullptr;
      lookup->done = true;
      lookup->changed.notify_one();
    }).detach();
  }
  std::unique_lock lock(lookup->mutex);
  if (!lookup->changed.wait_until(lock, deadline, [&] { return lookup->done; })) return nullptr;
  return lookup;
}

std::string of_tcp(const std::string& endpoint, const std::optional<Keys>& keys, bool ends_at_once,
                   SteadyTime deadline) {
  const auto [named, port] = wire::host_and_port(endpoint);
  const bool bracketed = named.front() == '[';
  const std::string host(bracketed ? named.substr(1, named.size() - 2) : named);
  const std::shared_ptr<const Lookup> lookup = look_up(host, std::string(port), deadline);
  if (lookup == nullptr) return "the host name '" + host + "' was not resolved in time";
  if (lookup->error != 0) {
    return "the host name '" + host + "' cannot be resolved (" + ::gai_strerror(lookup->error) +
           ")";
  }
  std::string unconnected;
  for (const addrinfo* one = lookup->found; one != nullptr; one = one->ai_next) {
    const Connection server(one->ai_family, one->ai_addr, one->ai_addrlen, deadline);
    if (server.error() == 0) return of_server(server, keys, ends_at_once);
    unconnected =
        server.error() == ETIMEDOUT
            ? "the host does not answer to a connection: is it on, and does a firewall let this "
              "client through?"
            : "nothing can be connected to there (" + said_by_system(server.error()) +
                  "): is bulletin-broker running there, and is this its port?";
  }
  return unconnected;
}

std::string of_ipc(const std::string& endpoint, const std::optional<Keys>& keys, bool ends_at_once,
                   SteadyTime deadline) {
  const std::string path = endpoint.substr(wire::ipc_scheme.size());
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  path.copy(address.sun_path, sizeof address.sun_path - 1);
  std::size_t size = offsetof(sockaddr_un, sun_path) + path.size();
  if (path.front() == '@') {
    address.sun_path[0] = '\0';  // a name of its own kind, not a file
  } else {
    ++size;
  }
  const Connection server(AF_UNIX, reinterpret_cast<const sockaddr*>(&address),
                          static_cast<socklen_t>(size), deadline);
  switch (server.error()) {
    case 0: return of_server(server, keys, ends_at_once);
    case ENOENT: return "there is no such socket: is bulletin-broker running there?";
    case ECONNREFUSED:
      return "nobody listens at this socket: the broker that made it has ended; is "
             "bulletin-broker running there?";
    default:
      return "the socket cannot be connected to (" + said_by_system(server.error()) +
             "): is bulletin-broker running there, and may this user connect?";
  }
}

std::string diagnose_one(const std::string& endpoint, const std::optional<Keys>& keys,
                         bool ends_at_once, SteadyTime deadline) {
  try {
    const bool is_ipc = endpoint.starts_with(wire::ipc_scheme);
    return is_ipc ? of_ipc(endpoint, keys, ends_at_once, deadline)
                  : of_tcp(endpoint, keys, ends_at_once, deadline);
  } catch (const std::exception& error) {
    return std::string("why cannot be found out (") + error.what() + ")";
  }
}

}  // namespace

std::string diagnose(std::string_view endpoints, const std::optional<Keys>& keys,
                     bool ends_at_once) {
  const std::vector<std::string> all = endpoints_in(endpoints);
  const auto share = most_time / all.size();
  if (all.size() == 1) return diagnose_one(all.front(), keys, ends_at_once, deadline_after(share));
  std::string text;
  for (const std::string& endpoint : all) {
    if (!text.empty()) text += "; ";
    text += endpoint + ": " + diagnose_one(endpoint, keys, ends_at_once, deadline_after(share));
  }
  return text;
}

}  // namespace bulletin::client
