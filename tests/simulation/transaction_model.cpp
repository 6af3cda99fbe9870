#include "simulation/transaction_model.hpp"

#include <bulletin/value.hpp>

#include <utility>

#include "wire/value_codec.hpp"

namespace bulletin::simulation {
namespace {

using wire::OperationKind;
using wire::Status;

class Decider {
 public:
  Decider(const Board& board, std::uint64_t session, std::uint64_t now_ms, std::uint64_t& grants)
      : board_(board), session_(session), now_ms_(now_ms), grants_(grants) {}

  Decision decide(const wire::Transaction& transaction) {
    for (const wire::Condition& condition : transaction.conditions) {
      const auto found = board_.find(condition.name);
      const bool there = found != board_.end() && !found->second.over;
      if ((there ? found->second.revision : 0) == condition.revision) continue;
      return {Status::lost, std::string(condition.name), {}, {}};
    }
    for (const wire::Operation& operation : transaction.operations) {
      if (!apply(operation)) return {Status::wrong_type, std::string(operation.name), {}, {}};
    }
    // What was not there before and is not there now is no change.
    std::erase_if(decision_.effects, [&](const auto& effect) {
      return !effect.second && !board_.contains(effect.first);
    });
    if (decision_.effects.empty()) decision_ = {Status::unchanged, {}, {}, {}};
    return std::move(decision_);
  }

 private:
  bool apply(const wire::Operation& operation) {
    switch (operation.kind) {
      case OperationKind::set: set(operation); break;
      case OperationKind::erase: put(operation.name, std::nullopt); break;
      case OperationKind::clear: clear(); break;
      case OperationKind::add: return add(operation);
    }
    return true;
  }

  void put(std::string_view name, std::optional<Held> held) {
    decision_.effects.insert_or_assign(std::string(name), std::move(held));
  }

  const Held* find(std::string_view name) const {
    const auto touched = decision_.effects.find(name);
    if (touched != decision_.effects.end()) {
      return touched->second ? &*touched->second : nullptr;
    }
    const auto found = board_.find(name);
    return found == board_.end() || found->second.over ? nullptr : &found->second;
  }

  void set(const wire::Operation& operation) {
    put(operation.name,
        Held{to_bytes(std::string(operation.value)), 0, operation.ephemeral ? session_ : 0,
             operation.ttl_ms != 0 ? now_ms_ + operation.ttl_ms : 0, ++grants_, false});
  }

  void clear() {
    for (auto& [name, effect] : decision_.effects) effect.reset();
    for (const auto& [name, held] : board_) put(name, std::nullopt);
  }

  /// The simulation adds integers only, but not always to integers.
  bool add(const wire::Operation& operation) {
    Held sum;
    std::int64_t before = 0;
    if (const Held* held = find(operation.name)) {
      const auto number = wire::decode_value(*held->value).get_if<std::int64_t>();
      if (!number) return false;
      before = *number;
      sum = *held;
    }
    const auto amount = wire::decode_value(operation.value).as<std::int64_t>();
    decision_.sums.push_back(wire::encode_value(Value(before + amount)));
    sum.value = to_bytes(decision_.sums.back());
    put(operation.name, std::move(sum));
    return true;
  }

  const Board& board_;
  const std::uint64_t session_;
  const std::uint64_t now_ms_;
  std::uint64_t& grants_;
  Decision decision_;
};

}  // namespace

Decision decide(const Board& board, const wire::Transaction& transaction, std::uint64_t session,
                std::uint64_t now_ms, std::uint64_t& grants) {
  return Decider(board, session, now_ms, grants).decide(transaction);
}

Delta carry_out(Board& board, const Decision& decision, std::uint64_t revision) {
  Delta delta;
  for (const auto& [name, effect] : decision.effects) {
    delta.emplace(name, effect ? effect->value : nullptr);
    if (effect) {
      Held& held = board[name];
      held = *effect;
      held.revision = revision;
    } else {
      board.erase(name);
    }
  }
  return delta;
}

}  // namespace bulletin::simulation
