// Decides and answers what clients ask: between the sockets and the queries.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <spdlog/logger.h>

#include "authority/authority.hpp"
#include "server/access/access.hpp"
#include "server/backup.hpp"
#include "server/net/network.hpp"
#include "service/counters.hpp"
#include "service/query_router.hpp"
#include "service/request.hpp"
#include "service/session_list.hpp"
#include "service/undecided_writes.hpp"
#include "wire/replies.hpp"
#include "wire/requests.hpp"

namespace bulletin::server {

/// What a desk works with; it owns none of it.
struct DeskTools {
  authority::Authority& authority;
  const service::QueryRouter& queries;
  const Access& access;
  service::SessionList& sessions;
  Backup& backup;
  Network& network;
  service::Counters& counters;
  spdlog::logger& log;
};

/// Takes the requests of one turn through its two halves: `decide` makes them commands of the
/// authority's turn, and `answer`, when that is committed, tells the outcomes and answers the
/// queries from what everybody may see by then.
class Desk {
 public:
  /// `welcome`: what all sessions are told.
  Desk(DeskTools tools, wire::Welcome welcome);

  /// `keeps`: turns can be kept. Otherwise nothing is decided: writes and new sessions are refused.
  /// `late_ms`: of the commands.
  void decide(std::span<Request> requests, bool keeps, std::uint64_t late_ms);
  /// The turn was not kept: what it decided is told to nobody.
  void leave_open();
  /// What the store has is known again.
  void settle();
  void answer();

  /// True if a request of this turn asks about the broker's own namespaces.
  bool asks_about_system() const noexcept { return asks_about_system_; }

 private:
  struct Pending {
    Request* request = nullptr;
    wire::Request asked;
    std::string_view user;
    authority::Answer decided;
    bool malformed = false;
    bool open = false;  // whether it was applied is not known
  };

  void decide(Request& request, Pending& pending);
  void decide(Pending& pending, wire::Hello& hello);
  void decide(Pending& pending, wire::Keepalive& keepalive);
  void decide(Pending& pending, wire::Goodbye& goodbye);
  void decide(Pending& pending, wire::Write& write);
  template <class Query>
  void decide(Pending& pending, Query& query);
  void find_denied(std::string_view user, const wire::Write& write);
  void refuse(Pending& pending, const wire::Write& write);

  void count(const authority::Answer& decided);
  void count(wire::Status status);
  std::string answer(const Pending& pending, const wire::Hello& hello);
  std::string answer(const Pending& pending, const wire::Keepalive& keepalive);
  std::string answer(const Pending& pending, const wire::Goodbye& goodbye);
  std::string answer(const Pending& pending, const wire::List& list);
  template <class Asked>
  std::string answer(const Pending& pending, const Asked& asked);

  DeskTools tools_;
  wire::Welcome welcome_;
  std::vector<std::uint32_t> denied_;  // of the WRITE at hand
  std::vector<Pending> pending_;
  bool keeps_ = true;
  std::uint64_t late_ms_ = 0;
  service::UndecidedWrites undecided_;
  bool asks_about_system_ = false;
};

}  // namespace bulletin::server
