#include "metrics_endpoint.hpp"

#include <microhttpd.h>
#include <netdb.h>
#include <sys/socket.h>

#include <cerrno>
#include <string_view>
#include <system_error>

#include <fmt/format.h>

#include <bulletin/error.hpp>

#include "server/endpoint.hpp"
#include "server/log.hpp"

namespace bulletin {
namespace {

constexpr std::chrono::milliseconds patience{2000};
constexpr unsigned connections = 16;
constexpr unsigned connection_seconds = 10;
constexpr const char* content_type = "text/plain; version=0.0.4; charset=utf-8";

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

MHD_Result handle(void* server, MHD_Connection* connection, const char* url, const char* method,
                  const char* /*version*/, const char* /*upload*/, size_t* /*upload_size*/,
                  void** /*state*/) {
  constexpr const char* plain = "text/plain; charset=utf-8";
  const std::string_view asked(method);
  if (asked != MHD_HTTP_METHOD_GET && asked != MHD_HTTP_METHOD_HEAD)
    return respond(connection, MHD_HTTP_METHOD_NOT_ALLOWED, "only GET\n", plain);
  if (std::string_view(url) != "/metrics")
    return respond(connection, MHD_HTTP_NOT_FOUND, "there is /metrics\n", plain);
  const auto text = static_cast<server::Server*>(server)->metrics(patience);
  if (!text)
    return respond(connection, MHD_HTTP_SERVICE_UNAVAILABLE, "the broker does not answer\n", plain);
  return respond(connection, MHD_HTTP_OK, *text, content_type);
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

server::Endpoint parsed(const std::string& given) {
  try {
    return server::parse_endpoint("tcp://" + given, "metrics");
  } catch (const Error&) {
    refuse(given);  // in the words of this option
  }
}

/// Numbers only: a name would be somebody else's to change.
std::unique_ptr<addrinfo, FreeAddresses> resolved(const server::Endpoint& endpoint,
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

struct MetricsEndpoint::Daemon {
  explicit Daemon(MHD_Daemon* given) : daemon(given) {}
  ~Daemon() { MHD_stop_daemon(daemon); }
  Daemon(const Daemon&) = delete;
  Daemon& operator=(const Daemon&) = delete;

  MHD_Daemon* daemon;
};

void check_metrics_address(const std::string& address) { resolved(parsed(address), address); }

MetricsEndpoint::MetricsEndpoint(server::Server& server, const std::string& address) {
  const server::Endpoint endpoint = parsed(address);
  const auto list = resolved(endpoint, address);
  unsigned flags = MHD_USE_INTERNAL_POLLING_THREAD;
  if (list->ai_family == AF_INET6) flags |= MHD_USE_IPv6;
  MHD_Daemon* const daemon = MHD_start_daemon(
      flags, endpoint.port, nullptr, nullptr, &handle, &server, MHD_OPTION_SOCK_ADDR, list->ai_addr,
      MHD_OPTION_CONNECTION_LIMIT, connections, MHD_OPTION_CONNECTION_TIMEOUT, connection_seconds,
      MHD_OPTION_END);
  if (daemon == nullptr)
    throw Error(Errc::rejected, fmt::format("metrics: cannot bind {}: {}; choose another address",
                                            address, std::generic_category().message(errno)));
  daemon_ = std::make_unique<Daemon>(daemon);
  const MHD_DaemonInfo* const bound = MHD_get_daemon_info(daemon, MHD_DAEMON_INFO_BIND_PORT);
  url_ = fmt::format("http://{}:{}/metrics", endpoint.host,
                     bound == nullptr ? endpoint.port : bound->port);
}

MetricsEndpoint::~MetricsEndpoint() = default;

}  // namespace bulletin
