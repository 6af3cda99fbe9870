// Every message equals its golden bytes, in both directions; other languages read the same files.

#include "wire/vectors.hpp"

#include <bulletin/transaction.hpp>

#include "support/catch.hpp"
#include "wire/decode_error.hpp"
#include "wire/digest.hpp"
#include "wire/names.hpp"
#include "wire/value_codec.hpp"

using namespace bulletin;
using namespace bulletin::test;
using nlohmann::json;

namespace {

/// The file tests/vectors/<name>.json.
json load_vectors(const std::string& name) {
  return load_vectors_at(std::string(BULLETIN_TESTS_DIR) + "/vectors/" + name + ".json");
}

/// Fields and bytes of a message as we read it: decoded, and encoded again.
struct Seen {
  json fields;
  std::string bytes;
};

template <class Message>
Seen seen(const Message& message) {
  return {to_json(message), encode(message)};
}

Seen seen(const wire::Request& request) {
  return {to_json(request), std::visit([](const auto& one) { return encode(one); }, request)};
}

Seen seen(const wire::Update& update) {
  return {to_json(update), std::visit([](const auto& one) { return encode(one); }, update)};
}

Seen see_reply(const std::string& kind, std::string_view bytes) {
  if (kind == "renewed") return seen(wire::decode_renewed(bytes).value());
  if (kind == "welcome") return seen(wire::decode_welcome(bytes));
  if (kind == "write_reply") return seen(wire::decode_write_reply(bytes));
  if (kind == "read_reply") return seen(wire::decode_read_reply(bytes));
  if (kind == "snapshot_reply") return seen(wire::decode_snapshot_reply(bytes));
  if (kind == "since_reply") return seen(wire::decode_since_reply(bytes));
  if (kind == "status_reply") return seen(wire::decode_status_reply(bytes));
  if (kind == "list_reply") return seen(wire::decode_list_reply(bytes));
  if (kind == "backup_reply") return seen(wire::decode_backup_reply(bytes));
  if (kind == "backup_part_reply") return seen(wire::decode_backup_part_reply(bytes));
  wire::decode_done(bytes);
  return {json::object(), wire::encode_done()};
}

void check(const json& vector, const Seen& found) {
  INFO(vector.at("name"));
  CHECK(found.fields == vector.at("fields"));
  CHECK(to_hex(found.bytes) == vector.at("hex").get<std::string>());
}

template <class Decode>
bool refuses(Decode decode) {
  try {
    decode();
    return false;
  } catch (const wire::DecodeError&) {
    return true;
  }
}

bool refuses(const std::string& decoder, std::string_view bytes) {
  wire::Transaction transaction;
  if (decoder == "request") return refuses([&] { wire::decode_request(bytes); });
  if (decoder == "transaction") {
    return refuses([&] { wire::decode_transaction(bytes, transaction); });
  }
  if (decoder == "update") return refuses([&] { wire::decode_update(bytes); });
  if (decoder == "reply") return refuses([&] { wire::decode_done(bytes); });
  const bool by_reader = refuses([&] {
    wire::Reader reader(bytes);
    reader.value("value");
    reader.finish("value");
  });
  const bool by_codec = refuses([&] { wire::decode_value(bytes); });
  CHECK(by_reader == by_codec);
  return by_codec;
}

Value from_json(const json& item) {
  if (item.is_boolean()) return item.get<bool>();
  if (item.is_number_unsigned()) return item.get<std::uint64_t>();
  if (item.is_number_integer()) return item.get<std::int64_t>();
  if (item.is_number()) return item.get<double>();
  if (item.is_string()) return item.get<std::string>();
  if (item.is_array()) {
    Array array;
    for (const json& element : item) array.push_back(from_json(element));
    return array;
  }
  if (item.is_object() && item.contains("$bytes")) {
    Bytes bytes;
    for (const char byte : from_hex(item.at("$bytes").get<std::string>())) {
      bytes.push_back(static_cast<std::byte>(byte));
    }
    return bytes;
  }
  if (!item.is_object()) return {};
  Map map;
  for (const auto& [key, element] : item.items()) map.emplace(key, from_json(element));
  return map;
}

}  // namespace

TEST_CASE("requests equal their vectors") {
  for (const json& vector : load_vectors("requests")) {
    const std::string bytes = bytes_of(vector);
    check(vector, seen(wire::decode_request(bytes)));
  }
}

TEST_CASE("replies equal their vectors") {
  for (const json& vector : load_vectors("replies")) {
    if (vector.at("kind") == "refusal") continue;
    const std::string bytes = bytes_of(vector);
    check(vector, see_reply(vector.at("kind"), bytes));
  }
}

TEST_CASE("a refusal comes out of every reply's decoder") {
  static constexpr const char* kinds[] = {"welcome",           "write_reply", "read_reply",
                                          "snapshot_reply",    "since_reply", "status_reply",
                                          "list_reply",        "done",        "backup_reply",
                                          "backup_part_reply", "renewed"};
  for (const json& vector : load_vectors("replies")) {
    if (vector.at("kind") != "refusal") continue;
    for (const char* kind : kinds) {
      try {
        see_reply(kind, bytes_of(vector));
        FAIL("not refused: " << vector.at("name"));
      } catch (const wire::RefusedError& error) {
        check(vector, seen(error.refusal()));
      }
    }
  }
}

TEST_CASE("updates equal their vectors") {
  for (const json& vector : load_vectors("updates")) {
    const std::string bytes = bytes_of(vector);
    check(vector, seen(wire::decode_update(bytes)));
  }
}

TEST_CASE("transactions equal their vectors") {
  wire::Transaction transaction;
  for (const json& vector : load_vectors("transactions")) {
    INFO(vector.at("name"));
    const std::string bytes = bytes_of(vector);
    wire::decode_transaction(bytes, transaction);
    CHECK(to_json(transaction) == vector.at("fields"));
  }
}

TEST_CASE("a transaction built with the public API equals its vector") {
  const bulletin::Transaction built =
      bulletin::Transaction()
          .require("speed", Revision(1'790'000'000'000'000))
          .require("lock", absent)
          .set("x", 1)
          .set("owner", "cell-7", {.ephemeral = true})
          .set("hint", Value(), {.ttl = std::chrono::milliseconds(1500)})
          .erase("old")
          .add("count", 1)
          .add("sum", -0.5)
          .clear();
  const json vectors = load_vectors("transactions");
  CHECK(to_hex(built.encoded()) == vectors.at(2).at("hex").get<std::string>());
  CHECK(to_hex(bulletin::Transaction().encoded()) == vectors.at(0).at("hex").get<std::string>());
}

TEST_CASE("values equal their vectors") {
  for (const json& vector : load_vectors("values")) {
    INFO(vector);
    const Value value = from_json(vector.at("json"));
    CHECK(to_hex(wire::encode_value(value)) == vector.at("hex").get<std::string>());
    CHECK(wire::decode_value(bytes_of(vector)) == value);
  }
}

TEST_CASE("digests equal their vectors") {
  for (const json& vector : load_vectors("digests")) {
    std::uint64_t sum = 0;
    for (const json& attribute : vector.at("attributes")) {
      const std::uint64_t hash = wire::name_hash(attribute.at("name").get<std::string>());
      const std::uint64_t part = wire::attribute_digest(
          hash, from_hex(attribute.at("value").get<std::string>()), attribute.at("revision"));
      CHECK(hash == std::stoull(attribute.at("name_hash").get<std::string>(), nullptr, 16));
      CHECK(part == std::stoull(attribute.at("digest").get<std::string>(), nullptr, 16));
      sum += part;
    }
    CHECK(sum == std::stoull(vector.at("digest").get<std::string>(), nullptr, 16));
  }
}

TEST_CASE("unusual forms of a message mean the same") {
  for (const json& vector : load_vectors("leniencies")) {
    INFO(vector.at("name"));
    const std::string bytes = bytes_of(vector);
    CHECK(to_hex(seen(wire::decode_request(bytes)).bytes) == vector.at("usual").get<std::string>());
  }
}

TEST_CASE("what is no message is refused") {
  for (const json& vector : load_vectors("refused")) {
    INFO(vector.at("decoder") << ": " << vector.at("name"));
    CHECK(refuses(vector.at("decoder"), bytes_of(vector)));
  }
}

TEST_CASE("names are legal where their vectors say so") {
  const json vectors = load_vectors("names");
  for (const json& vector : vectors.at("attributes")) {
    INFO(vector);
    CHECK(wire::attribute_name_fault(bytes_of(vector)).empty() == vector.at("shared"));
  }
  for (const json& vector : vectors.at("namespaces")) {
    INFO(vector);
    CHECK(wire::namespace_name_fault(bytes_of(vector)).empty() == vector.at("legal"));
  }
  for (const json& vector : vectors.at("topics")) {
    CHECK(to_hex(wire::topic_of(vector.at("namespace").get<std::string>())) ==
          vector.at("hex").get<std::string>());
    CHECK(wire::namespace_of(bytes_of(vector)) == vector.at("namespace").get<std::string>());
  }
}
