// Decides and answers what clients ask: between the sockets and the boards.
#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include <spdlog/logger.h>

#include "authority/authority.hpp"
#include "server/boards.hpp"
#include "server/counters.hpp"
#include "server/inbox.hpp"
#include "server/outbox.hpp"
#include "server/session_list.hpp"
#include "wire/replies.hpp"
#include "wire/requests.hpp"

namespace bulletin::server {

/// What a desk works with; it owns none of it.
struct DeskTools {
  authority::Authority& authority;
  const Boards& boards;
  SessionList& sessions;
  Outbox& outbox;
  Counters& counters;
  spdlog::logger& log;
};

/// Takes the requests of one turn through its two halves: `decide` makes them commands of the
/// authority's turn, and `answer`, when that is committed, tells the outcomes and answers the
/// queries from what everybody may see by then.
class Desk {
 public:
  Desk(DeskTools tools, wire::Welcome welcome);

  void decide(std::span<Request> requests);
  void answer();

  /// True if a request of this turn asks about the broker's own namespaces.
  bool asks_about_system() const noexcept { return asks_about_system_; }

 private:
  struct Pending {
    Request* request = nullptr;
    wire::Request asked;
    authority::Answer decided;
  };

  void decide(Request& request, Pending& pending);
  authority::Answer decide(wire::Hello& hello);
  authority::Answer decide(wire::Keepalive& keepalive);
  authority::Answer decide(wire::Goodbye& goodbye);
  authority::Answer decide(wire::Write& write);
  template <class Query>
  authority::Answer decide(Query& query);

  std::string answer(const Pending& pending, const wire::Hello& hello);
  std::string answer(const Pending& pending, const wire::Goodbye& goodbye);
  template <class Asked>
  std::string answer(const Pending& pending, const Asked& asked);

  DeskTools tools_;
  wire::Welcome welcome_;
  std::vector<Pending> pending_;
  bool asks_about_system_ = false;
};

}  // namespace bulletin::server
