// What a client sees of a namespace, under constant suspicion.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "replica/namespace_replica.hpp"
#include "simulation/history.hpp"
#include "simulation/mirror.hpp"

namespace bulletin::simulation {

/// Two attributes that are always set together, to the same value.
inline constexpr std::string_view pair_names[] = {"pair/1", "pair/2"};

class ReplicaView {
 public:
  /// `known`: what was committed when it was opened.
  ReplicaView(const History& history, std::shared_ptr<replica::NamespaceReplica> replica,
              const wire::Epoch& epoch);

  [[nodiscard]] replica::NamespaceReplica& replica() const noexcept { return *replica_; }

  // What the core tells.
  [[nodiscard]] bool wants_changes() const noexcept { return mirror_.has_value(); }
  void applied(const replica::ChangeBatch& batch);
  void progressed() noexcept { changed_ = true; }

  /// From now on batches are wanted, or not.
  void watch(bool wanted);

  /// Compares it with the history at its revision. `thorough`: even if nothing was told to have
  /// changed.
  void check_contents(bool thorough);

 private:
  void check_count(const Point& point) const;
  void check_order();
  void check_complete();
  void check_attributes(const SpaceHistory& past) const;
  void check_pairs() const;
  [[nodiscard]] const SpaceHistory& past() const;

  const History& history_;
  const std::shared_ptr<replica::NamespaceReplica> replica_;
  const wire::Epoch opened_epoch_;
  const std::uint64_t opened_revision_;
  bool was_complete_ = false;
  bool changed_ = true;
  wire::Epoch last_epoch_;
  std::uint64_t last_revision_ = 0;
  std::optional<Mirror> mirror_;
};

}  // namespace bulletin::simulation
