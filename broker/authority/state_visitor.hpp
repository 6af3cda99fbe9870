// What of an authority outlives the process: what a store is told, and tells when it is read again.
#pragma once

#include <cstdint>
#include <string_view>

#include "authority/command.hpp"
#include "authority/views.hpp"
#include "wire/commit.hpp"

namespace bulletin::authority {

/// Is told each thing as it stands. Views are valid during the call.
///
/// In a turn (`Authority::visit_turn`) a thing may be told more than once; the last time counts.
/// For `Authority::restore` each thing is told once: the counters, then the namespaces, then the
/// attributes, namespace by namespace in the order of their names, then sessions and their lanes;
/// commits in their order. Not told is what does not outlive a process: who subscribes, and
/// how long a session has been silent; after a restart it has its full time again.
class StateVisitor {
 public:
  virtual ~StateVisitor() = default;

  /// Once.
  virtual void counters(const CountersView& counters) = 0;
  virtual void space(const SpaceView& space) = 0;
  virtual void attribute(std::string_view space, const AttributeView& attribute) = 0;
  /// The view's deadline means nothing.
  virtual void session(const SessionView& session) = 0;
  /// `answer`: that of the newest WRITE, encoded, without tails.
  virtual void lane(std::uint64_t session, std::uint64_t lane, std::uint64_t number,
                    std::string_view answer) = 0;
  /// For SINCE: they follow the namespace's earlier ones, unless it was forgotten in between.
  virtual void commits(std::string_view space, const wire::Run& run) = 0;

  // In a turn only.

  /// It had no attributes any more.
  virtual void space_forgotten(std::string_view name) = 0;
  virtual void attribute_removed(std::string_view space, std::string_view name) = 0;
  /// All attributes that it had; the visits that follow bring those it has now.
  virtual void attributes_removed(std::string_view space) = 0;
  virtual void lane_ended(std::uint64_t session, std::uint64_t lane) = 0;
  /// Its lanes have been told.
  virtual void session_ended(std::uint64_t number) = 0;
};

}  // namespace bulletin::authority
