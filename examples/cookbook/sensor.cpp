#include <chrono>
#include <cstdint>
#include <iostream>
#include <thread>

#include <bulletin/bulletin.hpp>

namespace {

using Clock = std::chrono::steady_clock;

// [page
/// Posts a sample each millisecond. A publisher keeps no replica, and `post` does not wait. With
/// `latest` a newer sample replaces one that is still waiting: after a pause of the network the
/// readers get the present, not a backlog.
void run_sensor(const bulletin::Publisher& imu, std::int64_t samples) {
  auto next = Clock::now();
  for (std::int64_t i = 1; i <= samples; ++i) {
    imu.post("sample", i, {.latest = true});
    next += std::chrono::milliseconds(1);
    std::this_thread::sleep_until(next);
  }
  imu.flush();  // reports the first error, such as `denied`
}

/// A control loop reads at its own rate. Reading the newest sample takes nanoseconds.
std::int64_t control(const bulletin::Attribute<std::int64_t>& sample, std::int64_t last) {
  std::int64_t cycles = 0;
  while (sample.get_or(0) < last) {
    ++cycles;
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  return cycles;
}
// page]

}  // namespace

int main() {
  bulletin::Manager manager;
  manager.start();
  const bulletin::Namespace imu = manager.open("sensors/imu");
  constexpr std::int64_t samples = 1000;

  bulletin::Client client({.endpoint = manager.address()});
  const bulletin::Publisher publisher = client.publisher("sensors/imu");
  std::jthread sensor([&] { run_sensor(publisher, samples); });
  const std::int64_t cycles = control(imu.attribute<std::int64_t>("sample"), samples);

  std::cout << "the last sample is " << imu.at<std::int64_t>("sample") << '\n';
  return cycles > 0 ? 0 : 1;
}
