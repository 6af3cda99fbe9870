#include "authority/authority.hpp"

#include <algorithm>
#include <cassert>
#include <utility>
#include <variant>

#include "authority/reuse.hpp"
#include "authority/state.hpp"
#include "authority/time_points.hpp"
#include "wire/limits.hpp"

namespace bulletin::authority {

namespace {

AuthorityOptions sane(AuthorityOptions options) {
  assert(options.first_revision != 0);
  // The wire bounds names for good.
  options.limits.name_bytes = std::min(options.limits.name_bytes, wire::name_bytes);
  options.limits.namespace_bytes = std::min(options.limits.namespace_bytes, wire::namespace_bytes);
  return options;
}

}  // namespace

Authority::State::State(AuthorityOptions given) : options(sane(std::move(given))) {
  counters.revision = options.first_revision - 1;
}

void Authority::State::begin() {
  if (in_turn) return;
  in_turn = true;
  before_ = counters;
  publications.clear();
}

void Authority::State::commit(std::uint64_t late_ms) {
  if (!in_turn) return;
  for (const std::unique_ptr<Space>& space : forgotten) log.drop(space->kept);
  // Room is made before the newest are added, so that these are there for the answers.
  const std::size_t newest = commits_.log_bytes();
  log.evict(options.log_bytes - std::min(options.log_bytes, newest));
  publish();
  commits_.commit();
  namespaces.commit();
  std::erase_if(outlived, [](const auto& space) { return space->aside == 0; });
  for (std::unique_ptr<Space>& space : forgotten) {
    if (space->aside != 0) outlived.push_back(std::move(space));
  }
  forgotten = namespaces.take_forgotten();
  leases.commit(late_ms);
  sessions.commit(late_ms);
  in_turn = false;
}

void Authority::State::publish() {
  for (const SpaceCommits& commits : commits_.all()) {
    Space& space = commits.space();
    commits.for_each_run([&](const wire::Run& run) {
      publications.push_back({space.name, log.append(space.kept, run)});
    });
  }
}

void Authority::State::abandon() {
  if (!in_turn) return;
  commits_.abandon();
  namespaces.abandon();
  leases.rollback(0);
  sessions.abandon();
  counters = before_;
  in_turn = false;
}

Authority::Authority(AuthorityOptions options)
    : state_(std::make_unique<State>(std::move(options))) {}
Authority::~Authority() = default;
Authority::Authority(Authority&&) noexcept = default;
Authority& Authority::operator=(Authority&&) noexcept = default;

Answer Authority::apply(const Command& command) {
  state_->begin();
  state_->counters.late_ms = command.late_ms;
  if (const auto* write = std::get_if<wire::Write>(&command.what))
    return state_->apply(command.user, *write, command.denied);
  return std::visit([&](const auto& what) { return state_->apply(command.user, what); },
                    command.what);
}

std::span<const Publication> Authority::commit(std::uint64_t late_ms) {
  if (!state_->in_turn) return {};
  state_->commit(late_ms);
  return state_->publications;
}

void Authority::abandon() { state_->abandon(); }

void Authority::set_quotas(Quotas quotas) { state_->accounts.set_quotas(std::move(quotas)); }

std::optional<Answer> Authority::repeat(std::string_view user, const wire::Write& write,
                                        Places denied) const {
  return state_->repeat(user, write, denied);
}

std::optional<wire::Refusal> Authority::check(std::string_view user,
                                              const wire::SessionId& session) const {
  return state_->check_session(user, session);
}

bool Authority::in_turn() const noexcept { return state_->in_turn; }
const AuthorityOptions& Authority::options() const noexcept { return state_->options; }
std::uint64_t Authority::revision() const noexcept { return state_->counters.revision; }
std::uint64_t Authority::clock_ms() const noexcept { return state_->counters.clock_ms; }
std::optional<std::uint64_t> Authority::next_end_ms() const noexcept {
  if (state_->namespaces.sweeping()) return 0;
  const std::uint64_t next =
      std::min(state_->leases.next_deadline(), state_->sessions.next_deadline());
  if (next == never_ms) return std::nullopt;
  return next - std::min(next, clock_ms());
}
std::size_t Authority::sessions() const noexcept { return state_->sessions.size(); }
std::vector<std::uint64_t> Authority::session_numbers() const { return state_->sessions.numbers(); }
std::size_t Authority::namespaces() const noexcept { return state_->namespaces.size(); }
const Extent& Authority::extent() const noexcept { return state_->counters.total; }
const Accounts& Authority::accounts() const noexcept { return state_->accounts; }
std::uint64_t Authority::bytes() const noexcept { return state_->bytes(); }
std::size_t Authority::kept_outcome_bytes() const noexcept { return state_->sessions.kept_bytes(); }
std::size_t Authority::log_bytes() const noexcept { return state_->log.bytes(); }

}  // namespace bulletin::authority
