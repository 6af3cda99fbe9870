#include "client/transport/endpoint.hpp"

#include <cstdlib>
#include <set>
#include <string>
#include <vector>

#include <bulletin/error.hpp>

#include "support/catch.hpp"

using namespace bulletin::client;

TEST_CASE("an endpoint is the given one, the environment's or the default") {
  unsetenv("BULLETIN_ENDPOINT");
  CHECK(choose_endpoint("") == "tcp://127.0.0.1:5570");
  setenv("BULLETIN_ENDPOINT", "ipc:///tmp/board", 1);
  CHECK(choose_endpoint("") == "ipc:///tmp/board");
  CHECK(choose_endpoint("tcp://robot7:5570") == "tcp://robot7:5570");
  unsetenv("BULLETIN_ENDPOINT");
}

TEST_CASE("what cannot be an endpoint is rejected, and named") {
  for (const char* wrong :
       {"robot7", "tcp://", "tcp://robot7", "tcp://:5570", "tcp://robot7:", "tcp://robot7:0",
        "tcp://robot7:65536", "tcp://robot7:55x", "tcp://*:5570", "ipc://", "http://robot7:80"}) {
    CAPTURE(wrong);
    try {
      choose_endpoint(wrong);
      FAIL("was accepted");
    } catch (const bulletin::Error& error) {
      CHECK(error.code() == bulletin::Errc::rejected);
      CHECK(std::string(error.what()).find(wrong) != std::string::npos);
    }
  }
  CHECK_THROWS_AS(choose_endpoint("ipc://" + std::string(100, 'x')), bulletin::Error);
}

TEST_CASE("spellings of the same endpoints have one canonical form") {
  const std::vector<std::vector<std::string>> same = {
      {"tcp://robot7:5570", "tcp://Robot7:5570", "tcp://ROBOT7:05570"},
      {"tcp://[::1]:5570", "tcp://[0:0:0:0:0:0:0:1]:5570", "tcp://[0::0001]:005570"},
      {"tcp://[fe80::a%eth0]:5570", "tcp://[FE80::A%eth0]:5570"},
      {"ipc:///run/board", "ipc:///run//board", "ipc:///run/./board"},
      {"ipc://board"},
      {"ipc:///run/Board"},
      {"ipc:///run/x/../board"},
      {"tcp://robot7:5571"},
      {"tcp://robot7:5570,ipc:///run/board", "tcp://Robot7:5570,ipc:///run//board"},
      {"ipc:///run/board,tcp://robot7:5570"},
  };
  std::set<std::string> forms;
  for (const std::vector<std::string>& spellings : same) {
    for (const std::string& spelling : spellings) {
      CAPTURE(spelling);
      CHECK(canonical_endpoint(spelling) == canonical_endpoint(spellings.front()));
    }
    forms.insert(canonical_endpoint(spellings.front()));
  }
  CHECK(forms.size() == same.size());
}

TEST_CASE("the updates endpoint is where the welcome came from") {
  CHECK(updates_endpoint("tcp://robot7:5570", "10.0.0.7", 5571) == "tcp://10.0.0.7:5571");
  CHECK(updates_endpoint("tcp://robot7:5570", "fe80::1", 5571) == "tcp://[fe80::1]:5571");
  CHECK(updates_endpoint("tcp://robot7:5570", "", 5571) == "tcp://robot7:5571");
  CHECK(updates_endpoint("ipc:///run/board", "", 0) == "ipc:///run/board.updates");
}

TEST_CASE("a URI names endpoint and namespace, whatever they contain") {
  const std::string space = "plant/line 1/\xC3\xA4%#";
  const std::string uri = make_uri("tcp://127.0.0.1:5570", space);
  CHECK(uri == "tcp://127.0.0.1:5570#plant/line%201/%C3%A4%25%23");
  const BoardUri parsed = parse_uri(uri);
  CHECK(parsed.endpoint == "tcp://127.0.0.1:5570");
  CHECK(parsed.space == space);
  CHECK(parse_uri(make_uri("ipc:///tmp/a#b", "x")).endpoint == "ipc:///tmp/a#b");
  CHECK_THROWS_AS(parse_uri("tcp://127.0.0.1:5570"), bulletin::Error);
  CHECK_THROWS_AS(parse_uri("tcp://127.0.0.1:5570#a%2"), bulletin::Error);
  CHECK_THROWS_AS(parse_uri("tcp://127.0.0.1:5570#a%zz"), bulletin::Error);
}

TEST_CASE("Several endpoints are divided by commas, which a path may have, too") {
  using Endpoints = std::vector<std::string>;
  CHECK(endpoints_in("tcp://a:1") == Endpoints{"tcp://a:1"});
  CHECK(endpoints_in("tcp://a:1,tcp://b:2,ipc:///c") ==
        Endpoints{"tcp://a:1", "tcp://b:2", "ipc:///c"});
  CHECK(endpoints_in("ipc:///a,b,ipc:///c,") == Endpoints{"ipc:///a,b", "ipc:///c,"});
  CHECK(choose_endpoint("tcp://a:1,tcp://b:2") == "tcp://a:1,tcp://b:2");
  CHECK_THROWS_AS(choose_endpoint("tcp://a:1,tcp://b"), bulletin::Error);
}
