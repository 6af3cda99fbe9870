#include "metrics_endpoint.hpp"

#include <microhttpd.h>
#include <netdb.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <string_view>
#include <system_error>
#include <vector>

#include <fmt/format.h>

#include <bulletin/error.hpp>

#include "server/config/bind_address.hpp"
#include "server/config/descriptors.hpp"
#include "server/telemetry/loggers.hpp"

namespace bulletin {
namespace {

constexpr std::chrono::milliseconds patience{2000};
constexpr unsigned most_connections = 64;
constexpr unsigned connection_seconds = 10;
constexpr const char* content_type = "text/plain; version=0.0.4; charset=utf-8";

/// They are of the descriptors that the broker's clients do not get.
unsigned connections() {
  return static_cast<unsigned>(
      std::clamp<std::size_t>(server::reserved_descriptors() / 2, 4, most_connections));
}

MHD_Result respond(MHD_Connection* connection, unsigned status, std::string_view body,
                   const char* type) {
  MHD_Response* const response = MHD_create_response_from_buffer(
      body.size(), const_cast<char*>(body.data()), MHD_RESPMEM_MUST_COPY);
  if (response == nullptr) return MHD_NO;
  MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE, type);
  const MHD_Result queued = MHD_queue_response(connection, status, response);
  MHD_destroy_response(response);
  return queued;
}

struct FreeAddresses {
  void operator()(addrinfo* list) const noexcept { ::freeaddrinfo(list); }
};

[[noreturn]] void refuse(const std::string& given) {
  throw Error(Errc::rejected,
              fmt::format("metrics: '{}' is no ADDRESS:PORT; write an address of this host in "
                          "numbers, and a port, such as 127.0.0.1:9570, 0.0.0.0:9570 or [::1]:9570",
                          server::printable(given)));
}

server::BindAddress parsed(const std::string& given) {
  try {
    return server::parse_endpoint("tcp://" + given, "metrics");
  } catch (const Error&) {
    refuse(given);  // in the words of this option
  }
}

/// Numbers only: a name would be somebody else's to change.
std::unique_ptr<addrinfo, FreeAddresses> resolved(const server::BindAddress& endpoint,
                                                  const std::string& given) {
  std::string host = endpoint.host;
  if (host.starts_with('[')) host = host.substr(1, host.size() - 2);
  addrinfo hints{};
  hints.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV | AI_PASSIVE;
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* list = nullptr;
  const int error =
      ::getaddrinfo(host.c_str(), std::to_string(endpoint.port).c_str(), &hints, &list);
  if (error != 0) refuse(given);
  return std::unique_ptr<addrinfo, FreeAddresses>(list);
}

}  // namespace

class MetricsEndpoint::Daemon {
 public:
  Daemon(server::Server& server, const server::BindAddress& endpoint, const addrinfo& address);
  ~Daemon() {
    if (daemon_ != nullptr) MHD_stop_daemon(daemon_);
  }
  Daemon(const Daemon&) = delete;
  Daemon& operator=(const Daemon&) = delete;

  /// Null: it cannot bind; `errno` says why.
  [[nodiscard]] MHD_Daemon* get() const noexcept { return daemon_; }

 private:
  static MHD_Result handle(void* self, MHD_Connection* connection, const char* url,
                           const char* method, const char* version, const char* upload,
                           size_t* upload_size, void** state);
  static void notice(void* self, MHD_Connection* connection, void** state,
                     MHD_ConnectionNotificationCode what);

  /// The connections of the endpoint, the oldest first, each of which is for one request. When
  /// there are many, the oldest ends for each that comes: so connections that only hold their
  /// place, or send a byte now and then, keep nobody out. Used by the endpoint's thread only.
  class Visitors {
   public:
    explicit Visitors(std::size_t most) : most_(most) { present_.reserve(2 * most); }

    void came(MHD_Connection* connection) {
      const auto* const info =
          MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
      present_.push_back({connection, info == nullptr ? -1 : info->connect_fd});
      // Those before it are ending already.
      if (present_.size() > most_)
        ::shutdown(present_[present_.size() - most_ - 1].socket, SHUT_RDWR);
    }
    void left(MHD_Connection* connection) {
      std::erase_if(present_,
                    [&](const Visitor& visitor) { return visitor.connection == connection; });
    }

   private:
    struct Visitor {
      MHD_Connection* connection;
      int socket;
    };

    const std::size_t most_;
    std::vector<Visitor> present_;
  };

  server::Server& server_;
  Visitors visitors_;
  MHD_Daemon* daemon_ = nullptr;
};

/// A quarter of the connections that there may be is for those that end.
MetricsEndpoint::Daemon::Daemon(server::Server& server, const server::BindAddress& endpoint,
                                const addrinfo& address)
    : server_(server), visitors_(connections() - connections() / 4) {
  // Not by select(), which knows no descriptors from 1,024 on.
  unsigned flags = MHD_USE_AUTO_INTERNAL_THREAD;
  if (address.ai_family == AF_INET6) flags |= MHD_USE_IPv6;
  daemon_ = MHD_start_daemon(flags, endpoint.port, nullptr, nullptr, &Daemon::handle, this,
                             MHD_OPTION_SOCK_ADDR, address.ai_addr, MHD_OPTION_CONNECTION_LIMIT,
                             connections(), MHD_OPTION_CONNECTION_TIMEOUT, connection_seconds,
                             MHD_OPTION_NOTIFY_CONNECTION, &Daemon::notice, this, MHD_OPTION_END);
}

void MetricsEndpoint::Daemon::notice(void* self, MHD_Connection* connection, void** /*state*/,
                                     MHD_ConnectionNotificationCode what) {
  Visitors& visitors = static_cast<Daemon*>(self)->visitors_;
  if (what == MHD_CONNECTION_NOTIFY_STARTED)
    visitors.came(connection);
  else
    visitors.left(connection);
}

MHD_Result MetricsEndpoint::Daemon::handle(void* self, MHD_Connection* connection, const char* url,
                                           const char* method, const char* /*version*/,
                                           const char* /*upload*/, size_t* /*upload_size*/,
                                           void** /*state*/) {
  Daemon& daemon = *static_cast<Daemon*>(self);
  constexpr const char* plain = "text/plain; charset=utf-8";
  const std::string_view asked(method);
  if (asked != MHD_HTTP_METHOD_GET && asked != MHD_HTTP_METHOD_HEAD)
    return respond(connection, MHD_HTTP_METHOD_NOT_ALLOWED, "only GET\n", plain);
  if (std::string_view(url) != "/metrics")
    return respond(connection, MHD_HTTP_NOT_FOUND, "there is /metrics\n", plain);
  const auto text = daemon.server_.metrics(patience);
  if (!text)
    return respond(connection, MHD_HTTP_SERVICE_UNAVAILABLE, "the broker does not answer\n", plain);
  return respond(connection, MHD_HTTP_OK, *text, content_type);
}

void check_metrics_address(const std::string& address) { resolved(parsed(address), address); }

MetricsEndpoint::MetricsEndpoint(server::Server& server, const std::string& address) {
  const server::BindAddress endpoint = parsed(address);
  const auto list = resolved(endpoint, address);
  daemon_ = std::make_unique<Daemon>(server, endpoint, *list);
  if (daemon_->get() == nullptr)
    throw Error(Errc::rejected, fmt::format("metrics: cannot bind {}: {}; choose another address",
                                            address, std::generic_category().message(errno)));
  const MHD_DaemonInfo* const bound =
      MHD_get_daemon_info(daemon_->get(), MHD_DAEMON_INFO_BIND_PORT);
  url_ = fmt::format("http://{}:{}/metrics", endpoint.host,
                     bound == nullptr ? endpoint.port : bound->port);
}

MetricsEndpoint::~MetricsEndpoint() = default;

}  // namespace bulletin
