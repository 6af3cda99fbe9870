#include "authority/model.hpp"

#include <cmath>

namespace bulletin::test {

using wire::OperationKind;
using wire::Status;

void Model::close(std::uint64_t session) {
  sessions_.erase(session);
  end_all([=](const ModelAttribute& attribute) { return attribute.session == session; });
}

void Model::advance(std::uint64_t milliseconds) {
  clock_ += milliseconds;
  std::erase_if(sessions_, [&](const auto& session) { return session.second <= clock_; });
  end_all([&](const ModelAttribute& attribute) {
    return (attribute.session != 0 && !sessions_.contains(attribute.session)) ||
           (attribute.deadline != 0 && attribute.deadline <= clock_);
  });
  forget_idle();
}

void Model::forget(const std::string& space) {
  if (!knows(space)) return;
  lives_[space].watched = false;
  look_again(space);
}

bool Model::idle(const std::string& space) const {
  const auto found = spaces_.find(space);
  return !lives_.at(space).watched && (found == spaces_.end() || found->second.empty());
}

void Model::look_again(const std::string& space) {
  if (idle(space)) lives_[space].due = clock_ + session_ms_;
}

void Model::forget_idle() {
  std::set<std::pair<std::uint64_t, std::string>> due;
  for (auto& [name, life] : lives_) {
    if (life.due == 0 || life.due > clock_) continue;
    if (idle(name)) due.emplace(life.due, name);
    life.due = 0;
  }
  for (const auto& [time, name] : due) {
    lives_.erase(name);
    forgettings_.insert(++revision_);
  }
}

template <class Condition>
void Model::end_all(Condition condition) {
  for (auto& [name, space] : spaces_) {
    if (std::erase_if(space, [&](const auto& item) { return condition(item.second); }) != 0) {
      ++revision_;
      look_again(name);
    }
  }
}

Status Model::write(std::uint64_t session, const std::string& name,
                    const ModelTransaction& transaction) {
  const ModelSpace before = spaces_[name];
  for (const auto& [attribute, revision] : transaction.conditions) {
    const auto found = before.find(attribute);
    if ((found == before.end() ? 0 : found->second.revision) != revision) return Status::lost;
  }
  ModelSpace after = before;
  ++revision_;
  for (const ModelOperation& operation : transaction.operations) {
    if (const auto refused = apply(after, session, operation)) {
      --revision_;
      return *refused;
    }
  }
  if (after == before) {
    --revision_;
    return Status::unchanged;
  }
  spaces_[name] = after;
  lives_[name];
  look_again(name);
  return Status::ok;
}

std::optional<Status> Model::apply(ModelSpace& space, std::uint64_t session,
                                   const ModelOperation& operation) const {
  if (operation.kind == OperationKind::clear) {
    space.clear();
    return std::nullopt;
  }
  if (operation.name.starts_with('_')) return Status::rejected;
  if (operation.kind == OperationKind::erase) {
    space.erase(operation.name);
    return std::nullopt;
  }
  if (operation.kind == OperationKind::set) {
    space[operation.name] = {operation.value, revision_, operation.ephemeral ? session : 0,
                             operation.ttl == 0 ? 0 : clock_ + operation.ttl};
    return std::nullopt;
  }
  // Small numbers only: the sums themselves have tests of their own.
  const bool present = space.contains(operation.name);
  const bool real = operation.value.type() == Value::Type::real;
  ModelAttribute next =
      present ? space[operation.name] : ModelAttribute{real ? Value(0.0) : Value(0), 0, 0, 0};
  if (next.value.type() != operation.value.type()) return Status::wrong_type;
  if (real) {
    next.value = next.value.as<double>() + operation.value.as<double>();
  } else {
    next.value = next.value.as<std::int64_t>() + operation.value.as<std::int64_t>();
  }
  next.revision = revision_;
  space[operation.name] = next;
  return std::nullopt;
}

}  // namespace bulletin::test
