#include "wire/endpoint_text.hpp"

#include <string>
#include <utility>
#include <vector>

#include "support/catch.hpp"

using namespace bulletin::wire;

namespace {

bool has(const std::string& text, const std::string& part) {
  UNSCOPED_INFO("'" << text << "'");
  return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("What can be connected to has no fault") {
  for (const std::string endpoint : {"tcp://robot7:5570",
                                     "tcp://robot-7.plant_1.example:1",
                                     "tcp://localhost:65535",
                                     "tcp://127.0.0.1:5570",
                                     "tcp://127.1:5570",
                                     "tcp://0.0.0.0:5570",
                                     "tcp://1e100.net:80",
                                     "tcp://[::1]:5570",
                                     "tcp://[::]:1",
                                     "tcp://[fe80::1%eth0]:5570",
                                     "tcp://[fe80::1%2]:5570",
                                     "tcp://[1:2:3:4:5:6:7:8]:1",
                                     "tcp://[::ffff:10.0.0.7]:1",
                                     "tcp://[2001:DB8::]:1",
                                     "tcp://[127.0.0.1]:1",
                                     "tcp://host:05570",
                                     "tcp://b\xC3\xBC"
                                     "cher.example:1",
                                     "tcp://example.com.:1",
                                     "ipc:///run/bulletin/board",
                                     "ipc://relative",
                                     "ipc://@abstract",
                                     "ipc:///with blanks, commas; and #%*",
                                     "ipc://*x"}) {
    CAPTURE(endpoint);
    CHECK(connect_fault(endpoint).empty());
  }
  CHECK(connect_fault("ipc://" + std::string(99, 'x')).empty());
  CHECK(connect_fault("tcp://" + std::string(60, 'x') + ".example:1").empty());
}

TEST_CASE("What cannot be connected to is told why") {
  const std::vector<std::pair<std::string, std::string>> wrong = {
      {"", "is empty"},
      {" ", "no known transport"},
      {"robot7", "no known transport"},
      {"robot7:5570", "no known transport"},
      {"http://robot7:80", "no known transport"},
      {"inproc://x", "no known transport"},
      {"udp://robot7:1", "no known transport"},
      {"pgm://eth0;239.1.1.1:5", "no known transport"},
      {"TCP://robot7:1", "no known transport"},
      {" tcp://robot7:1", "no known transport"},
      {"tcp:/robot7:1", "no known transport"},
      {"tcp://", "no host"},
      {"tcp://:5570", "no host"},
      {"tcp://robot7", "no port"},
      {"tcp://robot7:", "no port"},
      {"tcp://[::1]", "no port"},
      {"tcp://[::1]:", "no port"},
      {"tcp://robot7:0", "'0'"},
      {"tcp://robot7:00", "'00'"},
      {"tcp://robot7:65536", "'65536'"},
      {"tcp://robot7:99999999999999999999999", "between 1 and 65535"},
      {"tcp://robot7:+5", "'+5'"},
      {"tcp://robot7:-5", "'-5'"},
      {"tcp://robot7: 5", "' 5'"},
      {"tcp://robot7:5 ", "'5 '"},
      {"tcp://robot7:55x", "'55x'"},
      {"tcp://robot7:0x50", "'0x50'"},
      {"tcp://robot7:5/", "'5/'"},
      {"tcp://robot7:*", "'*'"},
      {"tcp://*:5570", "no host to connect to"},
      {"tcp://*", "no host to connect to"},
      {"tcp://[]:5", "no address in its brackets"},
      {"tcp://[:5", "without a closing one"},
      {"tcp://[::1:5", "without a closing one"},
      {"tcp://[robot7]:5", "'robot7' in its brackets"},
      {"tcp://[::1::2]:5", "not an IPv6 address"},
      {"tcp://[1:2:3:4:5:6:7]:5", "not an IPv6 address"},
      {"tcp://[1:2:3:4:5:6:7:8:9]:5", "not an IPv6 address"},
      {"tcp://[12345::]:5", "not an IPv6 address"},
      {"tcp://[:::]:5", "not an IPv6 address"},
      {"tcp://[::g]:5", "not an IPv6 address"},
      {"tcp://[::1.2.3]:5", "not an IPv6 address"},
      {"tcp://[::1.2.3.256]:5", "not an IPv6 address"},
      {"tcp://[fe80::1%]:5", "not an IPv6 address"},
      {"tcp://::1:5570", "not in brackets"},
      {"tcp://[::1]x:5", "without a closing one"},
      {"tcp://h;127.0.0.1:1", "';'"},
      {"tcp://eth0;h:1", "';'"},
      {"tcp://user@robot7:1", "'@'"},
      {"tcp://robot7/x:1", "'/'"},
      {"tcp://robot 7:1", "' '"},
      {"tcp://robot7#a:1", "'#'"},
      {"tcp://ro\"bot:1", "in its host"},
      {"tcp://robot7%eth0:1", "'%'"},
      {"tcp://.robot7:1", "not a host name"},
      {"tcp://-robot7:1", "not a host name"},
      {"tcp://a..b:1", "not a host name"},
      {"tcp://.:1", "not a host name"},
      {"tcp://1.2.3.4.5:1", "not an IPv4 address"},
      {"tcp://300.1.1.1:1", "not an IPv4 address"},
      {"tcp://1.2.3.:1", "not an IPv4 address"},
      {"tcp://a:1,", "'1,'"},
      {"tcp://a:1, tcp://b:2", "comma"},
      {"tcp://a,b:1", "comma"},
      {"tcp://robot7\n:1", "control characters"},
      {"ipc:///a\tb", "control characters"},
      {std::string("ipc:///a\0b", 10), "control characters"},
      {"ipc://", "no path"},
      {"ipc://*", "no path"},
      {"ipc://@", "no path"},
      {"ipc://" + std::string(100, 'x'), "100 bytes, and a socket's path has at most 99"},
      {"tcp://" + std::string(254, 'x') + ":1", "more than 253"},
  };
  for (const auto& [endpoint, fault] : wrong) {
    CAPTURE(endpoint);
    CHECK(has(connect_fault(endpoint), fault));
  }
}

TEST_CASE("Addresses and ports of every kind can be bound, and abstract sockets cannot") {
  for (const std::string endpoint :
       {"tcp://*:*", "tcp://*:5570", "tcp://127.0.0.1:*", "tcp://eth0:5570", "tcp://[::]:*",
        "tcp://br-0.100:*", "ipc:///run/a b"}) {
    CAPTURE(endpoint);
    CHECK(bind_fault(endpoint).empty());
  }
  CHECK(has(bind_fault("ipc://@x"), "abstract"));
  CHECK(has(bind_fault("tcp://**:1"), "'*'"));
  CHECK(has(bind_fault("tcp://127.0.0.1:**"), "'**'"));
  CHECK(has(bind_fault("tcp://[*]:1"), "not an IPv6 address"));
}

TEST_CASE("A tcp endpoint is divided at the colon before its port") {
  CHECK(host_and_port("tcp://robot7:5570").host == "robot7");
  CHECK(host_and_port("tcp://robot7:5570").port == "5570");
  CHECK(host_and_port("tcp://[::1]:5570").host == "[::1]");
  CHECK(host_and_port("tcp://[::1]").host == "[::1]");
  CHECK(host_and_port("tcp://[::1]").port.empty());
}
