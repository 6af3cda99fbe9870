// What the service works with.
#pragma once

#include "service/counters.hpp"
#include "service/host.hpp"
#include "service/outbox.hpp"
#include "service/persistence.hpp"
#include "service/sequencer.hpp"
#include "service/user_rights.hpp"

namespace bulletin::service {

/// The service owns none of it.
struct Surroundings {
  Sequencer& sequencer;
  const UserRights& rights;
  Backups& backups;
  Outbox& outbox;
  Host& host;
  Counters& counters;
};

}  // namespace bulletin::service
