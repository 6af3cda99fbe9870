#include "server/desk.hpp"

#include <algorithm>
#include <concepts>
#include <utility>
#include <variant>

#include "server/log.hpp"
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

bool is_about_system(const wire::StatusRequest& request) {
  return std::any_of(request.spaces.begin(), request.spaces.end(), wire::is_system);
}
bool is_about_system(const wire::List&) { return false; }
template <class Query>
bool is_about_system(const Query& query) {
  return wire::is_system(query.space);
}

/// The requests that become commands; every other one is a query.
template <class Asked>
concept Decided = std::same_as<Asked, wire::Keepalive> || std::same_as<Asked, wire::Write>;

}  // namespace

Desk::Desk(DeskTools tools, wire::Welcome welcome) : tools_(tools), welcome_(std::move(welcome)) {}

void Desk::decide(std::span<Request> requests) {
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
  } catch (const wire::DecodeError& error) {
    ++tools_.counters.malformed;
    tools_.log.debug("event=malformed bytes={} reason={}", request.bytes().size(),
                     quoted(error.what()));
    pending.decided = refused({wire::Status::malformed, error.what(), {}});
    return;
  }
  pending.decided = std::visit([this](auto& asked) { return decide(asked); }, pending.asked);
}

authority::Answer Desk::decide(wire::Hello& hello) {
  if (!common_version(hello)) return refused(wrong_version(hello));
  return tools_.authority.apply({{}, authority::OpenSession{hello.client_name}});
}

authority::Answer Desk::decide(wire::Keepalive& keepalive) {
  return tools_.authority.apply({{}, authority::Renew{keepalive.session}});
}

authority::Answer Desk::decide(wire::Goodbye& goodbye) {
  return tools_.authority.apply({{}, authority::CloseSession{goodbye.session}});
}

authority::Answer Desk::decide(wire::Write& write) {
  return tools_.authority.apply({{}, std::move(write)});
}

template <class Query>
authority::Answer Desk::decide(Query& query) {
  asks_about_system_ = asks_about_system_ || is_about_system(query);
  return {};
}

void Desk::answer() {
  for (const Pending& pending : pending_) {
    std::string bytes =
        pending.decided.refused()
            ? wire::encode(pending.decided.refusal)
            : std::visit([&](const auto& asked) { return answer(pending, asked); }, pending.asked);
    tools_.outbox.answer(*pending.request, std::move(bytes));
  }
  pending_.clear();
}

std::string Desk::answer(const Pending& pending, const wire::Hello& hello) {
  welcome_.version = *common_version(hello);
  welcome_.session = {tools_.authority.options().epoch, pending.decided.session};
  tools_.sessions.opened(pending.decided.session, hello.client_name,
                         std::chrono::system_clock::now());
  tools_.log.debug("event=session_opened session={} name={}", pending.decided.session,
                   quoted(hello.client_name));
  return wire::encode(welcome_);
}

std::string Desk::answer(const Pending& pending, const wire::Goodbye& goodbye) {
  tools_.sessions.closed(goodbye.session.number);
  tools_.log.debug("event=session_closed session={}", goodbye.session.number);
  return tools_.authority.reply(pending.decided);
}

template <class Asked>
std::string Desk::answer(const Pending& pending, const Asked& asked) {
  if constexpr (Decided<Asked>) {
    return tools_.authority.reply(pending.decided);
  } else {
    return tools_.boards.answer(asked);
  }
}

}  // namespace bulletin::server
