#include "service/request_handler.hpp"

#include <algorithm>
#include <concepts>
#include <optional>
#include <utility>
#include <variant>

#include <fmt/format.h>

#include "authority/refusals.hpp"
#include "wire/decode_error.hpp"
#include "wire/limits.hpp"
#include "wire/names.hpp"

namespace bulletin::service {
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

std::optional<wire::Refusal> denial_of(const Rights& rights, std::string_view space) {
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
std::optional<wire::Refusal> denial(const Rights& rights, const Query& query) {
  return denial_of(rights, query.space);
}
std::optional<wire::Refusal> denial(const Rights& rights, const wire::StatusRequest& request) {
  for (const std::string_view space : request.spaces) {
    if (auto refusal = denial_of(rights, space)) return refusal;
  }
  return std::nullopt;
}
/// Its answer leaves out what may not be read.
std::optional<wire::Refusal> denial(const Rights&, const wire::List&) { return std::nullopt; }
template <Copying Query>
std::optional<wire::Refusal> denial(const Rights& rights, const Query&) {
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

/// The newest version that both sides speak; nullopt: there is none.
std::optional<std::uint64_t> common_version(const wire::Hello& hello) noexcept {
  const std::uint64_t newest = std::min(hello.highest, wire::highest_version);
  if (newest < std::max(hello.lowest, wire::lowest_version)) return std::nullopt;
  return newest;
}

/// Names what each side speaks.
wire::Refusal wrong_version(const wire::Hello& hello) {
  return {wire::Status::wrong_version,
          fmt::format("this broker speaks the protocol versions {} to {}, the client {} to {}",
                      wire::lowest_version, wire::highest_version, hello.lowest, hello.highest),
          {}};
}

}  // namespace

RequestHandler::RequestHandler(const Surroundings& surroundings, const QueryRouter& queries,
                               SessionList& sessions, const wire::Welcome& welcome)
    : around_(surroundings), queries_(queries), sessions_(sessions), welcome_(welcome) {}

void RequestHandler::decide(std::span<Request> requests, std::uint64_t late_ms) {
  available_ = around_.sequencer.available();
  late_ms_ = late_ms;
  asks_about_system_ = false;
  pending_.clear();
  for (Request& request : requests) {
    ++around_.counters.requests;
    decide(request, pending_.emplace_back());
  }
}

void RequestHandler::decide(Request& request, Pending& pending) {
  pending.request = &request;
  try {
    if (!request.whole) throw wire::DecodeError("a request is one frame behind the delimiter");
    pending.asked = wire::decode_request(request.bytes());
  } catch (const wire::OverLimit& error) {
    pending.malformed = true;
    pending.decided = refused({wire::Status::rejected, error.what(), {}});
    return;
  } catch (const wire::DecodeError& error) {
    ++around_.counters.malformed;
    around_.host.on_malformed(request.bytes().size(), error.what());
    pending.malformed = true;
    pending.decided = refused({wire::Status::malformed, error.what(), {}});
    return;
  }
  pending.user = request.user;
  std::visit([&](auto& asked) { decide(pending, asked); }, pending.asked);
}

void RequestHandler::decide(Pending& pending, wire::Hello& hello) {
  if (!common_version(hello)) {
    pending.decided = refused(wrong_version(hello));
  } else if (auto refusal = available_ ? std::nullopt
                                       : authority::check_client(hello.client_name, hello.host)) {
    pending.decided = refused(*std::move(refusal));
  } else if (!available_) {
    pending.decided = refused(not_kept());
  } else {
    pending.decided = around_.sequencer.propose(
        {pending.user, authority::OpenSession{hello.client_name, hello.host}, {}, late_ms_});
  }
}

void RequestHandler::decide(Pending& pending, wire::Keepalive& keepalive) {
  if (available_) {
    pending.decided = around_.sequencer.propose(
        {pending.user, authority::Renew{keepalive.session}, {}, late_ms_});
  } else if (auto refusal = around_.sequencer.authority().check(pending.user, keepalive.session)) {
    pending.decided = refused(*std::move(refusal));
  }
}

void RequestHandler::decide(Pending& pending, wire::Goodbye& goodbye) {
  if (available_) {
    pending.decided = around_.sequencer.propose(
        {pending.user, authority::CloseSession{goodbye.session}, {}, late_ms_});
  } else {
    auto refusal = around_.sequencer.authority().check(pending.user, goodbye.session);
    pending.decided = refused(refusal ? *std::move(refusal) : not_kept());
  }
}

void RequestHandler::decide(Pending& pending, wire::Write& write) {
  if (!available_ || undecided_.is_refused(write)) return refuse(pending, write);
  find_denied(pending.user, write);
  // The numbers in `asked`, by which `leave_open` knows it, stay.
  pending.decided = around_.sequencer.propose({pending.user, std::move(write), denied_, late_ms_});
}

void RequestHandler::find_denied(std::string_view user, const wire::Write& write) {
  denied_.clear();
  const Rights& rights = around_.rights.of(user);
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
void RequestHandler::refuse(Pending& pending, const wire::Write& write) {
  pending.open = undecided_.is_open(write);
  if (pending.open) return;
  find_denied(pending.user, write);
  if (auto repeated = around_.sequencer.authority().repeat(pending.user, write, denied_)) {
    pending.decided = *std::move(repeated);
    return;
  }
  undecided_.refuse(write);
  pending.decided = refused(not_kept());
}

template <class Query>
void RequestHandler::decide(Pending& pending, Query& query) {
  asks_about_system_ = asks_about_system_ || is_about_system(query);
  const Rights& rights = around_.rights.of(pending.user);
  if (std::optional<wire::Refusal> refusal = denial(rights, query)) {
    pending.decided = refused(*std::move(refusal));
  }
}

void RequestHandler::leave_open() {
  for (Pending& pending : pending_) {
    if (!is_command(pending.asked) || pending.malformed) continue;
    pending.open = true;
    if (const auto* write = std::get_if<wire::Write>(&pending.asked)) undecided_.leave_open(*write);
  }
}

void RequestHandler::settle() {
  undecided_.settle();
  const std::vector<std::uint64_t> sessions = around_.sequencer.authority().session_numbers();
  undecided_.keep_if([&](std::uint64_t session) {
    return std::binary_search(sessions.begin(), sessions.end(), session);
  });
}

void RequestHandler::answer(Time now) {
  now_ = now;
  for (const Pending& pending : pending_) {
    if (pending.open) continue;
    if (!is_command(pending.asked) && !around_.outbox.has_room_for(*pending.request)) {
      ++around_.counters.dropped;
      continue;
    }
    count(pending.decided);
    const std::string bytes =
        pending.decided.refused()
            ? wire::encode(pending.decided.refusal)
            : std::visit([&](const auto& asked) { return answer(pending, asked); }, pending.asked);
    around_.outbox.answer(*pending.request, bytes);
  }
  pending_.clear();
}

void RequestHandler::count(const authority::Answer& decided) {
  count(decided.refusal.status);
  if (!decided.outcomes) return;
  for (const wire::Outcome& outcome : *decided.outcomes) count(outcome.status);
}

void RequestHandler::count(wire::Status status) {
  if (status == wire::Status::rejected) ++around_.counters.rejected;
  if (status == wire::Status::denied) ++around_.counters.denied;
  if (status == wire::Status::overloaded) ++around_.counters.overloaded;
}

std::string RequestHandler::answer(const Pending& pending, const wire::Hello& hello) {
  welcome_.version = *common_version(hello);
  welcome_.session = {around_.sequencer.authority().options().epoch, pending.decided.session};
  sessions_.opened({pending.decided.session, pending.user, hello.client_name, 0, hello.host},
                   around_.host.wall_time());
  around_.host.on_session_opened(pending.decided.session, hello.client_name, hello.host);
  return wire::encode(welcome_);
}

std::string RequestHandler::answer(const Pending&, const wire::Keepalive&) {
  return wire::encode(welcome_.updates);
}

std::string RequestHandler::answer(const Pending& pending, const wire::List& list) {
  return queries_.answer(list, around_.rights.of(pending.user));
}

std::string RequestHandler::answer(const Pending& pending, const wire::Goodbye& goodbye) {
  sessions_.closed(goodbye.session.number);
  around_.host.on_session_closed(goodbye.session.number);
  return around_.sequencer.authority().reply(pending.decided);
}

template <class Asked>
std::string RequestHandler::answer(const Pending& pending, const Asked& asked) {
  if constexpr (std::same_as<Asked, wire::Write>) {
    return around_.sequencer.authority().reply(pending.decided);
  } else if constexpr (Copying<Asked>) {
    return around_.backups.answer(asked, now_);
  } else {
    return queries_.answer(asked);
  }
}

}  // namespace bulletin::service
