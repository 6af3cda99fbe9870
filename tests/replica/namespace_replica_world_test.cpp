// A replica in a world where anything is lost, doubled, late or damaged; one seed is one world.

#include <deque>
#include <map>
#include <random>
#include <set>
#include <string>

#include "replica/change_recorder.hpp"
#include "replica/namespace_model.hpp"
#include "replica/namespace_replica.hpp"
#include "support/catch.hpp"
#include "wire/decode_error.hpp"
#include "wire/digest.hpp"

using namespace bulletin;
using namespace bulletin::test;
using bulletin::replica::NamespaceReplica;

namespace {

class World {
 public:
  explicit World(unsigned seed) : random_(seed) {
    broker_.part_attributes = 1 + pick(8);
    broker_.part_commits = 1 + pick(4);
    broker_.log_commits = pick(2) == 0 ? 3 + pick(10) : 1000;
    broker_.stride = 1 + pick(3);
    names_ = 1 + pick(30);
    loss_ = pick(3) == 0 ? 0 : pick(20);
    for (unsigned i = pick(40); i != 0; --i) change();
    stream_.clear();
    told_.wanted = pick(8) != 0;
  }

  void run(int steps) {
    for (int i = 0; i != steps; ++i) {
      step();
      check();
    }
    settle();
  }

 private:
  unsigned pick(unsigned below) { return static_cast<unsigned>(random_() % below); }
  bool mishap() { return pick(100) < loss_; }

  void step() {
    switch (pick(16)) {
      case 0:
      case 1:
      case 2: change(); break;
      case 3: write(); break;
      case 4: stream_.push_back(broker_.beat()); break;
      case 5:
      case 6:
      case 7:
      case 8: deliver(); break;
      case 9:
      case 10: ask(); break;
      case 11:
      case 12:
      case 13: answer(); break;
      case 14: connection(); break;
      default: rarely();
    }
  }

  void rarely() {
    switch (pick(40)) {
      case 0: broker_.begin_epoch(); break;
      case 1: damage(); break;
      case 2: replica_.require(broker_.epoch(), broker_.revision() + pick(5)); break;
      case 3: publish(broker_.clear()); break;
      default: break;
    }
  }

  std::string some_name() { return "n" + std::to_string(pick(names_)); }

  void change() {
    std::vector<NamespaceModel::Change> changes;
    std::set<std::string> named;
    for (unsigned i = 1 + pick(3); i != 0; --i) {
      const std::string name = some_name();
      if (!named.insert(name).second) continue;
      const bool there = broker_.contents().contains(name);
      if (there && pick(3) == 0) {
        changes.emplace_back(name, std::nullopt);
      } else {
        changes.emplace_back(name, text("value " + std::to_string(random_())));
      }
    }
    publish(broker_.commit(changes, pick(30) == 0));
  }

  void publish(std::string body) {
    if (subscribed_at_broker_ && !mishap()) stream_.push_back(std::move(body));
  }

  // A write's answer brings the commits since what the replica has, ahead of the stream.
  void write() {
    const std::uint64_t known = replica_.revision();
    change();
    const std::string body = broker_.run_after(known);
    const wire::Update update = wire::decode_update(body);
    if (pick(3) == 0) {
      replica_.require(broker_.epoch(), broker_.revision());
    } else {
      replica_.answered(broker_.epoch(), std::get<wire::CommitsUpdate>(update).run);
    }
  }

  void deliver() {
    if (stream_.empty()) return;
    std::size_t which = 0;
    if (mishap()) which = pick(static_cast<unsigned>(stream_.size()));
    const std::string body = stream_[which];
    if (!mishap()) stream_.erase(stream_.begin() + static_cast<std::ptrdiff_t>(which));
    replica_.update(wire::decode_update(body));
  }

  void ask() {
    if (reply_) return;
    const auto request = replica_.next_request();
    if (!request) return;
    ++requests_;
    reply_ = broker_.answer(*request);
    if (!mishap()) return;
    if (pick(2) == 0) {
      reply_ = wire::encode(wire::Refusal{wire::Status::overloaded, "", ""});
    } else {
      reply_ = "nonsense";
    }
  }

  void answer() {
    if (!reply_) return;
    const std::string reply = *std::exchange(reply_, std::nullopt);
    if (mishap()) return replica_.unanswered();
    try {
      replica_.reply(reply);
    } catch (const wire::DecodeError&) {
    }
  }

  // The broker reads the subscription some time before the client has its proof.
  void connection() {
    if (!subscribed_at_broker_) {
      subscribed_at_broker_ = true;
    } else if (!proven_) {
      proven_ = true;
      replica_.subscribed();
    } else if (pick(10) == 0) {
      subscribed_at_broker_ = proven_ = false;
      if (pick(2) == 0) stream_.clear();
      replica_.unsubscribed();
    }
  }

  void damage() {
    if (!replica_.complete()) return;
    damaged_ = true;
    const std::string name = some_name();
    replica_.table().set(name, wire::name_hash(name), text("damaged"), replica_.revision());
  }

  // Whatever happened: what can be read is a state that the broker had, and watchers know it.
  void check() {
    REQUIRE(told_.visible);
    if (!replica_.complete()) return;
    if (!was_complete_) {
      was_complete_ = true;
      told_.contents = contents_of(replica_);
    }
    if (damaged_) return;
    const Contents* had = broker_.contents_at(replica_.revision());
    REQUIRE(had != nullptr);
    REQUIRE(contents_of(replica_) == *had);
    REQUIRE(replica_.digest() == digest_of(*had));
    if (told_.wanted) REQUIRE(told_.contents == *had);
    std::uint64_t& newest = newest_seen_[replica_.epoch()];
    REQUIRE(replica_.revision() >= newest);
    newest = replica_.revision();
  }

  void settle() {
    loss_ = 0;
    while (!proven_) connection();
    stream_.push_back(broker_.beat());
    for (int i = 0; i != 3; ++i) {
      while (!stream_.empty()) deliver();
      const int before = requests_;
      for (answer(), ask(); reply_; ask()) {
        answer();
        REQUIRE(requests_ < before + 1000);
      }
      stream_.push_back(broker_.beat());
    }
    damaged_ = false;
    check();
    REQUIRE(replica_.live());
    REQUIRE(replica_.epoch() == broker_.epoch());
    REQUIRE(replica_.revision() == broker_.revision());
    REQUIRE(replica_.count() == broker_.count());
  }

  std::mt19937 random_;
  NamespaceModel broker_{"plant"};
  ChangeRecorder told_;
  NamespaceReplica replica_{"plant", told_};
  std::deque<std::string> stream_;
  std::optional<std::string> reply_;
  unsigned names_ = 1;
  unsigned loss_ = 0;  // in a hundred
  int requests_ = 0;
  bool subscribed_at_broker_ = false;
  bool proven_ = false;
  bool was_complete_ = false;
  bool damaged_ = false;
  std::map<wire::Epoch, std::uint64_t> newest_seen_;
};

}  // namespace

TEST_CASE("whatever is lost, doubled, late or damaged, a replica shows states that were") {
  const unsigned block = GENERATE(range(0U, 20U));
  for (unsigned seed = block * 50; seed != block * 50 + 50; ++seed) {
    INFO("seed " << seed);
    World(seed).run(300);
  }
}
