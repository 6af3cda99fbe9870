#include "server/config/text_file.hpp"

#include <fstream>
#include <string>

#include <bulletin/error.hpp>

#include "server/access/authorized_keys.hpp"
#include "server/access/permissions.hpp"
#include "server/config/config_file.hpp"
#include "support/board.hpp"
#include "support/catch.hpp"

using namespace bulletin;
using namespace bulletin::server;

namespace {

template <class F>
std::string complaint_of_reading(F&& f) {
  try {
    f();
  } catch (const Error& error) {
    return error.what();
  }
  return {};
}

std::string deep_key() {
  std::string key;
  for (int i = 0; i != 100'000; ++i) key += "a.";
  return key + "a = 1\n";
}

}  // namespace

TEST_CASE("a text file has a bound also when it has no end") {
  const test::TemporaryFolder folder;
  const std::string path = folder.path() / "file";
  std::ofstream(path) << std::string(text_file_bytes, 'x');
  CHECK(read_text_file("config", path).size() == text_file_bytes);
  std::ofstream(path) << std::string(text_file_bytes + 1, 'x');
  for (const std::string& large : {path, std::string("/dev/zero")}) {
    ProgramOptions options;
    for (const std::string& said :
         {complaint_of_reading([&] { read_text_file("config", large); }),
          complaint_of_reading([&] { read_config_file(large, settings_of(options)); }),
          complaint_of_reading([&] { read_permissions(large); }),
          complaint_of_reading([&] { read_authorized_keys(large); })}) {
      CAPTURE(said);
      CHECK(said.find("larger than 1 MiB") != std::string::npos);
      CHECK(said.find(large) != std::string::npos);
    }
  }
}

TEST_CASE("a configuration and permissions that nest deep are refused and end no program") {
  ProgramOptions options;
  const std::string configuration = complaint_of_reading(
      [&] { read_config("bind = \"x\"\n" + deep_key(), "board.toml", settings_of(options)); });
  CHECK(configuration == "board.toml:2: it nests more than 32 levels deep");
  const std::string permissions =
      complaint_of_reading([&] { Permissions(deep_key(), "rules.toml"); });
  CHECK(permissions == "permissions: rules.toml:1: it nests more than 32 levels deep");
}
