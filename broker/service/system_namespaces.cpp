#include "service/system_namespaces.hpp"

#include <cassert>
#include <utility>

namespace bulletin::service {
namespace {

/// There may be many sessions to tell of, and a message is bounded.
constexpr std::size_t changes_per_commit = 2'000;

authority::AuthorityOptions system_options(const wire::Epoch& epoch, std::uint64_t first_revision,
                                           std::uint64_t hash_seed) {
  authority::AuthorityOptions options;
  options.epoch = epoch;
  options.first_revision = first_revision;
  options.system = true;
  options.log_bytes = 1u << 20;
  options.hash_seed = hash_seed;
  return options;
}

}  // namespace

SystemNamespaces::SystemNamespaces(const wire::Epoch& epoch, std::uint64_t first_revision,
                                   std::uint64_t hash_seed)
    : authority_(system_options(epoch, first_revision, hash_seed)) {
  const authority::Answer opened = authority_.apply({{}, authority::OpenSession{"broker"}});
  session_ = {epoch, opened.session};
  authority_.apply({{}, authority::PinNamespace{broker_space}});
  authority_.apply({{}, authority::PinNamespace{sessions_space}});
  authority_.commit();
}

void SystemNamespaces::add_users() {
  if (std::exchange(has_users_, true)) return;
  authority_.apply({{}, authority::PinNamespace{users_space}});
  authority_.commit();
}

std::span<const authority::Publication> SystemNamespaces::tell(Facts facts) {
  write(broker_space, told_.broker, facts.broker);
  write(sessions_space, told_.sessions, facts.sessions);
  if (!has_users_) facts.users.clear();
  write(users_space, told_.users, facts.users);
  told_ = std::move(facts);
  if (!authority_.in_turn()) return {};
  return authority_.commit();
}

void SystemNamespaces::write(std::string_view space, const Attributes& before,
                             const Attributes& now) {
  Transaction changes;
  const auto added = [&] {
    if (changes.operations() == changes_per_commit) write(space, std::exchange(changes, {}));
  };
  for (const auto& [name, value] : now) {
    const auto old = before.find(name);
    if (old != before.end() && old->second == value) continue;
    changes.set(name, value);
    added();
  }
  for (const auto& [name, value] : before) {
    if (now.contains(name)) continue;
    changes.erase(name);
    added();
  }
  if (changes.operations() != 0) write(space, changes);
}

void SystemNamespaces::write(std::string_view space, const Transaction& changes) {
  const std::string bytes = changes.encoded();
  [[maybe_unused]] const authority::Answer answer =
      authority_.apply({{}, wire::Write{session_, 0, ++number_, {{space, 0, bytes}}}});
  assert(!answer.refused());
}

}  // namespace bulletin::service
