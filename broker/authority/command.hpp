// What changes an authority: a sequence of commands. Who makes the sequence is not the authority's
// matter; the same sequence, cut into turns anyhow, leads to the same state and the same outcomes.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "wire/replies.hpp"
#include "wire/requests.hpp"

namespace bulletin::authority {

/// Begins a session of the command's user. Refused: rejected (the client's name or host),
/// overloaded.
struct OpenSession {
  std::string_view client_name;
  std::string_view host = {};
};

/// Keeps a session alive. Refused: wrong_epoch, unknown_session.
struct Renew {
  wire::SessionId session;
};

/// Ends a session; its ephemeral attributes are as good as gone for what is decided from now on,
/// and go with the next Advance, or if they are many the next ones. Refused: wrong_epoch,
/// unknown_session.
struct CloseSession {
  wire::SessionId session;
};

/// The running clock goes on: what is due by then ends, sessions first; of very much a part
/// (`Bounds::ends`), and the rest with the next ones.
struct Advance {
  std::uint64_t milliseconds = 0;
};

/// A namespace is known from now on, although it may have no attributes: somebody subscribes to it.
/// Without this, a namespace that there is not changes its revision whenever another one is
/// forgotten, and its readers repair themselves needlessly. It is counted for the command's user
/// until another one writes into it. Refused: rejected (the name), overloaded.
struct PinNamespace {
  std::string_view space;
};

/// Nobody subscribes to the namespace. If it has no attributes, or once it has none, it is
/// forgotten after the time for which a session may be silent: so a reader whose connection broke
/// finds it again as it was.
struct UnpinNamespace {
  std::string_view space;
};

/// The places of items in a WRITE, in order.
using Places = std::span<const std::uint32_t>;

/// Views need to live until `apply` returns.
struct Command {
  std::string_view user;
  std::variant<OpenSession, Renew, CloseSession, wire::Write, Advance, PinNamespace, UnpinNamespace>
      what;
  /// Of a WRITE: the items that are not the user's to write. They are refused as denied, and no
  /// tail is told for them. Who may do what is known to whoever makes the sequence.
  Places denied = {};
  /// How far the running clock is behind: times to live and silences that begin with this command
  /// begin so much later.
  std::uint64_t late_ms = 0;
};

using Outcomes = std::vector<wire::Outcome>;

/// The commits that the client of a WRITE lacks are those of this namespace after this revision.
struct TailRequest {
  std::string space;
  std::uint64_t known = 0;
};

/// What a command came to. The rim tells nobody before the turn is committed, and drops it if the
/// turn is abandoned.
struct Answer {
  wire::Refusal refusal{wire::Status::ok, {}, {}};  ///< status ok: not refused
  std::uint64_t session = 0;                        ///< of an OpenSession
  std::optional<Outcomes> outcomes;                 ///< of a WRITE
  std::vector<TailRequest> tails;                   ///< of a WRITE, each namespace once

  [[nodiscard]] bool refused() const noexcept { return refusal.status != wire::Status::ok; }
};

}  // namespace bulletin::authority
