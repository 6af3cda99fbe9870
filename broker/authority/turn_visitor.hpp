// Reads what a turn has decided: what a store keeps between deciding and committing.
#pragma once

#include <cstdint>
#include <string_view>

#include "authority/command.hpp"
#include "authority/views.hpp"

namespace bulletin::authority {

/// Is told each thing that the turn has touched, as it stands now. A thing may be told more than
/// once; the last time counts. Views are valid during the call.
class TurnVisitor {
 public:
  virtual ~TurnVisitor() = default;

  /// Once.
  virtual void counters(const CountersView& counters) = 0;
  virtual void space(const SpaceView& space) = 0;
  /// It had no attributes any more.
  virtual void space_forgotten(std::string_view name) = 0;
  virtual void attribute(std::string_view space, const AttributeView& attribute) = 0;
  virtual void attribute_removed(std::string_view space, std::string_view name) = 0;
  virtual void session(const SessionView& session) = 0;
  /// With its lanes.
  virtual void session_ended(std::uint64_t number) = 0;
  virtual void lane(std::uint64_t session, std::uint64_t lane, std::uint64_t number,
                    const Outcomes& outcomes) = 0;
};

}  // namespace bulletin::authority
