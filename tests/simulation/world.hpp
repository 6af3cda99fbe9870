// One run: a broker, clients and the network between them, all from one seed.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "simulation/broker.hpp"
#include "simulation/client.hpp"
#include "simulation/environment.hpp"
#include "simulation/workload.hpp"

namespace bulletin::simulation {

/// What a run did.
struct Summary {
  std::uint64_t events = 0;
  std::uint64_t commits = 0;
  std::uint64_t writes = 0;
  std::uint64_t acknowledged = 0;
  std::uint64_t in_doubt = 0;
  std::uint64_t epochs = 0;
  std::uint64_t forgettings = 0;
  std::uint64_t clients = 0;
  /// Equal for equal runs.
  std::uint64_t fingerprint = 0;
};

class World {
 public:
  explicit World(const Options& options);

  /// Throws Failure, which tells the seed, the step and the time.
  Summary run();

 private:
  void steps();
  void step();
  void act();
  void pass(Time time);
  void say(std::string_view what, std::string_view whom = {}) const;
  Client& any_client();

  // What goes wrong.
  void faults();
  void client_faults();
  void broker_faults();
  void replace(const Client& client);
  void add_client();
  void remove_left();
  Time wall_clock();
  void start_broker();
  void stop_broker(bool remembers);
  Time some_time();

  // Checks.
  void check_all(bool thorough);
  void check_authority() const;
  void heal();
  void check_settled();
  void check_replicas() const;
  void check_listed() const;
  void check_sessions() const;
  void probe();

  Environment environment_;
  Workload workload_;
  Time longest_step_ = 0;
  std::optional<authority::Authority> stored_;  // while the broker is down and remembers
  std::unique_ptr<Broker> broker_;
  std::uint64_t updates_port_ = 1;
  std::vector<std::unique_ptr<Client>> clients_;
  std::uint64_t clients_made_ = 0;
  std::uint64_t step_ = 0;
};

}  // namespace bulletin::simulation
