// A broker inside a program: no process to start, no port to agree on. Good for tests, and for a
// program that is the centre of its own small world. Here a thermometer and a display are threads
// with clients of their own; in other processes they would differ in nothing but the endpoint.

#include <chrono>
#include <future>
#include <iostream>
#include <string>
#include <thread>

#include <bulletin/broker.hpp>
#include <bulletin/bulletin.hpp>

namespace {

void measure(const std::string& endpoint) {
  bulletin::Client client({.endpoint = endpoint, .name = "thermometer"});
  const auto temperature = client.open("room").attribute<double>("temperature");
  // Pipelined: the calls do not wait for each other, and keep their order.
  bulletin::Future<bulletin::Revision> last;
  for (int i = 0; i <= 20; ++i) last = temperature.set_async(18 + 0.25 * i);
  last.get();  // when the last one is committed, all are
}

}  // namespace

int main() {
  // `*` is a free port, so that several such programs live side by side.
  bulletin::Broker broker({.bind = "tcp://127.0.0.1:*"});
  broker.start();

  bulletin::Client client({.endpoint = broker.endpoint(), .name = "display"});
  const bulletin::Namespace room = client.open("room");
  int changes = 0;
  std::promise<void> warm;
  const bulletin::Subscription watch =
      room.watch("temperature", [&](const bulletin::Change& change) {
        // What a slow display was not shown one by one is counted, never lost in silence.
        changes += 1 + static_cast<int>(change.skipped);
        if (*change.value == 23) warm.set_value();
      });

  std::thread thermometer(measure, broker.endpoint());
  thermometer.join();
  if (warm.get_future().wait_for(std::chrono::seconds(10)) != std::future_status::ready) return 1;
  std::cout << "23 degrees after " << changes << " changes\n";
}  // the watch, the client and the broker end in this order
