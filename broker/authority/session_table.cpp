#include "authority/session_table.hpp"

#include <algorithm>

#include "authority/reuse.hpp"
#include "wire/replies.hpp"

namespace bulletin::authority {

namespace {

template <class Lanes>
auto find_lane(Lanes& lanes, std::uint64_t lane) noexcept {
  return std::find_if(lanes.begin(), lanes.end(),
                      [lane](const Lane& candidate) { return candidate.lane == lane; });
}

}  // namespace

Outcomes Lane::outcomes() const { return wire::decode_write_reply(answer).outcomes; }

std::string kept_answer(const Outcomes& outcomes) {
  std::string answer = wire::encode_write_reply(outcomes, {});
  answer.shrink_to_fit();
  return answer;
}

const Lane* Session::find(std::uint64_t lane) const noexcept {
  const auto found = find_lane(lanes, lane);
  return found == lanes.end() ? nullptr : &*found;
}

std::size_t Session::bytes_beside(std::uint64_t lane) const noexcept {
  std::size_t bytes = 0;
  for (const Lane& other : lanes) bytes += other.lane == lane ? 0 : other.bytes();
  return bytes;
}

std::size_t Session::bytes() const noexcept {
  std::size_t bytes = 0;
  for (const Lane& lane : lanes) bytes += lane.bytes();
  return bytes;
}

std::uint64_t SessionTable::open(std::string_view user, std::string_view client_name,
                                 std::string_view host, std::uint64_t deadline) {
  const std::uint64_t number = next_number_++;
  enter(
      number,
      std::make_unique<Session>(Session{
          std::string(user), std::string(client_name), std::string(host), deadline, {}, nullptr}));
  records_.push_back({Kind::opened, number, 0, nullptr, {}});
  return number;
}

void SessionTable::restore(std::uint64_t number, std::string_view user,
                           std::string_view client_name, std::string_view host,
                           std::uint64_t deadline) {
  enter(
      number,
      std::make_unique<Session>(Session{
          std::string(user), std::string(client_name), std::string(host), deadline, {}, nullptr}));
}

void SessionTable::restore(std::uint64_t number, Lane lane) {
  count(at(number), lane.bytes(), 0);
  at(number).lanes.push_back(std::move(lane));
}

void SessionTable::end(std::uint64_t number) {
  records_.push_back({Kind::ended, number, 0, remove(number), {}});
}

void SessionTable::renew(std::uint64_t number, std::uint64_t deadline) {
  const std::uint64_t before = at(number).deadline;
  if (before == deadline) return;  // most requests: the clock stood still since the last one
  move_deadline(number, deadline);
  records_.push_back({Kind::renewed, number, before, nullptr, {}});
}

void SessionTable::answer(std::uint64_t number, Lane lane) {
  Session& session = at(number);
  std::vector<Lane>& lanes = session.lanes;
  auto found = find_lane(lanes, lane.lane);
  if (found == lanes.end()) found = lanes.insert(lanes.end(), Lane{lane.lane, 0, {}});
  count(session, lane.bytes(), found->bytes());
  std::swap(*found, lane);
  records_.push_back({Kind::answered, number, 0, nullptr, std::move(lane)});
}

const Session* SessionTable::find(std::uint64_t number) const {
  const auto found = by_number_.find(number);
  return found == by_number_.end() ? nullptr : found->second.get();
}

std::vector<std::uint64_t> SessionTable::due(std::uint64_t clock, std::size_t most) const {
  std::vector<std::uint64_t> numbers;
  for (const auto& [deadline, number] : by_deadline_) {
    if (deadline > clock || numbers.size() == most) break;
    numbers.push_back(number);
  }
  return numbers;
}

std::vector<std::uint64_t> SessionTable::numbers() const {
  std::vector<std::uint64_t> numbers;
  numbers.reserve(by_number_.size());
  for (const auto& [number, session] : by_number_) numbers.push_back(number);
  std::sort(numbers.begin(), numbers.end());
  return numbers;
}

void SessionTable::commit(std::uint64_t late_ms) {
  for (const Record& record : records_) {
    if (late_ms == 0 || (record.kind != Kind::opened && record.kind != Kind::renewed)) continue;
    if (const Session* session = find(record.number))
      move_deadline(record.number, later(session->deadline, late_ms));
  }
  reuse(records_);
}

void SessionTable::abandon() {
  for (; !records_.empty(); records_.pop_back()) undo(records_.back());
}

void SessionTable::undo(Record& record) {
  switch (record.kind) {
    case Kind::opened:
      remove(record.number);
      next_number_ = record.number;
      return;
    case Kind::ended: enter(record.number, std::move(record.session)); return;
    case Kind::renewed: move_deadline(record.number, record.deadline); return;
    case Kind::answered: {
      Session& session = at(record.number);
      std::vector<Lane>& lanes = session.lanes;
      // A lane that this made is the last one: later ones have been taken back already.
      if (record.lane.answer.empty()) {
        count(session, 0, lanes.back().bytes());
        lanes.pop_back();
      } else {
        Lane& lane = *find_lane(lanes, record.lane.lane);
        count(session, record.lane.bytes(), lane.bytes());
        lane = std::move(record.lane);
      }
    }
  }
}

void SessionTable::enter(std::uint64_t number, std::unique_ptr<Session> session) {
  session->account = &accounts_.of(session->user);
  count(*session, session->bytes(), 0);
  ++session->account->used[Resource::sessions];
  by_deadline_.emplace(session->deadline, number);
  by_number_.emplace(number, std::move(session));
}

std::unique_ptr<Session> SessionTable::remove(std::uint64_t number) {
  const auto found = by_number_.find(number);
  std::unique_ptr<Session> session = std::move(found->second);
  count(*session, 0, session->bytes());
  --session->account->used[Resource::sessions];
  by_number_.erase(found);
  by_deadline_.erase({session->deadline, number});
  return session;
}

void SessionTable::count(const Session& session, std::size_t more, std::size_t less) noexcept {
  kept_bytes_ += more - less;
  session.account->used[Resource::outcome_bytes] += more - less;
}

void SessionTable::move_deadline(std::uint64_t number, std::uint64_t deadline) {
  Session& session = at(number);
  by_deadline_.erase({session.deadline, number});
  session.deadline = deadline;
  by_deadline_.emplace(deadline, number);
}

}  // namespace bulletin::authority
