#include "simulation/world.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <exception>
#include <utility>

#include "simulation/failure.hpp"

namespace bulletin::simulation {
namespace {

/// Simulated time begins then, in microseconds of the wall clock.
constexpr std::uint64_t beginning = 1'700'000'000'000'000;
constexpr Time settling_time = 3 * session_ms * millisecond;
constexpr Time probing_time = 4 * beat_ms * millisecond;

}  // namespace

World::World(const Options& options) : environment_(options), workload_(environment_) {
  Random& random = environment_.random;
  longest_step_ = random.pick<const Time[3]>({5000, 20'000, 60'000});
  start_broker();
  for (std::uint64_t left = random.between(2, 5); left != 0; --left) add_client();
}

Summary World::run() {
  try {
    steps();
    heal();
    check_settled();
    probe();
    check_settled();
    environment_.ledger.check_end();
  } catch (const std::exception& error) {
    throw Failure(fmt::format("seed {} step {} at {} us: {}", environment_.options.seed, step_,
                              environment_.schedule.now(), error.what()));
  }
  Summary summary;
  summary.events = environment_.schedule.happened();
  summary.commits = environment_.model.commits();
  summary.writes = environment_.ledger.writes();
  summary.acknowledged = environment_.ledger.acknowledged();
  summary.in_doubt = environment_.ledger.in_doubt();
  summary.epochs = environment_.history.number_of(environment_.model.epoch());
  summary.forgettings = environment_.history.forgettings();
  summary.clients = clients_made_;
  summary.fingerprint = broker_->authority().fingerprint() ^ environment_.random.next();
  return summary;
}

void World::steps() {
  say(environment_.rates.describe());
  for (; step_ < environment_.options.steps; ++step_) step();
}

void World::step() {
  faults();
  act();
  pass(environment_.random.below(longest_step_));
  remove_left();
  check_all(step_ % 8 == 0);
}

void World::act() {
  Client& client = any_client();
  if (!client.frozen() && !client.leaving()) workload_.act(client);
}

void World::pass(Time time) { environment_.schedule.run_until(environment_.schedule.now() + time); }

void World::say(std::string_view what, std::string_view whom) const {
  if (!environment_.options.verbose) return;
  fmt::print("step {:4} at {:9} us: {} {}\n", step_, environment_.schedule.now(), what, whom);
}

Client& World::any_client() { return *environment_.random.pick(clients_); }

void World::add_client() {
  clients_.push_back(
      std::make_unique<Client>(environment_, fmt::format("client-{}", ++clients_made_)));
}

// --- what goes wrong ---

void World::faults() {
  if (environment_.random.per_mille(environment_.rates.cut)) {
    say("a connection is lost");
    environment_.network.cut_any();
  }
  client_faults();
  broker_faults();
}

/// Shorter or longer than a session lives.
Time World::some_time() {
  Random& random = environment_.random;
  return random.between(1, random.one_in(3) ? 3 * session_ms : 3 * beat_ms) * millisecond;
}

void World::client_faults() {
  Random& random = environment_.random;
  const Rates& rates = environment_.rates;
  Client& client = any_client();
  if (random.per_mille(rates.partition)) {
    say("cannot reach the broker:", client.name());
    client.partition(environment_.schedule.now() + some_time());
  } else if (random.per_mille(rates.freeze)) {
    say("stands still:", client.name());
    client.freeze(environment_.schedule.now() + some_time());
  } else if (random.per_mille(rates.fork) && !client.leaving()) {
    say("forks:", client.name());
    workload_.disown(client);
    client.fork();
  } else if (random.per_mille(rates.leave) && !client.leaving()) {
    say("closes:", client.name());
    client.leave();
    add_client();
  } else if (random.per_mille(rates.kill)) {
    say("is killed:", client.name());
    replace(client);
  }
}

void World::replace(const Client& client) {
  std::erase_if(clients_, [&](const auto& other) { return other.get() == &client; });
  add_client();
}

void World::remove_left() {
  std::erase_if(clients_, [](const auto& client) { return client->left(); });
}

void World::broker_faults() {
  Random& random = environment_.random;
  const Rates& rates = environment_.rates;
  if (!broker_) return;
  if (broker_->crashed()) {
    stop_broker(true);
  } else if (random.per_mille(rates.pause)) {
    say("the broker stands still");
    broker_->pause(environment_.schedule.now() + some_time());
  } else if (random.per_mille(rates.reboot)) {
    stop_broker(true);
  } else if (random.per_mille(rates.forget)) {
    stop_broker(false);
  }
}

void World::stop_broker(bool remembers) {
  say(remembers ? "the broker ends" : "the broker ends, and forgets");
  authority::Authority authority = broker_->stop();
  broker_.reset();
  if (remembers) {
    stored_.emplace(std::move(authority));
  } else if (environment_.random.one_in(3)) {
    // Only a welcome tells the port, so with sessions that live on it must stay.
    ++updates_port_;
  }
  environment_.schedule.after(some_time(), [this] {
    if (!broker_) start_broker();
  });
}

/// It may have gone back while there was no broker: numbers come again.
Time World::wall_clock() {
  const Time now = environment_.schedule.now();
  Random& random = environment_.random;
  switch (random.below(4)) {
    case 0: return 0;
    case 1: return random.below(now + 1);
    default: return now;
  }
}

void World::start_broker() {
  if (!stored_) {
    authority::AuthorityOptions options;
    options.epoch.bytes = environment_.random.bytes();
    options.first_revision = beginning + wall_clock();
    options.session_ms = session_ms;
    options.log_bytes = environment_.random.pick<const std::size_t[3]>({0, 3000, 1u << 20});
    options.bounds.ends = environment_.random.pick<const std::size_t[3]>({1, 3, 2000});
    environment_.model.begin(options);
    if (environment_.rates.stored) {
      stored_.emplace(environment_.data.begin(options));
    } else {
      stored_.emplace(options);
    }
  }
  say("the broker begins in epoch", fmt::format("{}", environment_.model.epoch()));
  broker_ =
      std::make_unique<Broker>(environment_, *std::exchange(stored_, std::nullopt), updates_port_);
  broker_->start();
}

// --- checks ---

void World::check_all(bool thorough) {
  for (const auto& client : clients_) client->check_contents(thorough);
  if (thorough && broker_) check_authority();
}

/// The authority holds what the model holds.
void World::check_authority() const {
  for (const auto& entry : environment_.model.boards()) {
    // Not structured bindings: clang 14 does not let a lambda capture them.
    const auto& space = entry.first;
    const auto& board = entry.second;
    auto expected = board.begin();
    broker_->authority().visit(space, [&](const authority::AttributeView& view) {
      check(expected != board.end() && expected->first == view.name,
            "the authority has '{}' in '{}'", view.name, space);
      const Held& held = expected->second;
      check(*held.value == view.value && held.revision == view.revision &&
                held.session == view.session && held.deadline == view.deadline,
            "the authority has another '{}' in '{}'", view.name, space);
      ++expected;
    });
    check(expected == board.end(), "the authority lacks '{}' in '{}'", expected->first, space);
  }
}

/// Everything works from now on, and nobody writes.
void World::heal() {
  say("quiet");
  const bool stored = environment_.rates.stored;
  environment_.rates = Rates{};
  environment_.rates.stored = stored;
  environment_.network.heal();
  if (broker_ && broker_->crashed()) stop_broker(true);
  if (!broker_) start_broker();
  broker_->pause(0);
  for (const auto& client : clients_) client->unfreeze();
  pass(settling_time);
  remove_left();
}

/// A write in every namespace, so that everybody is told by the stream.
void World::probe() {
  for (const auto& client : clients_) {
    for (auto& [space, view] : client->views()) {
      if (space != denied_space) workload_.probe(*client, view.replica());
    }
  }
  pass(probing_time);
}

void World::check_settled() {
  check_all(true);
  for (const auto& client : clients_) {
    client->check_settled();
    workload_.check_owned(*client);
  }
  check_replicas();
  check_listed();
  check_sessions();
}

/// A namespace that has readers exists, even if it is empty and the store has failed since.
void World::check_listed() const {
  const std::vector<std::string> listed = environment_.model.listed();
  for (const auto& client : clients_) {
    for (const auto& [space, view] : client->views()) {
      check(space == denied_space || std::find(listed.begin(), listed.end(), space) != listed.end(),
            "'{}' has a reader, and is not listed", space);
    }
  }
}

void World::check_replicas() const {
  for (const auto& client : clients_) {
    for (const auto& [space, view] : client->views()) {
      if (space == denied_space) continue;
      const wire::NamespaceStatus status = broker_->authority().status(space);
      const replica::NamespaceReplica& replica = view.replica();
      check(replica.epoch() == status.epoch && replica.revision() == status.revision,
            "'{}' of {} is at {}, the broker at {}", space, client->name(), replica.revision(),
            status.revision);
      check(replica.count() == status.count && replica.digest() == status.digest,
            "'{}' of {} differs at {}", space, client->name(), status.revision);
    }
  }
}

/// Whoever is gone has no session, and no session no attribute.
void World::check_sessions() const {
  const authority::Authority& authority = broker_->authority();
  check(authority.sessions() == clients_.size(), "{} clients have {} sessions", clients_.size(),
        authority.sessions());
  for (const auto& [space, board] : environment_.model.boards()) {
    for (const auto& [name, held] : board) {
      const bool owned =
          held.session == 0 || std::any_of(clients_.begin(), clients_.end(),
                                           [session = held.session](const auto& client) {
                                             return client->session() == session;
                                           });
      check(owned, "'{}' in '{}' has outlived session {}", name, space, held.session);
    }
  }
}

}  // namespace bulletin::simulation
