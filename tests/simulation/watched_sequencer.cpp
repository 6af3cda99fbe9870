#include "simulation/watched_sequencer.hpp"

#include <algorithm>
#include <utility>
#include <variant>

#include "authority/state_visitor.hpp"
#include "simulation/distortion.hpp"

namespace bulletin::simulation {
namespace {

/// What a turn would publish.
class TurnUpdates : public authority::StateVisitor {
 public:
  TurnUpdates(std::deque<std::string>& strings, std::vector<authority::Publication>& updates)
      : strings_(strings), updates_(updates) {}

  void commits(std::string_view space, const wire::Run& run) override {
    authority::Publication update{strings_.emplace_back(space), run};
    update.run.bytes = strings_.emplace_back(run.bytes);
    updates_.push_back(update);
  }
  void counters(const authority::CountersView&) override {}
  void space(const authority::SpaceView&) override {}
  void attribute(std::string_view, const authority::AttributeView&) override {}
  void session(const authority::SessionView&) override {}
  void lane(std::uint64_t, std::uint64_t, std::uint64_t, std::string_view) override {}
  void space_forgotten(std::string_view) override {}
  void attribute_removed(std::string_view, std::string_view) override {}
  void attributes_removed(std::string_view) override {}
  void lane_ended(std::uint64_t, std::uint64_t) override {}
  void session_ended(std::uint64_t) override {}

 private:
  std::deque<std::string>& strings_;
  std::vector<authority::Publication>& updates_;
};

}  // namespace

/// A request that was seen before goes to a lane of its own, where it is new.
authority::Command WatchedSequencer::distorted(authority::Command command) {
  auto* const write = std::get_if<wire::Write>(&command.what);
  if (write == nullptr || world_.options.plant != Plant::apply_twice) return command;
  std::uint64_t& newest = newest_number_[write->session.number];
  if (write->number > newest)
    newest = write->number;
  else
    write->lane += 1 + write->number;
  return command;
}

authority::Answer WatchedSequencer::propose(const authority::Command& command) {
  const Plant plant = world_.options.plant;
  if (plant == Plant::keep_sessions && std::holds_alternative<authority::Advance>(command.what))
    return {};
  authority::Command told = distorted(command);
  authority::Command given = told;
  if (auto* const write = std::get_if<wire::Write>(&given.what);
      write != nullptr && plant == Plant::ignore_conditions) {
    scratch_.clear();
    *write = without_conditions(std::move(*write), scratch_);
  }
  // The service may forget the name before the turn ends.
  if (auto* const pin = std::get_if<authority::PinNamespace>(&told.what))
    pin->space = turn_.names.emplace_back(pin->space);
  if (auto* const unpin = std::get_if<authority::UnpinNamespace>(&told.what))
    unpin->space = turn_.names.emplace_back(unpin->space);
  authority::Answer answer = LocalSequencer::propose(given);
  turn_.commands.push_back({std::move(told), answer});
  return answer;
}

std::optional<std::span<const authority::Publication>> WatchedSequencer::commit(
    Time now, const service::RunningClock& clock) {
  const bool loses = std::exchange(loses_, false);
  if (authority_.in_turn() && loses) {
    authority_.abandon();
    turn_ = {};
    lost_ = true;
    recovers_at_ = world_.schedule.now() + world_.random.below(beat_ms) * millisecond;
    return std::nullopt;
  }
  if (authority_.in_turn() && world_.options.plant == Plant::lose_acknowledged &&
      world_.random.one_in(10)) {
    authority_.abandon();
    turn_ = {};
    return std::span<const authority::Publication>();
  }
  const auto updates = LocalSequencer::commit(now, clock);
  if (updates && !turn_.commands.empty()) world_.model.committed(turn_.commands, *updates);
  turn_ = {};
  return updates;
}

void WatchedSequencer::hold_turn() {
  held_.emplace(std::move(turn_));
  TurnUpdates updates(held_->names, held_->updates);
  authority_.visit_turn(updates);
}

void WatchedSequencer::resolve(const authority::Authority& kept) {
  if (const std::optional<Turn> held = std::exchange(held_, std::nullopt)) {
    turn_ = std::move(*held);
    if (differs(kept)) world_.model.committed(turn_.commands, turn_.updates);
    turn_ = {};
  }
  world_.model.restarted(kept.clock_ms());
}

/// A turn that touches none of this touches nothing that a client could tell.
bool WatchedSequencer::differs(const authority::Authority& kept) const {
  if (kept.revision() != authority_.revision() || kept.namespaces() != authority_.namespaces() ||
      kept.session_numbers() != authority_.session_numbers())
    return true;
  return std::any_of(turn_.commands.begin(), turn_.commands.end(), [&](const Applied& applied) {
    const auto* write = std::get_if<wire::Write>(&applied.command.what);
    return write != nullptr && kept.repeat({}, *write) && !authority_.repeat({}, *write);
  });
}

std::optional<WatchedSequencer::Time> WatchedSequencer::recover(Time now) {
  if (!lost_) return LocalSequencer::recover(now);
  if (world_.schedule.now() < recovers_at_) return std::nullopt;
  lost_ = false;
  return now;
}

}  // namespace bulletin::simulation
