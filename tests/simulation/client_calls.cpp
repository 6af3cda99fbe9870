// What a client's user asks, and what a client is asked.

#include <algorithm>
#include <utility>

#include "simulation/client.hpp"
#include "simulation/failure.hpp"
#include "wire/requests.hpp"

namespace bulletin::simulation {

ReplicaView& Client::open(std::string_view space) {
  const auto found = views_.find(space);
  if (found != views_.end()) return found->second;
  const auto place =
      views_
          .try_emplace(std::string(space), world_.history, core_.open(space), world_.model.epoch())
          .first;
  notice();
  return place->second;
}

replica::NamespaceReplica& Client::destination(std::string_view space) {
  return *core_.destination(space);
}

WriteId Client::write(replica::NamespaceReplica& replica, const Transaction& transaction,
                      std::uint64_t time_ms, bool renewable) {
  replica::PendingWrite pending = to_write(replica, transaction);
  pending.renewable = renewable;
  pending.deadline_ms = world_.schedule.now_ms() + time_ms;
  const WriteId write = world_.ledger.begin(name_, replica.name(), std::string(pending.transaction),
                                            renewable, pending.history);
  const replica::Ticket ticket = lane_->add(std::move(pending));
  tickets_.emplace(ticket, write);
  notice();
  return write;
}

replica::CallId Client::call(std::string request, Call call) {
  call.epoch = world_.model.epoch();
  const replica::CallId id = core_.call(std::move(request));
  calls_.emplace(id, std::move(call));
  notice();
  return id;
}

void Client::sync(std::string_view space) {
  Call asked;
  asked.space = space;
  const SpaceHistory* past = world_.history.find(world_.model.epoch(), space);
  asked.newest = past == nullptr ? 0 : past->newest().revision;
  const replica::CallId id = call(wire::encode(wire::StatusRequest{{space}}), std::move(asked));
  if (!world_.random.one_in(20)) return;
  core_.cancel(id);
  calls_.erase(id);
}

void Client::read(std::string_view space, std::vector<std::string> names) {
  wire::Read request{space, {names.begin(), names.end()}};
  std::string bytes = wire::encode(request);
  Call asked;
  asked.kind = wire::RequestKind::read;
  asked.space = space;
  asked.names = std::move(names);
  call(std::move(bytes), std::move(asked));
}

void Client::list(std::string_view prefix) {
  Call asked;
  asked.kind = wire::RequestKind::list;
  call(wire::encode(wire::List{prefix, {}}), std::move(asked));
}

void Client::answered(replica::CallId id, std::optional<std::string_view> reply) {
  const auto place = calls_.find(id);
  check(place != calls_.end(), "{} was answered what it did not ask", name_);
  const Call call = std::move(calls_.extract(place).mapped());
  if (!reply) return;
  if (call.kind == wire::RequestKind::status) take_status(call, *reply);
  if (call.kind == wire::RequestKind::read) take_read(call, *reply);
  if (call.kind == wire::RequestKind::list) take_list(*reply);
}

void Client::take_status(const Call& call, std::string_view reply) {
  const wire::NamespaceStatus status = wire::decode_status_reply(reply).namespaces.at(0);
  check(status.epoch != call.epoch || status.revision >= call.newest,
        "STATUS of '{}' tells {}, and {} was committed before", call.space, status.revision,
        call.newest);
  await(views_.find(call.space)->second.replica(), status.epoch, status.revision);
}

void Client::take_read(const Call& call, std::string_view reply) const {
  const wire::ReadReply read = wire::decode_read_reply(reply);
  check(read.attributes.size() == call.names.size(), "READ tells {} attributes of {}",
        read.attributes.size(), call.names.size());
  const SpaceHistory* past = world_.history.find(read.epoch, call.space);
  for (std::size_t i = 0; i < call.names.size(); ++i) {
    const wire::AttributeState& told = read.attributes[i];
    const Version* version = nullptr;
    if (past != nullptr) {
      const auto found = past->attributes().find(call.names[i]);
      if (found != past->attributes().end()) version = found->second.at(read.revision);
    }
    const bool there = version != nullptr && version->value;
    if (there ? told.value == *version->value && told.revision == version->revision
              : told.value.empty()) {
      continue;
    }
    fail("READ of '{}' at {} tells that '{}' is {}", call.space, read.revision, call.names[i],
         to_string(told.value));
  }
}

void Client::take_list(std::string_view reply) const {
  const wire::ListReply list = wire::decode_list_reply(reply);
  check(std::is_sorted(list.names.begin(), list.names.end()), "LIST tells names in no order");
}

// --- checks ---

void Client::check_waiting() {
  std::erase_if(waiting_, [&](const Waiting& waiting) {
    // What was decided in an epoch that has ended is nowhere to be seen any more.
    return waiting.replica->has(waiting.epoch, waiting.revision) ||
           world_.history.number_of(waiting.replica->epoch()) >
               world_.history.number_of(waiting.epoch);
  });
}

/// No claim of having heard the broker within three beats without having heard it. How long a beat
/// is, the first welcome tells: a broker that cannot keep its data refuses to give one.
void Client::check_heard() {
  const std::uint64_t now = world_.schedule.now_ms();
  check(leaving_ || !welcomed_ || !core_.heard(now) || now - heard_ms_ <= 3 * beat_ms,
        "{} claims to hear the broker, and has heard nothing for {} ms", name_, now - heard_ms_);
}

void Client::check_contents(bool thorough) {
  for (auto& [space, view] : views_) view.check_contents(thorough);
}

std::uint64_t Client::session() const {
  return core_.welcome() ? core_.welcome()->session.number : 0;
}

void Client::check_settled() const {
  const std::uint64_t now = world_.schedule.now_ms();
  check(core_.welcome().has_value(), "{} has no session", name_);
  check(core_.welcome()->session.epoch == world_.model.epoch(), "{} is in an old epoch", name_);
  check(core_.heard(now), "{} does not hear the broker", name_);
  check(lane_->idle() && tickets_.empty(), "{} still has {} writes", name_, tickets_.size());
  check(waiting_.empty(), "{} still waits for {} of '{}', which is at {}", name_,
        waiting_.empty() ? 0 : waiting_[0].revision,
        waiting_.empty() ? "" : waiting_[0].replica->name(),
        waiting_.empty() ? 0 : waiting_[0].replica->revision());
  check(calls_.empty(), "{} still waits for {} replies", name_, calls_.size());
  check(core_.undecodable() == 0, "{} could not decode {} messages", name_, core_.undecodable());
  for (const auto& [space, view] : views_) {
    if (space == denied_space) {
      check(view.replica().refusal() && !view.replica().live(), "{} may see '{}'", name_, space);
      continue;
    }
    check(!view.replica().refusal(), "{} was refused '{}'", name_, space);
    check(view.replica().complete() && view.replica().live(), "'{}' of {} is not live", space,
          name_);
  }
}

}  // namespace bulletin::simulation
