// What a turn has touched, read off the journals.

#include "authority/authority.hpp"
#include "authority/state.hpp"
#include "authority/state_visitor.hpp"

namespace bulletin::authority {

namespace {

/// In the order of the journal a name that went and came again is told in that order, too.
void visit_attribute(const NamespaceTable& namespaces, const LeaseTable& leases,
                     const NamespaceTable::Touched& touched, StateVisitor& visitor) {
  const Attribute& attribute = namespaces.at(touched.handle);
  if (!attribute.present()) {
    visitor.attribute_removed(touched.space->name, attribute.name());
    return;
  }
  visitor.attribute(touched.space->name,
                    view_of(attribute, attribute.leased ? leases.find(touched.handle) : nullptr));
}

/// A range that is removed costs a store more than a few names.
constexpr std::size_t few_attributes = 1000;

void visit_cleared(const NamespaceTable& namespaces, const NamespaceTable::Touched& touched,
                   StateVisitor& visitor) {
  const std::string_view space = touched.space->name;
  if (touched.cleared->size() > few_attributes) return visitor.attributes_removed(space);
  for (const Handle handle : *touched.cleared)
    visitor.attribute_removed(space, namespaces.at(handle).name());
}

void visit_session(const SessionTable& sessions, const SessionTable::Touched& touched,
                   StateVisitor& visitor) {
  if (touched.ended != nullptr) {
    for (const Lane& lane : touched.ended->lanes) visitor.lane_ended(touched.number, lane.lane);
    visitor.session_ended(touched.number);
    return;
  }
  const Session* session = sessions.find(touched.number);
  if (session == nullptr) return;  // its end is still to come
  if (touched.lane) {
    const Lane& lane = *session->find(*touched.lane);
    visitor.lane(touched.number, lane.lane, lane.number, lane.answer);
    return;
  }
  visitor.session(
      {touched.number, session->user, session->client_name, session->deadline, session->host});
}

}  // namespace

void Authority::visit_turn(StateVisitor& visitor) const { state_->visit_turn(visitor); }

void Authority::State::visit_turn(StateVisitor& visitor) const {
  if (!in_turn) return;
  visitor.counters(
      {counters.revision, counters.clock_ms, counters.forgotten, sessions.next_number()});
  namespaces.for_each_touched(before_.revision, [&](const NamespaceTable::Touched& touched) {
    if (touched.handle != 0) {
      visit_attribute(namespaces, leases, touched, visitor);
    } else if (touched.cleared != nullptr) {
      visit_cleared(namespaces, touched, visitor);
    } else if (touched.forgotten) {
      visitor.space_forgotten(touched.space->name);
    } else {
      visitor.space(view_of(*touched.space));
    }
  });
  for (const SpaceCommits& commits : commits_.all()) {
    const Space& space = commits.space();
    if (space.forgotten) continue;
    visitor.space(view_of(space));
    commits.for_each_run([&](const wire::Run& run) { visitor.commits(space.name, run); });
  }
  sessions.for_each_touched(
      [&](const SessionTable::Touched& touched) { visit_session(sessions, touched, visitor); });
}

}  // namespace bulletin::authority
