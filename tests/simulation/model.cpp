#include "simulation/model.hpp"

#include <algorithm>
#include <array>
#include <type_traits>
#include <variant>

#include "simulation/failure.hpp"
#include "wire/reader.hpp"

namespace bulletin::simulation {
namespace {

using wire::Status;

unsigned number_of(Status status) { return static_cast<unsigned>(status); }

bool same(const Delta& left, const Delta& right) {
  return std::equal(left.begin(), left.end(), right.begin(), right.end(),
                    [](const auto& a, const auto& b) {
                      return a.first == b.first && !a.second == !b.second &&
                             (!a.second || *a.second == *b.second);
                    });
}

}  // namespace

void Model::begin(const authority::AuthorityOptions& options) {
  options_ = options;
  history_.begin(options.epoch);
  clock_ms_ = now_ms_ = 0;
  grants_ = 0;
  revision_ = options.first_revision - 1;
  sessions_.clear();
  boards_.clear();
  lives_.clear();
  known_.clear();
}

void Model::restarted(std::uint64_t clock_ms) {
  check(clock_ms <= clock_ms_, "the clock went from {} to {} in a restart", clock_ms_, clock_ms);
  clock_ms_ = now_ms_ = clock_ms;
  for (auto& [number, session] : sessions_) session.heard_ms = clock_ms_;
  for (auto& [space, board] : boards_) {
    for (auto& [name, held] : board) held.grant = ++grants_;
  }
  for (auto& [space, life] : lives_) {
    life.watched = false;
    life.due_ms = 0;
    look_again(space);
  }
}

void Model::committed(std::span<const Applied> commands,
                      std::span<const authority::Publication> updates) {
  std::vector<Expected> expected;
  expected.reserve(commands.size());
  for (const Applied& applied : commands) expected.push_back(apply(applied));

  const std::vector<Published> published = read(updates);
  Commits commits = published;
  for (Expected& one : expected) match(std::move(one), commits);
  check(commits.empty(), "nobody asked for commit {} of '{}'",
        commits.empty() ? 0 : commits.front().revision,
        commits.empty() ? std::string_view() : commits.front().space);
}

Model::Expected Model::apply(const Applied& applied) {
  const authority::Answer& answer = applied.answer;
  now_ms_ = clock_ms_ + applied.command.late_ms;
  return std::visit(
      [&]<class Request>(const Request& request) -> Expected {
        Expected expected;
        if constexpr (std::is_same_v<Request, authority::OpenSession>) {
          open(request, answer);
        } else if constexpr (std::is_same_v<Request, authority::Renew>) {
          enter(request.session, answer);
        } else if constexpr (std::is_same_v<Request, authority::CloseSession>) {
          if (enter(request.session, answer) != nullptr) end_session(request.session.number);
        } else if constexpr (std::is_same_v<Request, authority::Advance>) {
          return advance(request.milliseconds);
        } else if constexpr (std::is_same_v<Request, authority::PinNamespace>) {
          lives_[std::string(request.space)].watched = true;
        } else if constexpr (std::is_same_v<Request, authority::UnpinNamespace>) {
          const std::string space(request.space);
          if (const auto life = lives_.find(space); life != lives_.end()) {
            life->second.watched = false;
            look_again(space);
          }
        } else if constexpr (std::is_same_v<Request, wire::Write>) {
          return write(request, answer);
        }
        return expected;
      },
      applied.command.what);
}

void Model::open(const authority::OpenSession& request, const authority::Answer& answer) {
  check(!answer.refused(), "HELLO of '{}' was refused: {}", request.client_name,
        answer.refusal.message);
  const bool fresh =
      sessions_.emplace(answer.session, Session{std::string(request.client_name), now_ms_, {}})
          .second;
  check(fresh, "session {} was opened twice", answer.session);
}

Model::Session* Model::enter(const wire::SessionId& id, const authority::Answer& answer) {
  Status expected = Status::ok;
  const auto found = sessions_.find(id.number);
  if (id.epoch != options_.epoch) {
    expected = Status::wrong_epoch;
  } else if (found == sessions_.end()) {
    expected = Status::unknown_session;
  }
  if (expected == Status::ok) {
    found->second.heard_ms = now_ms_;
    return &found->second;
  }
  check(answer.refusal.status == expected, "session {} was answered with status {}, not {}",
        id.number, number_of(answer.refusal.status), number_of(expected));
  return nullptr;
}

void Model::end_session(std::uint64_t number) {
  for (auto& [space, board] : boards_) {
    for (auto& [name, held] : board) held.over = held.over || held.session == number;
  }
  sessions_.erase(number);
}

/// First what outlived its session, by its session's number, then what is due, by its time; what is
/// over for both reasons counts twice.
void Model::end_over(std::size_t most, Ends& ends) {
  std::map<std::array<std::uint64_t, 3>, Ends::value_type> over;
  for (const auto& [space, board] : boards_) {
    for (const auto& [name, held] : board) {
      if (held.over) over.try_emplace({0, held.session, held.grant}, space, name);
      if (held.deadline != 0 && held.deadline <= clock_ms_)
        over.try_emplace({1, held.deadline, held.grant}, space, name);
    }
  }
  for (auto next = over.begin(); next != over.end() && most != 0; ++next, --most)
    ends.insert(next->second);
  for (const auto& [space, name] : ends) boards_[space].erase(name);
  for (const auto& [space, name] : ends) look_again(space);
}

Model::Expected Model::advance(std::uint64_t milliseconds) {
  Expected expected;
  clock_ms_ += milliseconds;
  now_ms_ = clock_ms_;
  std::set<std::pair<std::uint64_t, std::uint64_t>> silent;
  for (const auto& [number, session] : sessions_) {
    if (session.heard_ms + options_.session_ms <= clock_ms_)
      silent.emplace(session.heard_ms, number);
  }
  std::size_t most = options_.bounds.ends;
  for (auto next = silent.begin(); next != silent.end() && most != 0; ++next, --most)
    end_session(next->second);
  end_over(most, expected.ends);
  forget_idle(expected);
  return expected;
}

bool Model::idle(const std::string& space) const {
  const auto board = boards_.find(space);
  return !lives_.at(space).watched && (board == boards_.end() || board->second.empty());
}

std::vector<std::string> Model::listed() const {
  std::vector<std::string> names;
  for (const auto& [space, life] : lives_) {
    if (!idle(space)) names.push_back(space);
  }
  return names;
}

void Model::look_again(const std::string& space) {
  if (idle(space)) lives_[space].due_ms = now_ms_ + options_.session_ms;
}

void Model::forget_idle(Expected& expected) {
  std::set<std::pair<std::uint64_t, std::string>> due;
  for (const auto& [space, life] : lives_) {
    if (life.due_ms != 0 && life.due_ms <= clock_ms_) due.emplace(life.due_ms, space);
  }
  std::size_t most = options_.bounds.ends;
  for (auto next = due.begin(); next != due.end() && most != 0; ++next, --most) {
    const std::string& space = next->second;
    lives_[space].due_ms = 0;
    if (!idle(space)) continue;
    lives_.erase(space);
    expected.forgotten.push_back(space);
  }
}

Model::Expected Model::write(const wire::Write& request, const authority::Answer& answer) {
  Session* session = enter(request.session, answer);
  if (session == nullptr) return {};
  Lane& lane = session->lanes[request.lane];
  if (request.number < lane.number) {
    check(answer.refusal.status == Status::old_number, "an old request got status {}",
          number_of(answer.refusal.status));
    return {};
  }
  check(!answer.refused() && answer.outcomes, "a write of {} was refused: {}", session->client,
        answer.refusal.message);
  check(answer.outcomes->size() == request.items.size(), "{} writes got {} outcomes",
        request.items.size(), answer.outcomes->size());
  if (request.number == lane.number) {
    check(*answer.outcomes == *lane.outcomes, "a request sent again got another answer");
    return {};
  }
  lane = {request.number, answer.outcomes};
  Expected expected;
  for (std::size_t i = 0; i < request.items.size(); ++i) {
    execute(request.items[i], *session, request.session.number, answer.outcomes->at(i), expected);
  }
  return expected;
}

void Model::execute(const wire::WriteItem& item, const Session& session, std::uint64_t number,
                    const wire::Outcome& outcome, Expected& expected) {
  ledger_.decided(session.client, item.space, item.transaction, options_.epoch, outcome);
  wire::Transaction transaction;
  wire::decode_transaction(item.transaction, transaction);
  Board& board = boards_[std::string(item.space)];
  const Decision decision = decide(board, transaction, number, now_ms_, grants_);
  check_outcome(item, decision, outcome);
  if (decision.status != Status::ok) return;
  std::string space(item.space);
  Delta delta = carry_out(board, decision, outcome.revision);
  lives_[space];
  look_again(space);
  expected.writes.push_back({outcome.revision, std::move(space), std::move(delta)});
}

void Model::check_outcome(const wire::WriteItem& item, const Decision& decision,
                          const wire::Outcome& outcome) const {
  check(decision.status == outcome.status, "a write to '{}' came to status {}, not {}", item.space,
        number_of(outcome.status), number_of(decision.status));
  if (decision.status == Status::ok) {
    check(decision.sums == outcome.texts, "an addition in '{}' came to another sum", item.space);
  } else if (decision.status == Status::lost) {
    check(decision.name == outcome.name(), "in '{}' the condition on '{}' was lost, not on '{}'",
          item.space, decision.name, outcome.name());
  }
}

std::vector<Model::Published> Model::read(std::span<const authority::Publication> updates) {
  std::vector<Published> result;
  for (const authority::Publication& update : updates) read(update, result);
  std::sort(result.begin(), result.end(), [](const Published& left, const Published& right) {
    return left.revision < right.revision;
  });
  return result;
}

void Model::read(const authority::Publication& update, std::vector<Published>& out) {
  wire::Reader reader(update.run.bytes);
  for (std::size_t i = 0; i < update.run.commits; ++i) {
    const wire::CommitHeader header = wire::read_commit_header(reader);
    Published commit{
        update.space, header.revision, i == 0 ? update.run.previous : 0, 0, header.cleared, {}};
    for (std::size_t n = 0; n < header.changes; ++n) {
      const wire::Change change = wire::read_change(reader);
      const bool once =
          commit.changes
              .emplace(change.name,
                       change.value.empty() ? nullptr : to_bytes(std::string(change.value)))
              .second;
      check(once, "commit {} names '{}' twice", header.revision, change.name);
    }
    out.push_back(std::move(commit));
  }
  check(reader.empty() && out.back().revision == update.run.revision,
        "the update of '{}' does not end at {}", update.space, update.run.revision);
  out.back().count = update.run.count;
}

/// The numbers of commits and forgettings follow each other.
void Model::forget(const std::string& space) {
  known_.erase(space);
  history_.forgetting(options_.epoch, ++revision_);
}

void Model::match(Expected expected, Commits& commits) {
  const auto next = [&]() -> const Published& {
    check(!commits.empty(), "a commit was decided, but not published");
    const Published& front = commits.front();
    commits = commits.subspan(1);
    return front;
  };
  for (const Write& write : expected.writes) {
    const Published& commit = next();
    check(commit.revision == write.revision && commit.space == write.space,
          "commit {} of '{}' was published instead of {} of '{}'", commit.revision, commit.space,
          write.revision, write.space);
    check(same(record(commit), write.delta), "commit {} of '{}' changes something else",
          commit.revision, commit.space);
  }
  while (!expected.ends.empty()) {
    const Published& commit = next();
    for (const auto& [name, value] : record(commit)) {
      check(!value && expected.ends.erase({std::string(commit.space), name}) == 1,
            "commit {} ends '{}' of '{}', whose time has not come", commit.revision, name,
            commit.space);
    }
  }
  for (const std::string& space : expected.forgotten) forget(space);
}

Delta Model::record(const Published& commit) {
  check(commit.revision == revision_ + 1, "commit {} follows {}", commit.revision, revision_);
  revision_ = commit.revision;
  ++commits_;
  SpaceHistory& past = history_.of(options_.epoch, commit.space);
  const Delta delta = effect(commit, past);
  check(!delta.empty(), "commit {} of '{}' changes nothing", commit.revision, commit.space);

  const auto known = known_.find(commit.space);
  const Point before = known == known_.end() ? Point{} : known->second;
  const std::uint64_t count = before.count + delta.size();
  const bool follows = before.revision != 0
                           ? commit.previous == before.revision
                           : history_.forgotten_at(options_.epoch, commit.previous);
  check(commit.previous == 0 || follows, "commit {} of '{}' says that it follows {}, not {}",
        commit.revision, commit.space, commit.previous, before.revision);
  check(commit.count == 0 || commit.count == count, "after commit {} '{}' counts {}, not {}",
        commit.revision, commit.space, commit.count, count);
  past.append(commit.revision, count, delta);
  known_.insert_or_assign(std::string(commit.space), past.newest());
  return delta;
}

Delta Model::effect(const Published& commit, const SpaceHistory& before) const {
  Delta delta;
  for (const auto& [name, value] : commit.changes) {
    check(value || before.find(name) != nullptr, "commit {} removes '{}', which was absent",
          commit.revision, name);
    delta.emplace(name, value);
  }
  if (!commit.cleared) return delta;
  for (const auto& [name, attribute] : before.attributes()) {
    if (attribute.versions.back().value) delta.emplace(name, nullptr);
  }
  return delta;
}

}  // namespace bulletin::simulation
