// The open sessions, for operators.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>

#include <bulletin/value.hpp>

#include "authority/views.hpp"

namespace bulletin::service {

class SessionList {
 public:
  using WallTime = std::chrono::system_clock::time_point;

  /// Nothing happens if it is known.
  void opened(const authority::SessionView& session, WallTime now);
  void closed(std::uint64_t session);
  /// Keeps those that live; `living` is in ascending order.
  void keep(std::span<const std::uint64_t> living);

  std::size_t size() const noexcept { return sessions_.size(); }
  /// The attributes of $sys/sessions: by the session's number, {"name": the client's, "user": its
  /// user's (with keys), "host": if the client has told it, "since": milliseconds of Unix time}.
  std::map<std::string, Value, std::less<>> attributes() const;

 private:
  struct Session {
    std::string user;
    std::string client_name;
    std::string host;
    WallTime since;
  };

  std::map<std::uint64_t, Session> sessions_;
};

}  // namespace bulletin::service
