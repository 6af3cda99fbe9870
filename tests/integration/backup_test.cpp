// A copy of the data, taken away over the wire.

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "support/board.hpp"
#include "support/catch.hpp"
#include "support/raw_client.hpp"

using namespace bulletin;
using namespace bulletin::test;
using wire::Status;

namespace {

const std::string id = "0123456789abcdef";

wire::Refusal refusal_in(const std::string& reply) {
  try {
    wire::decode_done(reply);
  } catch (const wire::RefusedError& error) {
    return error.refusal();
  }
  return {Status::ok, {}, {}};
}

BrokerOptions with_data(const TemporaryFolder& folder) {
  BrokerOptions options = short_times();
  options.data = (folder.path() / "data").string();
  return options;
}

/// A broker with some data, and a client that takes them away.
class Copying {
 public:
  Copying() : board_(with_data(folder_)), client(board_.endpoint()) {
    client.hello();
    client.write("plant", Transaction().set("large", std::string(100'000, 'x')));
  }

  std::string begin() { return client.ask(wire::encode(wire::Backup{id})); }
  std::string part(std::uint64_t file, std::uint64_t offset) {
    return client.ask(wire::encode(wire::BackupPart{id, file, offset}));
  }
  std::string end() { return client.ask(wire::encode(wire::BackupEnd{id})); }
  std::size_t bytes_in(std::uint64_t file, std::uint64_t offset) {
    const std::string reply = part(file, offset);
    return wire::decode_backup_part_reply(reply).bytes.size();
  }

  struct File {
    std::string name;
    std::uint64_t size = 0;
  };
  std::vector<File> files() {
    std::vector<File> files;
    REQUIRE(await([&] {
      const std::string bytes = begin();
      const wire::BackupReply reply = wire::decode_backup_reply(bytes);
      for (const wire::BackupFile& file : reply.files)
        files.push_back({std::string(file.name), file.size});
      return reply.ready;
    }));
    return files;
  }
  std::filesystem::path data() const { return folder_.path() / "data"; }

  /// What a user of the broker need not know of its host.
  void check_tells_nothing(const wire::Refusal& refusal) const {
    CAPTURE(refusal.message);
    for (const std::string& secret : {folder_.path().string(), std::string("/"), std::string("No "),
                                      std::string("errno"), std::string("rror")}) {
      CHECK(refusal.message.find(secret) == std::string::npos);
    }
  }

 private:
  TemporaryFolder folder_;
  Board board_;

 public:
  RawClient client;
};

constexpr std::uint64_t far_offsets[] = {std::uint64_t{1} << 31,       std::uint64_t{1} << 32,
                                         std::uint64_t{1} << 62,       (std::uint64_t{1} << 63) - 1,
                                         std::uint64_t{1} << 63,       (std::uint64_t{1} << 63) + 1,
                                         (std::uint64_t{1} << 63) + 4, UINT64_MAX};

}  // namespace

TEST_CASE("A part of a backup is what follows its offset, and nothing at the end or behind it") {
  Copying copying;
  const std::vector<Copying::File> files = copying.files();
  REQUIRE(files.size() >= 2);
  CHECK(files.back().name == "board.toml");
  for (std::size_t file = 0; file != files.size(); ++file) {
    const std::uint64_t size = files[file].size;
    CAPTURE(files[file].name);
    CHECK(copying.bytes_in(file, 0) == std::min<std::uint64_t>(size, wire::backup_part_bytes));
    if (size != 0) CHECK(copying.bytes_in(file, size - 1) == 1);
    CHECK(copying.bytes_in(file, size) == 0);
    CHECK(copying.bytes_in(file, size + 1) == 0);
    for (const std::uint64_t offset : far_offsets) CHECK(copying.bytes_in(file, offset) == 0);
  }
}

TEST_CASE("A file that a backup does not have is rejected, whatever its number and offset") {
  Copying copying;
  const std::uint64_t count = copying.files().size();
  for (const std::uint64_t file :
       {count, count + 1, std::uint64_t{1} << 32, std::uint64_t{1} << 63, UINT64_MAX}) {
    for (const std::uint64_t offset : {std::uint64_t{0}, UINT64_MAX}) {
      const wire::Refusal refusal = refusal_in(copying.part(file, offset));
      CHECK(refusal.status == Status::rejected);
      copying.check_tells_nothing(refusal);
    }
  }
}

TEST_CASE("The end of a backup may be told again, and then there is none") {
  Copying copying;
  CHECK(refusal_in(copying.part(0, 0)).status == Status::rejected);
  copying.files();
  const std::string other = "fedcba9876543210";
  CHECK(refusal_in(copying.client.ask(wire::encode(wire::Backup{other}))).status ==
        Status::overloaded);
  CHECK(refusal_in(copying.client.ask(wire::encode(wire::BackupEnd{other}))).status == Status::ok);
  CHECK(copying.bytes_in(0, 0) > 0);  // the end of another one is not its end
  for (int i = 0; i != 2; ++i) CHECK(copying.end() == wire::encode_done());
  CHECK(refusal_in(copying.part(0, 0)).status == Status::rejected);
  copying.files();
}

TEST_CASE("A broker without data rejects every request of a backup") {
  const Board board;
  RawClient client(board.endpoint());
  for (const std::string& request :
       {wire::encode(wire::Backup{id}), wire::encode(wire::BackupPart{id, 0, 0}),
        wire::encode(wire::BackupPart{id, UINT64_MAX, UINT64_MAX}),
        wire::encode(wire::BackupEnd{id})}) {
    const wire::Refusal refusal = refusal_in(client.ask(request));
    CHECK(refusal.status == Status::rejected);
    CHECK(refusal.message.find("--data") != std::string::npos);
  }
}

TEST_CASE("A backup that fails says to try later, and tells nothing of the host") {
  Copying copying;
  SECTION("while it is made") {
    std::ofstream(copying.data() / "copy") << "in its way";
    wire::Refusal refusal;
    REQUIRE(await([&] {
      refusal = refusal_in(copying.begin());
      return refusal.status != Status::ok;
    }));
    CHECK(refusal.status == Status::overloaded);
    copying.check_tells_nothing(refusal);
    std::filesystem::remove(copying.data() / "copy");
    copying.files();
  }
  SECTION("while it is read") {
    copying.files();
    std::filesystem::remove_all(copying.data() / "copy");
    const wire::Refusal refusal = refusal_in(copying.part(0, 0));
    CHECK(refusal.status == Status::overloaded);
    copying.check_tells_nothing(refusal);
  }
}
