// Decides and answers what clients ask.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "authority/authority.hpp"
#include "service/query_router.hpp"
#include "service/request.hpp"
#include "service/session_list.hpp"
#include "service/surroundings.hpp"
#include "service/undecided_writes.hpp"
#include "wire/replies.hpp"
#include "wire/requests.hpp"

namespace bulletin::service {

/// Takes the requests of one turn through its two halves: `decide` makes them commands of the
/// authority's turn, and `answer`, when that is committed, tells the outcomes and answers the
/// queries from what everybody may see by then.
class RequestHandler {
 public:
  using Time = Persistence::Time;

  /// `welcome`: what all sessions have in common. The rest has to outlive it.
  RequestHandler(const Surroundings& surroundings, const QueryRouter& queries,
                 SessionList& sessions, const wire::Welcome& welcome);

  /// `late_ms`: of the commands. While the sequencer is not available nothing is decided: writes
  /// and new sessions are refused.
  void decide(std::span<Request> requests, std::uint64_t late_ms);
  /// The turn was not kept: what it decided is discarded.
  void leave_open();
  /// What the store has is known again.
  void settle();
  void answer(Time now);

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

  const Surroundings& around_;
  const QueryRouter& queries_;
  SessionList& sessions_;
  wire::Welcome welcome_;
  Time now_{};                         // of `answer`
  std::vector<std::uint32_t> denied_;  // of the WRITE at hand
  std::vector<Pending> pending_;
  bool available_ = true;
  std::uint64_t late_ms_ = 0;
  UndecidedWrites undecided_;
  bool asks_about_system_ = false;
};

}  // namespace bulletin::service
