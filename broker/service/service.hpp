// The broker's core around the authority: what it does with all that arrives, turn by turn.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "authority/authority.hpp"
#include "service/beat_schedule.hpp"
#include "service/metrics.hpp"
#include "service/outbox.hpp"
#include "service/query_router.hpp"
#include "service/request.hpp"
#include "service/request_handler.hpp"
#include "service/running_clock.hpp"
#include "service/session_list.hpp"
#include "service/sessions_without_user.hpp"
#include "service/surroundings.hpp"
#include "service/system_namespaces.hpp"
#include "wire/replies.hpp"

namespace bulletin::service {

struct ServiceOptions {
  wire::Welcome welcome;  ///< the answer to HELLO, without the session
  std::chrono::milliseconds beat{1000};
  wire::Epoch system_epoch;          ///< of the broker's own namespaces
  std::uint64_t first_revision = 1;  ///< of the same
  std::uint64_t hash_seed = 0;
};

/// Pure: time and bytes are arguments, and what goes out goes through interfaces.
///
/// A turn has four steps, always in this order (asserted):
///
/// 1. `decide`: a store that failed is tried again, then requests become decisions. Before time
///    passes, as a session is renewed by a request that came before its time was over.
/// 2. `commit`: subscriptions take effect and time passes, as both may change namespaces; then all
///    is kept and becomes visible, then it is published. Proofs that a subscription is live follow,
///    since they promise that everything decided before them was sent.
/// 3. `answer`: outcomes and queries, from what everybody may see by then: after the updates, so
///    that an answer never tells of what its reader's stream lacks.
/// 4. `beat`: the state at the end of the turn.
class Service {
 public:
  using Time = std::chrono::steady_clock::time_point;

  Service(const Surroundings& surroundings, const ServiceOptions& options, Time now);

  void decide(std::span<Request> requests, Time now);
  /// `drained`: no request was left unread, so that time may pass.
  void commit(std::span<const SubscriptionEvent> subscriptions, std::span<const Nonce> nonces,
              bool drained, Time now);
  void answer(Time now);
  void beat(Time now);
  /// When the next turn has something to do even if nothing arrives.
  [[nodiscard]] Time next() const;

  /// The time until now never was: nobody expires for it.
  void skip_to(Time now) noexcept { clock_.skip_to(now); }
  /// Rights and users have changed: the sessions of users that are not let in any more end.
  void follow_rights(const authority::Quotas& quotas, bool has_quotas);

  [[nodiscard]] Metrics metrics() const;

 private:
  enum class Step { decide, commit, answer, beat };

  void enter(Step step);
  void recover(Time now);
  void apply_subscriptions(std::span<const SubscriptionEvent> events, Time now);
  bool pin(std::string_view user, std::string_view space);
  void unpin(const std::string& space, Time now);
  void advance(bool drained, Time now);
  void publish(std::span<const authority::Publication> publications, const wire::Epoch& epoch);
  void answer_nonces(std::span<const Nonce> nonces);
  void list_sessions();
  void refresh_system(Time now);
  [[nodiscard]] bool somebody_follows_system() const;
  [[nodiscard]] const authority::Authority& authority() const noexcept {
    return around_.sequencer.authority();
  }

  const Surroundings around_;
  Step next_step_ = Step::decide;
  RunningClock clock_;
  BeatSchedule beats_;
  SessionList sessions_;
  SessionsWithoutUser without_user_;
  SystemNamespaces system_;
  Time system_told_;
  const QueryRouter queries_;
  RequestHandler handler_;
};

}  // namespace bulletin::service
