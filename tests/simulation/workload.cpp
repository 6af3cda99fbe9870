#include "simulation/workload.hpp"

#include <fmt/format.h>

#include <array>
#include <chrono>
#include <utility>

#include "simulation/failure.hpp"
#include "wire/digest.hpp"

namespace bulletin::simulation {
namespace {

/// Some are prefixes of others.
constexpr std::string_view all_spaces[] = {"a", "a/b", "a/bc", "ab", "plant/line1", "plant/line10"};
constexpr std::string_view names[] = {"x", "y", "z", "xy", "long/name/of/an/attribute", "zz"};
constexpr std::string_view counters[] = {"count/1", "count/2"};
/// Holds attributes that one client each sets, and nobody erases.
constexpr std::string_view owners = "owners";
/// Holds so much that a snapshot has several parts.
constexpr std::string_view wide = "wide";
constexpr std::uint64_t wide_names = 16;
constexpr std::uint64_t most_time_ms = 4000;
/// Begins the names of namespaces that are empty most of the time.
constexpr std::string_view brief = "brief/";
constexpr std::uint64_t brief_time_ms = 300;

std::chrono::milliseconds milliseconds(std::uint64_t count) {
  return std::chrono::milliseconds(static_cast<std::int64_t>(count));
}

}  // namespace

Workload::Workload(Environment& environment)
    : world_(environment),
      wide_(environment.random.one_in(8)),
      briefs_(environment.random.pick<const std::uint64_t[3]>({2, 8, 300})) {
  for (const std::string_view space : all_spaces) {
    if (spaces_.empty() || world_.random.one_in(2)) spaces_.emplace_back(space);
  }
  spaces_.emplace_back(owners);
  if (wide_) spaces_.emplace_back(wide);
}

void Workload::act(Client& client) {
  Random& random = world_.random;
  std::string space = random.pick(spaces_);
  if (random.one_in(8)) space = fmt::format("{}{}", brief, random.below(briefs_));
  if (random.one_in(100)) space = denied_space;
  const bool publishes = space != denied_space && space != owners && random.one_in(3);
  replica::NamespaceReplica& replica =
      publishes ? client.destination(space) : client.open(space).replica();
  if (!publishes && random.one_in(10)) client.views().at(space).watch(random.one_in(2));
  if (space == denied_space) return;
  if (!publishes && random.one_in(8)) return ask(client, space);
  if (space == owners) return own(client);
  if (space.starts_with(brief)) return write_briefly(client, replica);
  if (space == wide || !random.one_in(12)) return write(client, replica);
  burst(client, replica);
}

void Workload::ask(Client& client, const std::string& space) {
  switch (world_.random.below(6)) {
    case 0: return client.list(space.substr(0, 1));
    case 1: return client.read(space, {"x", "pair/1", "pair/2", "count/1"});
    default: return client.sync(space);
  }
}

void Workload::write(Client& client, replica::NamespaceReplica& replica) {
  switch (world_.random.below(16)) {
    case 0: commit(client, replica, erase()); return;
    case 1:
      if (world_.random.one_in(4)) commit(client, replica, clear());
      return;
    case 2:
    case 3: commit(client, replica, pair()); return;
    case 4:
    case 5: commit(client, replica, add()); return;
    case 6:
    case 7: commit(client, replica, compare_and_set(replica)); return;
    case 8:
    case 9: commit(client, replica, many(replica)); return;
    default: set(client, replica, world_.random.one_in(8));
  }
}

void Workload::write_briefly(Client& client, replica::NamespaceReplica& replica) {
  if (world_.random.one_in(4)) {
    commit(client, replica, clear());
    return;
  }
  Transaction transaction;
  const std::uint64_t time = world_.random.between(1, brief_time_ms);
  transaction.set(world_.random.pick(names), value(), {.ttl = milliseconds(time)});
  commit(client, replica, transaction, true);
}

void Workload::set(Client& client, replica::NamespaceReplica& replica, bool ephemeral) {
  SetOptions options{.ephemeral = ephemeral};
  if (world_.random.one_in(10)) options.ttl = milliseconds(world_.random.between(1, 1500));
  Transaction transaction;
  if (replica.name() == wide) {
    std::string large(world_.random.between(20'000, 60'000), 'w');
    large.replace(0, 12, fmt::format("{:012}", ++serial_));
    transaction.set(fmt::format("w/{}", world_.random.below(wide_names)), large);
    commit(client, replica, transaction);
  } else {
    transaction.set(world_.random.pick(names), value(), options);
    commit(client, replica, transaction, true);
  }
}

void Workload::probe(Client& client, replica::NamespaceReplica& replica) {
  Transaction transaction;
  transaction.set(world_.random.pick(names), value());
  commit(client, replica, transaction, true);
}

void Workload::burst(Client& client, replica::NamespaceReplica& replica) {
  for (std::uint64_t left = world_.random.between(2, 30); left != 0; --left) {
    set(client, replica, false);
  }
}

void Workload::disown(const Client& client) {
  owned_.erase(client.name());
  ++forks_[client.name()];
}

/// A write of the parent may arrive long after the fork, so the child has another name.
std::string Workload::own_name(const Client& client) const {
  const auto forks = forks_.find(client.name());
  return forks == forks_.end() ? client.name() : fmt::format("{}/{}", client.name(), forks->second);
}

/// An ephemeral attribute that is the client's own: nobody else touches it.
void Workload::own(Client& client) {
  Transaction transaction;
  transaction.set(own_name(client), value(), {.ephemeral = true});
  replica::NamespaceReplica& replica = client.views().at(std::string(owners)).replica();
  owned_[client.name()] = commit(client, replica, transaction, true);
}

void Workload::check_owned(const Client& client) const {
  const auto own = owned_.find(client.name());
  if (own == owned_.end() || !world_.ledger.succeeded(own->second)) return;
  const auto& board = world_.model.boards().at(std::string(owners));
  const auto found = board.find(own_name(client));
  check(found != board.end(), "the ephemeral attribute of {} is gone", client.name());
  check(found->second.session == client.session(),
        "the ephemeral attribute of {} goes with session {}, not {}", client.name(),
        found->second.session, client.session());
}

Transaction Workload::pair() {
  Transaction transaction;
  if (world_.random.one_in(8)) {
    for (const std::string_view name : pair_names) transaction.erase(name);
    transaction.erase(marker());
    return transaction;
  }
  const Value both = value();
  for (const std::string_view name : pair_names) transaction.set(name, both);
  return transaction;
}

/// Also to what may be no number.
Transaction Workload::add() {
  Transaction transaction;
  transaction.add(world_.random.pick(counters), ++serial_);
  if (world_.random.one_in(3)) transaction.add(world_.random.pick(counters), serial_);
  if (world_.random.one_in(12)) transaction.add(world_.random.pick(names), serial_);
  return transaction;
}

Transaction Workload::erase() {
  const bool counter = world_.random.one_in(4);
  Transaction transaction;
  transaction.erase(counter ? world_.random.pick(counters) : world_.random.pick(names));
  transaction.erase(marker());
  return transaction;
}

Transaction Workload::clear() {
  Transaction transaction;
  if (world_.random.one_in(3)) append_operation(transaction);
  transaction.clear().erase(marker());
  if (world_.random.one_in(2)) append_operation(transaction);
  return transaction;
}

Transaction Workload::compare_and_set(const replica::NamespaceReplica& replica) {
  Transaction transaction;
  const std::string_view name = world_.random.pick(names);
  require(transaction, replica, name);
  transaction.set(name, value());
  return transaction;
}

Transaction Workload::many(const replica::NamespaceReplica& replica) {
  Transaction transaction;
  for (std::uint64_t left = world_.random.below(3); left != 0; --left) {
    require(transaction, replica, world_.random.pick(names));
  }
  for (std::uint64_t left = world_.random.between(1, 6); left != 0; --left) {
    append_operation(transaction);
  }
  transaction.erase(marker());
  return transaction;
}

void Workload::append_operation(Transaction& transaction) {
  const std::string_view name = world_.random.pick(names);
  switch (world_.random.below(5)) {
    case 0: transaction.erase(name); break;
    case 1: transaction.set(name, value(), {.ephemeral = true}); break;
    case 2:
      transaction.set(name, value(), {.ttl = milliseconds(world_.random.between(1, 800))});
      break;
    default: transaction.set(name, value());
  }
}

/// The revision that the client knows, as a rule.
void Workload::require(Transaction& transaction, const replica::NamespaceReplica& replica,
                       std::string_view name) {
  wire::ScalarBytes scratch;
  replica::AttributeTable::Found found;
  replica.table().find(name, found, scratch);
  std::uint64_t revision = found.revision;
  if (world_.random.one_in(8) && revision > 0) revision -= world_.random.below(2);
  transaction.require(name, Revision(revision));
}

WriteId Workload::commit(Client& client, replica::NamespaceReplica& replica,
                         const Transaction& transaction, bool renewable) {
  return client.write(replica, transaction, world_.random.between(50, most_time_ms), renewable);
}

/// Of any type, never the same twice.
Value Workload::value() {
  ++serial_;
  switch (world_.random.below(8)) {
    case 0: return serial_;
    case 1: return static_cast<double>(serial_) + 0.5;
    case 2: return Array{Value(serial_), Value(true), Value()};
    case 3: return Map{{"serial", Value(serial_)}, {"text", Value("of a map")}};
    case 4: return fmt::format("{}{}", serial_, std::string(world_.random.below(300), '.'));
    default: return fmt::format("{}", serial_);
  }
}

/// A name that nobody ever sets: erasing it does nothing but make the transaction unlike others.
std::string Workload::marker() { return fmt::format("#{}", ++serial_); }

}  // namespace bulletin::simulation
