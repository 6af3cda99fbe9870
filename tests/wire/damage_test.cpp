// Every message, damaged: a message or a DecodeError comes out, and never anything else. The
// fuzzers go on from here.

#include <string>
#include <vector>
#include <nlohmann/json.hpp>

#include "support/catch.hpp"
#include "wire/decode_error.hpp"
#include "wire/random_value.hpp"
#include "wire/vectors.hpp"

using namespace bulletin;
using namespace bulletin::test;

namespace {

using Decode = void (*)(std::string_view);

const std::vector<Decode> decoders{
    [](std::string_view bytes) { wire::decode_request(bytes); },
    [](std::string_view bytes) {
      wire::Transaction transaction;
      wire::decode_transaction(bytes, transaction);
    },
    [](std::string_view bytes) { wire::decode_update(bytes); },
    [](std::string_view bytes) { wire::decode_welcome(bytes); },
    [](std::string_view bytes) { wire::decode_done(bytes); },
    [](std::string_view bytes) { wire::decode_write_reply(bytes); },
    [](std::string_view bytes) { wire::decode_read_reply(bytes); },
    [](std::string_view bytes) { wire::decode_snapshot_reply(bytes); },
    [](std::string_view bytes) { wire::decode_since_reply(bytes); },
    [](std::string_view bytes) { wire::decode_status_reply(bytes); },
    [](std::string_view bytes) { wire::decode_list_reply(bytes); },
    [](std::string_view bytes) { wire::decode_backup_reply(bytes); },
    [](std::string_view bytes) { wire::decode_backup_part_reply(bytes); },
};

bool decodes(Decode decode, std::string_view bytes) {
  try {
    decode(bytes);
    return true;
  } catch (const wire::DecodeError&) {
  } catch (const wire::RefusedError&) {
  }
  return false;
}

std::vector<std::string> messages() {
  std::vector<std::string> all;
  for (const char* name : {"requests", "replies", "updates", "transactions", "leniencies"}) {
    const std::string path = std::string(BULLETIN_TESTS_DIR) + "/vectors/" + name + ".json";
    for (const auto& vector : load_vectors_at(path)) all.push_back(bytes_of(vector));
  }
  return all;
}

}  // namespace

TEST_CASE("no message cut short is a message") {
  for (const std::string& message : messages()) {
    for (std::size_t size = 0; size != message.size(); ++size) {
      for (const Decode decode : decoders) {
        REQUIRE_FALSE(decodes(decode, std::string_view(message).substr(0, size)));
      }
    }
  }
}

TEST_CASE("damaged messages are messages or refused") {
  RandomValues random(99);
  for (const std::string& message : messages()) {
    for (int i = 0; i != 60; ++i) {
      std::string damaged = message;
      for (std::uint64_t hits = 1 + random.below(3); hits != 0; --hits) {
        damaged[random.below(damaged.size())] = static_cast<char>(random.below(256));
      }
      for (const Decode decode : decoders) decodes(decode, damaged);
    }
  }
  SUCCEED();
}

TEST_CASE("a message of one kind is no message of another") {
  const auto vectors = load_vectors_at(std::string(BULLETIN_TESTS_DIR) + "/vectors/updates.json");
  for (const auto& vector : vectors) {
    CHECK_THROWS_AS(wire::decode_welcome(bytes_of(vector)), wire::DecodeError);
  }
}
