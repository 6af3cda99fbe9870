#include "server/desk.hpp"

#include <algorithm>
#include <concepts>
#include <utility>
#include <variant>

#include "authority/refusals.hpp"
#include "server/telemetry/loggers.hpp"
#include "server/welcome.hpp"
#include "wire/decode_error.hpp"
#include "wire/names.hpp"

namespace bulletin::server {
namespace {

authority::Answer refused(wire::Refusal refusal) {
  authority::Answer answer;
  answer.refusal = std::move(refusal);
  return answer;
}

template <class Asked>
concept Copying = std::same_as<Asked, wire::Backup> || std::same_as<Asked, wire::BackupPart> ||
    std::same_as<Asked, wire::BackupEnd>;

bool is_about_system(const wire::StatusRequest& request) {
  return std::any_of(request.spaces.begin(), request.spaces.end(), wire::is_system);
}
bool is_about_system(const wire::List&) { return false; }
template <Copying Query>
bool is_about_system(const Query&) {
  return false;
}
template <class Query>
bool is_about_system(const Query& query) {
  return wire::is_system(query.space);
}

std::optional<wire::Refusal> denial_of(const service::Rights& rights, std::string_view space) {
  if (rights.may_read(space)) return std::nullopt;
  return authority::denied_to_read(space);
}

/// The requests that become commands; every other one is a query.
bool is_command(const wire::Request& request) {
  return std::visit(
      []<class Asked>(const Asked&) {
        return std::same_as<Asked, wire::Hello> || std::same_as<Asked, wire::Keepalive> ||
               std::same_as<Asked, wire::Goodbye> || std::same_as<Asked, wire::Write>;
      },
      request);
}

/// Why this user does not get an answer, if so. A name that may not be read is answered the same
/// whether it is there or not.
template <class Query>
std::optional<wire::Refusal> denial(const service::Rights& rights, const Query& query) {
  return denial_of(rights, query.space);
}
std::optional<wire::Refusal> denial(const service::Rights& rights,
                                    const wire::StatusRequest& request) {
  for (const std::string_view space : request.spaces) {
    if (auto refusal = denial_of(rights, space)) return refusal;
  }
  return std::nullopt;
}
/// Its answer leaves out what may not be read.
std::optional<wire::Refusal> denial(const service::Rights&, const wire::List&) {
  return std::nullopt;
}
template <Copying Query>
std::optional<wire::Refusal> denial(const service::Rights& rights, const Query&) {
  if (rights.may_read_all()) return std::nullopt;
  return wire::Refusal{wire::Status::denied,
                       "a backup has all of the board: this user may not read every namespace",
                       {}};
}

wire::Refusal not_kept() {
  return {
      wire::Status::overloaded,
      "the broker cannot keep its data now (its log says why), and takes no writes before it can",
      {}};
}

}  // namespace

Desk::Desk(DeskTools tools, wire::Welcome welcome) : tools_(tools), welcome_(std::move(welcome)) {}

void Desk::decide(std::span<Request> requests, bool keeps, std::uint64_t late_ms) {
  keeps_ = keeps;
  late_ms_ = late_ms;
  asks_about_system_ = false;
  pending_.clear();
  for (Request& request : requests) {
    ++tools_.counters.requests;
    decide(request, pending_.emplace_back());
  }
}

void Desk::decide(Request& request, Pending& pending) {
  pending.request = &request;
  try {
    if (!request.whole) throw wire::DecodeError("a request is one frame behind the delimiter");
    pending.asked = wire::decode_request(request.bytes());
  } catch (const wire::OverLimit& error) {
    pending.malformed = true;
    pending.decided = refused({wire::Status::rejected, error.what(), {}});
    return;
  } catch (const wire::DecodeError& error) {
    ++tools_.counters.malformed;
    tools_.log.debug("event=malformed bytes={} reason={}", request.bytes().size(),
                     server::quoted(error.what()));
    pending.malformed = true;
    pending.decided = refused({wire::Status::malformed, error.what(), {}});
    return;
  }
  pending.user = request.user;
  std::visit([&](auto& asked) { decide(pending, asked); }, pending.asked);
}

void Desk::decide(Pending& pending, wire::Hello& hello) {
  if (!common_version(hello)) {
    pending.decided = refused(wrong_version(hello));
  } else if (auto refusal =
                 keeps_ ? std::nullopt : authority::check_client(hello.client_name, hello.host)) {
    pending.decided = refused(*std::move(refusal));
  } else if (!keeps_) {
    pending.decided = refused(not_kept());
  } else {
    pending.decided = tools_.authority.apply(
        {pending.user, authority::OpenSession{hello.client_name, hello.host}, {}, late_ms_});
  }
}

void Desk::decide(Pending& pending, wire::Keepalive& keepalive) {
  if (keeps_) {
    pending.decided =
        tools_.authority.apply({pending.user, authority::Renew{keepalive.session}, {}, late_ms_});
  } else if (auto refusal = tools_.authority.check(pending.user, keepalive.session)) {
    pending.decided = refused(*std::move(refusal));
  }
}

void Desk::decide(Pending& pending, wire::Goodbye& goodbye) {
  if (keeps_) {
    pending.decided = tools_.authority.apply(
        {pending.user, authority::CloseSession{goodbye.session}, {}, late_ms_});
  } else {
    auto refusal = tools_.authority.check(pending.user, goodbye.session);
    pending.decided = refused(refusal ? *std::move(refusal) : not_kept());
  }
}

void Desk::decide(Pending& pending, wire::Write& write) {
  if (!keeps_ || undecided_.is_refused(write)) return refuse(pending, write);
  find_denied(pending.user, write);
  // The numbers in `asked`, by which `leave_open` knows it, stay.
  pending.decided = tools_.authority.apply({pending.user, std::move(write), denied_, late_ms_});
}

void Desk::find_denied(std::string_view user, const wire::Write& write) {
  denied_.clear();
  const service::Rights& rights = tools_.access.rights_of(user);
  std::string_view space;  // of the item before: most have the same
  bool denied = false;
  for (std::size_t i = 0; i != write.items.size(); ++i) {
    if (i == 0 || write.items[i].space != space) {
      space = write.items[i].space;
      denied = !rights.may_write(space);
    }
    if (denied) denied_.push_back(static_cast<std::uint32_t>(i));
  }
}

/// What has been decided before is answered nevertheless.
void Desk::refuse(Pending& pending, const wire::Write& write) {
  pending.open = undecided_.is_open(write);
  if (pending.open) return;
  find_denied(pending.user, write);
  if (auto repeated = tools_.authority.repeat(pending.user, write, denied_)) {
    pending.decided = *std::move(repeated);
    return;
  }
  undecided_.refuse(write);
  pending.decided = refused(not_kept());
}

template <class Query>
void Desk::decide(Pending& pending, Query& query) {
  asks_about_system_ = asks_about_system_ || is_about_system(query);
  const service::Rights& rights = tools_.access.rights_of(pending.user);
  if (std::optional<wire::Refusal> refusal = denial(rights, query)) {
    pending.decided = refused(*std::move(refusal));
  }
}

void Desk::leave_open() {
  for (Pending& pending : pending_) {
    if (!is_command(pending.asked) || pending.malformed) continue;
    pending.open = true;
    if (const auto* write = std::get_if<wire::Write>(&pending.asked)) undecided_.leave_open(*write);
  }
}

void Desk::settle() {
  undecided_.settle();
  const std::vector<std::uint64_t> sessions = tools_.authority.session_numbers();
  undecided_.keep_if([&](std::uint64_t session) {
    return std::binary_search(sessions.begin(), sessions.end(), session);
  });
}

void Desk::answer() {
  for (const Pending& pending : pending_) {
    if (pending.open) continue;
    if (!is_command(pending.asked) && !tools_.network.has_room_for(*pending.request)) {
      ++tools_.counters.dropped;
      continue;
    }
    count(pending.decided);
    const std::string bytes =
        pending.decided.refused()
            ? wire::encode(pending.decided.refusal)
            : std::visit([&](const auto& asked) { return answer(pending, asked); }, pending.asked);
    tools_.network.answer(*pending.request, bytes);
  }
  pending_.clear();
}

void Desk::count(const authority::Answer& decided) {
  count(decided.refusal.status);
  if (!decided.outcomes) return;
  for (const wire::Outcome& outcome : *decided.outcomes) count(outcome.status);
}

void Desk::count(wire::Status status) {
  if (status == wire::Status::rejected) ++tools_.counters.rejected;
  if (status == wire::Status::denied) ++tools_.counters.denied;
  if (status == wire::Status::overloaded) ++tools_.counters.overloaded;
}

std::string Desk::answer(const Pending& pending, const wire::Hello& hello) {
  welcome_.version = *common_version(hello);
  welcome_.session = {tools_.authority.options().epoch, pending.decided.session};
  tools_.sessions.opened({pending.decided.session, pending.user, hello.client_name, 0, hello.host},
                         std::chrono::system_clock::now());
  tools_.log.debug("event=session_opened session={} name={} host={}", pending.decided.session,
                   server::quoted(hello.client_name), server::quoted(hello.host));
  return wire::encode(welcome_);
}

std::string Desk::answer(const Pending&, const wire::Keepalive&) {
  return wire::encode(welcome_.updates);
}

std::string Desk::answer(const Pending& pending, const wire::List& list) {
  return tools_.queries.answer(list, tools_.access.rights_of(pending.user));
}

std::string Desk::answer(const Pending& pending, const wire::Goodbye& goodbye) {
  tools_.sessions.closed(goodbye.session.number);
  tools_.log.debug("event=session_closed session={}", goodbye.session.number);
  return tools_.authority.reply(pending.decided);
}

template <class Asked>
std::string Desk::answer(const Pending& pending, const Asked& asked) {
  if constexpr (std::same_as<Asked, wire::Write>) {
    return tools_.authority.reply(pending.decided);
  } else if constexpr (Copying<Asked>) {
    return tools_.backup.answer(asked, std::chrono::steady_clock::now());
  } else {
    return tools_.queries.answer(asked);
  }
}

}  // namespace bulletin::server
