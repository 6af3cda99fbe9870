// Whatever can be set can be dumped and loaded, by every form of both.

#include <bit>
#include <cstdint>
#include <fstream>
#include <limits>
#include <map>
#include <string>
#include <vector>

#include <bulletin/bulletin.hpp>

#include "process/shell.hpp"
#include "support/board.hpp"
#include "support/catch.hpp"
#include "wire/limits.hpp"
#include "wire/random_value.hpp"
#include "wire/value_codec.hpp"

using namespace bulletin;
using bulletin::test::BrokerProgram;
using bulletin::test::RandomValues;
using bulletin::test::Result;
using bulletin::test::TemporaryFolder;
using Catch::Matchers::ContainsSubstring;

namespace {

const std::vector<std::string> strange_names = {"$bytes",
                                                "$real",
                                                "$map",
                                                "$ttl_ms",
                                                "$value",
                                                "$",
                                                "$ref",
                                                "namespace",
                                                "attributes",
                                                "\x01",
                                                "\x01x",
                                                "\n",
                                                "\"",
                                                "\\",
                                                "a.b",
                                                "a b",
                                                "*",
                                                "größe",
                                                "\u2028",
                                                "\xF0\x9F\xA4\x96",
                                                "\x7f",
                                                "-",
                                                "--all",
                                                "true",
                                                "{}",
                                                "[a,b]",
                                                std::string(wire::name_bytes, 'n')};

double nan_of(std::uint64_t bits) { return std::bit_cast<double>(bits); }

/// 64 maps or arrays inside each other, with this in the innermost one.
Value deep(const std::string& key, const Value& innermost) {
  Value value = innermost;
  for (std::size_t i = 0; i != wire::value_depth; ++i) {
    const bool array = key.empty() && i % 2 == 0;
    value = array ? Value(Array{std::move(value)}) : Value(Map{{key, std::move(value)}});
  }
  return value;
}

std::vector<Value> scalars() {
  constexpr double infinity = std::numeric_limits<double>::infinity();
  return {Value(),
          Value(true),
          Value(0),
          Value(-1),
          Value(std::numeric_limits<std::int64_t>::min()),
          Value(std::numeric_limits<std::int64_t>::max()),
          Value(std::numeric_limits<std::uint64_t>::max()),
          Value(0.0),
          Value(-0.0),
          Value(5e-324),
          Value(1e22),
          Value(123456789012345680.0),
          Value(std::numeric_limits<double>::max()),
          Value(infinity),
          Value(-infinity),
          Value(nan_of(0x7ff8000000000000)),
          Value(nan_of(0xfff8000000000000)),
          Value(nan_of(0x7ff0000000000001)),
          Value(nan_of(0x7ff8000000000001)),
          Value(nan_of(0xffffffffffffffff)),
          Value(""),
          Value(std::string("a\0b", 3)),
          Value("\xEF\xBF\xBF \xEF\xBF\xBD \u202e \x1b[31m"),
          Value(Bytes{}),
          Value(Bytes(3, std::byte{0xff})),
          Value(Array{}),
          Value(Map{})};
}

std::vector<Value> extreme_values() {
  std::vector<Value> values = scalars();
  for (const Value& scalar : scalars()) {
    const bool container = scalar.type() == Value::Type::array || scalar.type() == Value::Type::map;
    if (container) continue;
    for (const char* key : {"$bytes", "$real", "$map", "$ttl_ms", "$value", "", "x"})
      values.push_back(deep(key, scalar));
  }
  // As large as a value may be: its head has 5 bytes.
  values.emplace_back(std::string(wire::value_bytes - 5, '\x01'));
  values.emplace_back(Bytes(wire::value_bytes - 5, std::byte{7}));
  values.emplace_back(Map{{"$ttl_ms", 1}, {"$value", 2}});
  values.emplace_back(Map{{"$ttl_ms", -1}});
  values.emplace_back(Map{{"$map", Map{{"$map", Map{}}}}});
  values.emplace_back(Map{{"namespace", "a"}, {"attributes", Map{{"$bytes", 1}}}});
  RandomValues random(20);
  for (int i = 0; i != 200; ++i) values.push_back(random.next());
  return values;
}

using Contents = std::map<std::string, std::string>;  // encoded values by name

Contents contents_of(Client& client, const std::string& space) {
  Contents contents;
  for (const Snapshot::Entry& entry : client.open(space).snapshot())
    contents.emplace(entry.name, wire::encode_value(entry.value));
  return contents;
}

Client client_of(const BrokerProgram& broker) {
  ClientOptions options = test::impatient(test::patience);
  options.endpoint = broker.endpoint();
  return Client(options);
}

/// Sets everything that is hard to write down.
void fill(Client& client, const std::vector<std::string>& spaces) {
  const Namespace first = client.open(spaces.front());
  int number = 0;
  for (const Value& value : extreme_values()) first.post("v" + std::to_string(++number), value);
  first.flush();
  for (const std::string& space : spaces) {
    for (const std::string& name : strange_names) client.open(space).set(name, deep(name, name));
  }
}

/// The last has as many bytes as a name may have.
std::vector<std::string> strange_spaces() {
  return {"plant/values",
          "namespace",
          "a/\x01/\n\"",
          "größe/\u2028",
          "*",
          "-",
          "x$bytes",
          std::string(wire::namespace_bytes, 's')};
}

}  // namespace

TEST_CASE("whatever can be set can be dumped and loaded by every form of both") {
  const BrokerProgram one;
  Client source = client_of(one);
  const std::vector<std::string> spaces = strange_spaces();
  fill(source, spaces);
  const TemporaryFolder folder;
  const std::string file = folder.path() / "board";
  std::vector<std::string> json;
  if (GENERATE(false, true)) json = {"--json"};
  const auto with = [&json](std::vector<std::string> words) {
    words.insert(words.begin(), json.begin(), json.end());
    return words;
  };

  SECTION("each namespace by itself") {
    const BrokerProgram other;
    for (std::size_t i = 0; i != spaces.size(); ++i) {
      const std::string& space = spaces[i];
      CAPTURE(space);
      const Result dumped = one.run(with({"dump", "--", space}));
      REQUIRE(dumped.exit == 0);
      CHECK(dumped.errors.empty());
      std::ofstream(file) << dumped.output;
      const bool by_input = i % 2 == 0;
      const Result loaded = by_input ? other.run(with({"load", "--", space, "-"}), dumped.output)
                                     : other.run(with({"load", "--", space, file}));
      INFO(loaded.errors.substr(0, 300));
      CHECK(loaded.exit == 0);
    }
    Client target = client_of(other);
    for (const std::string& space : spaces)
      CHECK(contents_of(target, space) == contents_of(source, space));
  }

  SECTION("all at once") {
    const Result dumped = one.run(with({"dump", "--all"}));
    REQUIRE(dumped.exit == 0);
    CHECK(dumped.errors.empty());
    std::ofstream(file) << dumped.output;
    for (const bool by_input : {true, false}) {
      const BrokerProgram other;
      const Result loaded = by_input ? other.run(with({"load", "--all", "-"}), dumped.output)
                                     : other.run(with({"load", "--all", file}));
      INFO(loaded.errors.substr(0, 300));
      CHECK(loaded.exit == 0);
      Client target = client_of(other);
      for (const std::string& space : spaces)
        CHECK(contents_of(target, space) == contents_of(source, space));
    }
  }
}

TEST_CASE("a dump keeps what is left of a time to live and leaves out what is ephemeral") {
  const BrokerProgram one;
  Client client = client_of(one);
  const Namespace plant = client.open("plant");
  plant.set("lease", 7, {.ttl = std::chrono::hours(1)});
  plant.set("long", Map{{"$ttl_ms", 1}}, {.ttl = std::chrono::milliseconds::max()});
  plant.set("stays", 1);
  plant.set("mine", 2, {.ephemeral = true});
  plant.set("both", 3, {.ephemeral = true, .ttl = std::chrono::hours(1)});
  client.open("ghosts").set("mine", 1, {.ephemeral = true});

  const std::vector<std::string> dump = GENERATE(std::vector<std::string>{"dump", "plant"},
                                                 std::vector<std::string>{"dump", "--all"});
  const bool all = dump.back() == "--all";
  const Result dumped = one.run(dump);
  CHECK(dumped.exit == 0);
  CHECK_THAT(dumped.errors, ContainsSubstring(all ? "3 ephemeral attributes are left out"
                                                  : "2 ephemeral attributes are left out"));
  CHECK_THAT(dumped.output, ContainsSubstring("\"$value\": 7}"));
  CHECK_THAT(dumped.output, !ContainsSubstring("mine"));
  CHECK_THAT(dumped.output, !ContainsSubstring("ghosts"));

  const BrokerProgram other;
  CHECK(other
            .run(all ? std::vector<std::string>{"load", "--all", "-"}
                     : std::vector<std::string>{"load", "plant", "-"},
                 dumped.output)
            .exit == 0);
  Client target = client_of(other);
  Contents wanted = contents_of(client, "plant");
  wanted.erase("mine");
  wanted.erase("both");
  CHECK(contents_of(target, "plant") == wanted);
  // It has one there, too, and that has begun to run.
  const auto lease = [&] { return other.output_of({"get", "plant", "lease", "--json"}); };
  CHECK_THAT(lease(), ContainsSubstring("\"ttl_ms\": 3"));
  CHECK(test::await([&] { return lease().find("3600000") == std::string::npos; }));
  CHECK_THAT(other.output_of({"get", "plant", "long", "--json"}),
             ContainsSubstring("\"ttl_ms\": 9"));
  CHECK_THAT(other.output_of({"get", "plant", "stays", "--json"}), !ContainsSubstring("ttl"));
  CHECK_THAT(one.output_of({"get", "plant", "both", "--json"}),
             ContainsSubstring("\"ephemeral\": true"));
}

TEST_CASE("a namespace of nothing but ephemeral attributes is dumped as nothing") {
  const BrokerProgram broker;
  Client client = client_of(broker);
  client.open("ghosts").set("mine", 1, {.ephemeral = true});
  const Result dumped = broker.run({"dump", "ghosts"});
  CHECK(dumped.exit == 0);
  CHECK(dumped.output == "{}\n");
  CHECK_THAT(dumped.errors, ContainsSubstring("1 ephemeral attribute is left out"));
  CHECK(broker.output_of({"dump", "--all"}).starts_with("exit 0: bulletin: 1 ephemeral"));
}

TEST_CASE("a wrong time to live in a dump is refused before anything is loaded") {
  const BrokerProgram broker;
  for (const char* attribute :
       {"{\"$ttl_ms\": 0, \"$value\": 1}", "{\"$ttl_ms\": -5, \"$value\": 1}", "{\"$ttl_ms\": 5}",
        "{\"$ttl_ms\": \"5s\", \"$value\": 1}", "{\"$ttl_ms\": 1.5, \"$value\": 1}",
        "{\"$ttl_ms\": 5, \"$value\": 1, \"x\": 1}", "{\"x\": {\"$ttl_ms\": 5, \"$value\": 1}}"}) {
    CAPTURE(attribute);
    const Result result =
        broker.run({"load", "plant", "-"}, "{\"a\": 1, \"b\": " + std::string(attribute) + "}");
    CHECK(result.exit == 2);
    CHECK_THAT(result.errors, ContainsSubstring("$ttl_ms"));
  }
  CHECK(broker.output_of({"ls"}).empty());
}
