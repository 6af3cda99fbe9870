// What many attributes cost: the time until a fresh client has them, and memory.

#include <unistd.h>

#include <memory>

#include <bulletin/bulletin.hpp>

#include "board/board.hpp"
#include "board/filled.hpp"
#include "harness/service.hpp"

namespace bulletin::bench {
namespace {

constexpr const char* space_name = "bench/filled";

class Join final : public Contender {
 public:
  Join(const Setting& setting, std::size_t attributes) : attributes_(attributes), broker_(setting) {
    Client client({.endpoint = broker_.endpoint()});
    fill(client.open(space_name), attributes);
  }

  Round round() override {
    const std::int64_t begin = now_ns();
    Client client({.endpoint = broker_.endpoint()});
    const Namespace space = client.open(space_name);
    const std::int64_t end = now_ns();
    if (space.size() != attributes_) throw std::runtime_error("open() returned before it had all");
    return time_of(end - begin, attributes_);
  }

 private:
  const std::size_t attributes_;
  BrokerProcess broker_;
};

class MemoryOfBroker final : public Contender {
 public:
  MemoryOfBroker(const Setting& setting, std::size_t attributes)
      : setting_(setting), attributes_(attributes) {}

  Round round() override {
    const BrokerProcess broker(setting_);
    const std::size_t before = resident_bytes(broker.process_id());
    Client client({.endpoint = broker.endpoint()});
    fill(client.open(space_name), attributes_);
    return per_attribute(resident_bytes(broker.process_id()) - before, attributes_);
  }

  static Round per_attribute(std::size_t bytes, std::size_t attributes) {
    return {static_cast<double>(bytes) / static_cast<double>(attributes), attributes, 0, {}};
  }

 private:
  const Setting setting_;
  const std::size_t attributes_;
};

class MemoryOfReplica final : public Contender {
 public:
  MemoryOfReplica(const Setting& setting, std::size_t attributes)
      : setting_(setting), attributes_(attributes), broker_(setting) {
    Client client({.endpoint = broker_.endpoint()});
    fill(client.open(space_name), attributes);
  }

  Round round() override {
    FarEnd holder(setting_, "board-holder", {broker_.endpoint()});
    return MemoryOfBroker::per_attribute(std::stoul(holder.line()), attributes_);
  }

 private:
  const Setting setting_;
  const std::size_t attributes_;
  BrokerProcess broker_;
};

}  // namespace

/// Says by how many bytes a process grows when it opens the namespace.
void board_holder_role(const std::vector<std::string>& arguments) {
  Client client({.endpoint = arguments.at(0)});
  const std::size_t before = resident_bytes(getpid());
  const Namespace space = client.open(space_name);
  say(std::to_string(resident_bytes(getpid()) - before));
  wait_for_starter();
}

Way board_join(std::size_t attributes) {
  return way<Join>("Bulletin, " + std::to_string(attributes), Kind::ours, attributes);
}
Way board_memory_of_broker(std::size_t attributes) {
  return way<MemoryOfBroker>("Bulletin broker", Kind::ours, attributes);
}
Way board_memory_of_replica(std::size_t attributes) {
  return way<MemoryOfReplica>("Bulletin replica", Kind::ours, attributes);
}

}  // namespace bulletin::bench
