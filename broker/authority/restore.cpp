// An authority from what a store has kept of another one.

#include <algorithm>
#include <cassert>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "authority/authority.hpp"
#include "authority/state.hpp"
#include "authority/state_visitor.hpp"
#include "authority/time_points.hpp"
#include "wire/digest.hpp"
#include "wire/names.hpp"

namespace bulletin::authority {

namespace {

[[noreturn]] void fail(std::string_view what, std::string_view name, std::string_view fault) {
  throw Inconsistent(std::string(what) + " " + wire::quoted(name) + " " + std::string(fault));
}

/// Puts everything in its place, and checks what can be checked.
class Restorer : public StateVisitor {
 public:
  explicit Restorer(Authority::State& state) : state_(state) {}

  void counters(const CountersView& counters) override;
  void space(const SpaceView& space) override;
  void attribute(std::string_view space, const AttributeView& attribute) override;
  void session(const SessionView& session) override;
  void lane(std::uint64_t session, std::uint64_t lane, std::uint64_t number,
            std::string_view answer) override;
  void commits(std::string_view space, const wire::Run& run) override;

  // Such things are told of turns.
  void space_forgotten(std::string_view name) override { fail("namespace", name, "is forgotten"); }
  void attribute_removed(std::string_view, std::string_view name) override {
    fail("attribute", name, "is removed");
  }
  void attributes_removed(std::string_view name) override { fail("namespace", name, "is cleared"); }
  void lane_ended(std::uint64_t session, std::uint64_t) override { session_ended(session); }
  void session_ended(std::uint64_t number) override {
    fail("session", std::to_string(number), "has ended");
  }

  void finish();

 private:
  void finish_space();
  void keep_what_follows(Space& space);
  void check_revision(std::string_view what, std::string_view name, std::uint64_t revision) const;

  Authority::State& state_;
  Space* space_ = nullptr;    // the one whose attributes are told
  std::uint64_t digest_ = 0;  // of those told so far
};

void Restorer::counters(const CountersView& counters) {
  AuthorityCounters& own = state_.counters;
  own.revision = std::max(own.revision, counters.revision);
  own.clock_ms = counters.clock_ms;
  own.forgotten = counters.forgotten;
  state_.sessions.set_next_number(counters.next_session);
}

void Restorer::check_revision(std::string_view what, std::string_view name,
                              std::uint64_t revision) const {
  if (revision > state_.counters.revision) fail(what, name, "has a revision that was never given");
}

void Restorer::space(const SpaceView& view) {
  if (state_.namespaces.find(view.name) != nullptr) fail("namespace", view.name, "is there twice");
  check_revision("namespace", view.name, view.revision);
  Space& space = state_.namespaces.make(view.name, view.revision, state_.accounts.of(view.user));
  space.count = view.count;
  space.digest = view.digest;
}

void Restorer::attribute(std::string_view name, const AttributeView& view) {
  if (space_ == nullptr || space_->name != name) {
    finish_space();
    space_ = state_.namespaces.find(name);
    if (space_ == nullptr) fail("namespace", name, "is missing");
  }
  const HashedName hashed{view.name, wire::name_hash(view.name),
                          space_->attributes.by_name().key_of(view.name)};
  if (view.name.empty() || view.name.size() > wire::name_bytes || view.value.empty() ||
      !space_->attributes.is_last(view.name)) {
    fail("attribute", view.name, "is out of order, or is no attribute");
  }
  check_revision("attribute", view.name, view.revision);
  const Handle handle = state_.namespaces.restore(*space_, hashed, view.value);
  Attribute& attribute = state_.namespaces.at(handle);
  attribute.revision = view.revision;
  const bool leased = view.session != 0 || view.deadline != 0;
  Extent extent = space_->extent;
  extent.add(view.name.size(), view.value.size(), leased);
  space_->set_extent(extent);
  state_.counters.total.add(view.name.size(), view.value.size(), leased);
  digest_ += wire::attribute_digest(hashed.hash, view.value, view.revision);
  if (leased) {
    state_.leases.grant(handle, {space_, view.session, view.deadline, 0});
    attribute.leased = true;
  }
}

/// All attributes of it have been told.
void Restorer::finish_space() {
  if (space_ != nullptr && space_->digest != digest_) {
    fail("namespace", space_->name, "differs from its digest");
  }
  digest_ = 0;
}

void Restorer::session(const SessionView& view) {
  const bool known = state_.sessions.find(view.number) != nullptr;
  if (known || view.number >= state_.sessions.next_number()) {
    fail("session", std::to_string(view.number), "has a number that is another one's");
  }
  state_.sessions.restore(view.number, view.user, view.client_name, view.host,
                          state_.silence_ends());
}

void Restorer::lane(std::uint64_t session, std::uint64_t lane, std::uint64_t number,
                    std::string_view answer) {
  const Session* found = state_.sessions.find(session);
  if (found == nullptr || found->find(lane) != nullptr) {
    fail("session", std::to_string(session), "is missing, or has a lane twice");
  }
  state_.sessions.restore(session, {lane, number, std::string(answer)});
}

void Restorer::commits(std::string_view name, const wire::Run& run) {
  Space* space = state_.namespaces.find(name);
  if (space == nullptr) return;  // forgotten since
  if (space->kept.segments() == 0 || space->kept.newest() != run.previous) {
    state_.log.begin_again(space->kept, run.previous);
  }
  state_.log.append(space->kept, run);
  state_.log.evict(state_.options.log_bytes);
}

/// Commits that do not lead to what the namespace is are those of an earlier life.
void Restorer::keep_what_follows(Space& space) {
  if (space.kept.newest() != space.revision) state_.log.begin_again(space.kept, space.revision);
}

void Restorer::finish() {
  finish_space();
  state_.namespaces.commit();
  state_.leases.commit();
  for (const auto& [name, space] : state_.namespaces.ordered()) {
    if (space->attributes.empty() && space->digest != 0) {
      fail("namespace", name, "differs from its digest");
    }
    keep_what_follows(*space);
    state_.namespaces.look_again(*space, state_.silence_ends());
  }
  state_.namespaces.commit();
  for (const auto& [handle, lease] : state_.leases) {
    if (lease.session >= state_.sessions.next_number())
      fail("attribute", state_.namespaces.at(handle).name(), "goes with a session that never was");
    // It had ended, and not yet all that goes with it.
    if (lease.session != 0 && state_.sessions.find(lease.session) == nullptr)
      state_.leases.end_session(lease.session);
  }
  state_.leases.commit();
}

}  // namespace

void Authority::State::restore(const std::function<void(StateVisitor&)>& tell) {
  Restorer restorer(*this);
  tell(restorer);
  restorer.finish();
}

void Authority::restore(const std::function<void(StateVisitor&)>& tell) {
  assert(revision() + 1 == options().first_revision && sessions() == 0 && namespaces() == 0);
  state_->restore(tell);
}

}  // namespace bulletin::authority
