#include "process/attacks.hpp"

#include <unistd.h>

#include <cstdint>
#include <fstream>
#include <utility>

#include "support/raw_client.hpp"
#include "wire/requests.hpp"

namespace bulletin::test {

namespace {

std::string long_frame(std::uint8_t flags, const std::string& body) {
  std::string frame(1, static_cast<char>(flags | 2));
  for (int shift = 56; shift >= 0; shift -= 8)
    frame.push_back(static_cast<char>(static_cast<std::uint64_t>(body.size()) >> shift));
  return frame + body;
}

/// A READY of more than a short frame.
std::string ready_with(const std::string& name, const std::string& value) {
  std::string body = "\x05READY";
  for (const auto& [key, text] :
       {std::pair{std::string("Socket-Type"), std::string("DEALER")}, {name, value}}) {
    body.push_back(static_cast<char>(key.size()));
    body += key;
    for (int shift = 24; shift >= 0; shift -= 8)
      body.push_back(static_cast<char>(static_cast<std::uint32_t>(text.size()) >> shift));
    body += text;
  }
  return long_frame(command_flag, body);
}

}  // namespace

std::string framed(const std::string& request) {
  return zmtp_frame(more_flag, "") + zmtp_frame(0, request);
}

std::string repeated(const std::string& part, std::size_t times) {
  std::string all;
  for (std::size_t i = 0; i != times; ++i) all += part;
  return all;
}

std::vector<Attack> attacks() {
  const std::string megabyte(1u << 20, 'x');
  const std::string same = zmtp_greeting("NULL") + zmtp_ready("DEALER", "same");
  const std::string read = wire::encode(wire::Read{"nothing", {"x"}});
  return {
      {"frames without an end", handshake, repeated(zmtp_frame(more_flag, ""), 5000)},
      {"frames after the body", handshake + zmtp_frame(more_flag, "") + zmtp_frame(more_flag, "b"),
       repeated(zmtp_frame(more_flag, "x"), 5000)},
      {"no delimiter", handshake, repeated(zmtp_frame(0, "x"), 5000)},
      {"frames of a megabyte before the delimiter", handshake, long_frame(more_flag, megabyte)},
      {"a body that does not end",
       handshake + zmtp_frame(more_flag, "") + "\2" + std::string("\0\0\0\0\0\xff\xff\xff", 8),
       megabyte},
      {"requests of which no answer is read", handshake, repeated(framed(read), 2000)},
      {"the name of another connection", same, repeated(framed(read), 2000)},
      {"a name of four megabytes",
       zmtp_greeting("NULL") + ready_with("Identity", repeated(megabyte, 4)), framed(read)},
      {"fifteen megabytes of properties",
       zmtp_greeting("NULL") + ready_with("X-Much", repeated(megabyte, 15)), framed(read)},
      {"a handshake that does not end",
       zmtp_greeting("NULL") + std::string("\6\0\0\0\0\0\xff\xff\xff", 9), megabyte},
      {"no handshake", "", megabyte},
      {"subscriptions that are none", zmtp_greeting("NULL") + zmtp_ready("SUB", ""),
       repeated(zmtp_frame(more_flag, "\1x"), 5000)},
      {"one subscription again and again", zmtp_greeting("NULL") + zmtp_ready("SUB", ""),
       repeated(zmtp_frame(0, "\1x"), 5000)},
      {"pings whose answers are not read", handshake, repeated(zmtp_ping(0), 5000)},
  };
}

std::string new_subscriptions(std::size_t count) {
  static std::uint64_t next = 0;
  std::string part;
  for (; count != 0; --count) {
    // Base 36 keeps them short.
    std::string topic = "\1";
    for (std::uint64_t number = next++; topic.size() < 2 || number != 0; number /= 36)
      topic.push_back("0123456789abcdefghijklmnopqrstuvwxyz"[number % 36]);
    part += zmtp_frame(0, topic + '\0');
  }
  return part;
}

std::string updates_endpoint_of(const BrokerProgram& broker) {
  RawClient client(broker.endpoint());
  return "tcp://127.0.0.1:" + std::to_string(client.hello().updates.port);
}

std::size_t resident_bytes(BrokerProgram& broker) {
  std::ifstream status("/proc/" + std::to_string(broker.program().pid()) + "/statm");
  std::size_t size = 0;
  std::size_t resident = 0;
  status >> size >> resident;
  return resident * static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
}

std::size_t most_resident_bytes(BrokerProgram& broker) {
  std::ifstream status("/proc/" + std::to_string(broker.program().pid()) + "/status");
  for (std::string word; status >> word;) {
    std::size_t kibibytes = 0;
    if (word == "VmHWM:" && status >> kibibytes) return kibibytes << 10;
  }
  return 0;
}

}  // namespace bulletin::test
