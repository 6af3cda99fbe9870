// A replica and its broker, without anything between them.
#pragma once

#include <string>

#include "replica/change_recorder.hpp"
#include "replica/namespace_model.hpp"
#include "replica/namespace_replica.hpp"
#include "support/catch.hpp"
#include "wire/requests.hpp"

namespace bulletin::test {

struct ReplicaWorld {
  NamespaceModel broker{"plant"};
  ChangeRecorder told;
  replica::NamespaceReplica replica{"plant", told};

  void deliver(const std::string& body) { replica.update(wire::decode_update(body)); }
  /// Delivers the commits of an update as a write's answer does.
  void answer(const std::string& body) {
    const wire::Update update = wire::decode_update(body);
    replica.answered(broker.epoch(), std::get<wire::CommitsUpdate>(update).run);
  }
  /// One request and its reply; false: it wants none.
  bool exchange() {
    const auto request = replica.next_request();
    if (request) replica.reply(broker.answer(*request));
    return request.has_value();
  }
  /// Returns how many requests it took.
  int settle() {
    int requests = 0;
    while (exchange()) REQUIRE(++requests < 1000);
    return requests;
  }
  void join() {
    replica.subscribed();
    settle();
    REQUIRE(replica.live());
    told.contents = contents_of(replica);
  }
  void require_equal() {
    REQUIRE(replica.complete());
    REQUIRE(replica.revision() == broker.revision());
    REQUIRE(replica.epoch() == broker.epoch());
    REQUIRE(replica.count() == broker.count());
    REQUIRE(replica.digest() == digest_of(broker.contents()));
    REQUIRE(contents_of(replica) == broker.contents());
    REQUIRE(told.contents == broker.contents());
    REQUIRE(told.visible);
  }
  /// What the next request is; it is not answered.
  wire::Request asks() {
    asked = replica.next_request().value_or("");
    REQUIRE_FALSE(asked.empty());
    return wire::decode_request(asked);
  }
  std::string asked;
};

}  // namespace bulletin::test
