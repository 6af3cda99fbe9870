#include "replica/ephemerals.hpp"

#include <iterator>

#include "replica/namespace_replica.hpp"
#include "wire/decode_error.hpp"
#include "wire/value_codec.hpp"

namespace bulletin::replica {

namespace {

Transaction renewal(const std::string& name, const std::string& value, std::uint64_t ttl_ms) {
  const SetOptions options{.ephemeral = true,
                           .ttl = decltype(SetOptions::ttl)(static_cast<std::int64_t>(ttl_ms))};
  return Transaction().require(name, absent).set(name, wire::decode_value(value), options);
}

}  // namespace

bool Ephemerals::ByName::operator()(const NamespaceReplica* left,
                                    const NamespaceReplica* right) const noexcept {
  return left->name() < right->name();
}

void Ephemerals::committed(const NamespaceReplica* replica, std::string_view transaction,
                           bool renewable, const CommitPoint& point) {
  try {
    if (!renewable && !made_.contains(replica)) return;
    wire::decode_transaction(transaction, decoded_);
    Names& names = made_[replica];
    for (const wire::Operation& operation : decoded_.operations) {
      note(names, operation, renewable && operation.ephemeral, point);
    }
    if (names.empty()) made_.erase(replica);
  } catch (const wire::DecodeError&) {
    // A broker that commits what is no transaction is not one to rely on.
  }
}

void Ephemerals::note(Names& names, const wire::Operation& operation, bool made,
                      const CommitPoint& point) {
  if (operation.kind == wire::OperationKind::add) return;  // keeps what the attribute is
  if (operation.kind == wire::OperationKind::clear) return names.clear();
  if (made) {
    names.insert_or_assign(
        std::string(operation.name),
        Made{std::string(operation.value), point.epoch, point.revision,
             operation.ttl_ms == 0 ? 0 : point.known_ms + operation.ttl_ms, 0, false});
  } else if (const auto place = names.find(operation.name); place != names.end()) {
    names.erase(place);
  }
}

void Ephemerals::taken(const NamespaceReplica* replica, std::string_view name) {
  const auto names = made_.find(replica);
  if (names == made_.end()) return;
  if (const auto place = names->second.find(name); place != names->second.end()) {
    names->second.erase(place);
  }
}

void Ephemerals::refused(const NamespaceReplica* replica, std::string_view transaction) {
  const auto names = made_.find(replica);
  if (names == made_.end()) return;
  wire::decode_transaction(transaction, decoded_);
  for (const wire::Operation& operation : decoded_.operations) {
    const auto place = names->second.find(operation.name);
    if (place != names->second.end()) place->second.refused = true;
  }
}

void Ephemerals::session_lives(std::uint64_t asked_ms, std::uint64_t now_ms) {
  for (auto& [replica, names] : made_) {
    for (auto next = names.begin(); next != names.end();) {
      const bool over = ended(*replica, next->first, next->second, asked_ms, now_ms);
      next = over ? names.erase(next) : std::next(next);
    }
  }
  std::erase_if(made_, [](const auto& entry) { return entry.second.empty(); });
}

bool Ephemerals::ended(const NamespaceReplica& replica, const std::string& name, Made& made,
                       std::uint64_t asked_ms, std::uint64_t now_ms) {
  if (made.ends_ms != 0 && made.ends_ms <= now_ms) return true;
  const bool applied = made.revision != not_committed && replica.has(made.epoch, made.revision);
  if (!applied || replica.table().contains(name)) {
    made.seen_gone_ms = 0;
    return false;
  }
  if (made.seen_gone_ms == 0) made.seen_gone_ms = now_ms;
  return made.seen_gone_ms < asked_ms;
}

std::vector<Ephemerals::Renewal> Ephemerals::renewals(Which which, std::uint64_t now_ms) {
  std::vector<Renewal> all;
  for (auto& [replica, names] : made_) {
    std::erase_if(names, [&](const auto& entry) {
      return entry.second.ends_ms != 0 && entry.second.ends_ms <= now_ms;
    });
    for (auto& [name, made] : names) {
      if (which == Which::refused && !made.refused) continue;
      const std::uint64_t ttl_ms = made.ends_ms == 0 ? 0 : made.ends_ms - now_ms;
      all.push_back({replica, renewal(name, made.value, ttl_ms)});
      made.revision = not_committed;
      made.seen_gone_ms = 0;
      made.refused = false;
    }
  }
  return all;
}

}  // namespace bulletin::replica
