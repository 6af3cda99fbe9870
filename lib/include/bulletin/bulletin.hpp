// Bulletin: a shared notice board for cooperating processes.
//
//     bulletin::Client client;  // $BULLETIN_ENDPOINT, else tcp://127.0.0.1:5570
//     bulletin::Namespace robot = client.open("plant/robot");
//     robot.set("speed", 3.2);                    // one round trip to the broker
//     double speed = robot.get_or("speed", 0.0);  // this process's memory
//
// Own types: <bulletin/msgpack.hpp>. A broker inside your program: <bulletin/broker.hpp>.
#pragma once

#if __cplusplus < 202002L
#error "Bulletin needs C++20: compile with -std=c++20 (CMake: set(CMAKE_CXX_STANDARD 20))"
#endif

#include <bulletin/attribute.hpp>
#include <bulletin/backup_target.hpp>
#include <bulletin/broker_limits.hpp>
#include <bulletin/change.hpp>
#include <bulletin/client.hpp>
#include <bulletin/commit_result.hpp>
#include <bulletin/encoded.hpp>
#include <bulletin/error.hpp>
#include <bulletin/freshness.hpp>
#include <bulletin/future.hpp>
#include <bulletin/inspector.hpp>
#include <bulletin/lease.hpp>
#include <bulletin/log.hpp>
#include <bulletin/manager.hpp>
#include <bulletin/namespace.hpp>
#include <bulletin/namespace_status.hpp>
#include <bulletin/options.hpp>
#include <bulletin/publisher.hpp>
#include <bulletin/raw_scalar.hpp>
#include <bulletin/revision.hpp>
#include <bulletin/snapshot.hpp>
#include <bulletin/subscription.hpp>
#include <bulletin/transaction.hpp>
#include <bulletin/typed_change.hpp>
#include <bulletin/value.hpp>
#include <bulletin/versioned.hpp>
#include <bulletin/watch_options.hpp>
#include <bulletin/watch_queue.hpp>
