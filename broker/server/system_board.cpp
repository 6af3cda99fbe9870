#include "server/system_board.hpp"

#include <cassert>
#include <limits>
#include <utility>

namespace bulletin::server {
namespace {

authority::AuthorityOptions system_options(const wire::Epoch& epoch, std::uint64_t first_revision) {
  authority::AuthorityOptions options;
  options.epoch = epoch;
  options.first_revision = first_revision;
  options.system = true;
  // The rim is trusted, and there may be many sessions to tell of.
  options.limits.transaction_operations = std::numeric_limits<std::uint32_t>::max();
  options.limits.transaction_bytes = std::numeric_limits<std::uint32_t>::max();
  options.log_bytes = 1u << 20;
  return options;
}

}  // namespace

SystemBoard::SystemBoard(const wire::Epoch& epoch, std::uint64_t first_revision)
    : authority_(system_options(epoch, first_revision)) {
  const authority::Answer opened = authority_.apply({{}, authority::OpenSession{"broker"}});
  session_ = {epoch, opened.session};
  authority_.apply({{}, authority::Remember{broker_space}});
  authority_.apply({{}, authority::Remember{sessions_space}});
  authority_.commit();
}

std::span<const authority::Publication> SystemBoard::tell(Facts facts) {
  write(broker_space, told_.broker, facts.broker);
  write(sessions_space, told_.sessions, facts.sessions);
  told_ = std::move(facts);
  if (!authority_.in_turn()) return {};
  return authority_.commit();
}

void SystemBoard::write(std::string_view space, const Attributes& before, const Attributes& now) {
  Transaction changes;
  for (const auto& [name, value] : now) {
    const auto old = before.find(name);
    if (old == before.end() || !(old->second == value)) changes.set(name, value);
  }
  for (const auto& [name, value] : before) {
    if (!now.contains(name)) changes.erase(name);
  }
  if (changes.operations() == 0) return;
  const std::string bytes = changes.encoded();
  [[maybe_unused]] const authority::Answer answer =
      authority_.apply({{}, wire::Write{session_, 0, ++number_, {{space, 0, bytes}}}});
  assert(!answer.refused());
}

}  // namespace bulletin::server
