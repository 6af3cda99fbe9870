// TOML that people write: the broker's configuration, permissions, and the label of a folder of
// data. The first byte chooses.

#include <rocksdb/env.h>

#include <cassert>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include <bulletin/error.hpp>

#include "fuzz/choices.hpp"
#include "server/access/permissions.hpp"
#include "server/config/check_options.hpp"
#include "server/config/config_file.hpp"
#include "store/label.hpp"

using namespace bulletin;

namespace {

void read_configuration(std::string_view text) {
  server::ProgramOptions options;
  server::read_config(text, "file", server::settings_of(options));
  for (const server::Setting& setting : server::settings_of(options)) check_range(setting);
  server::check_options(options.broker);
}

void read_permissions(std::string_view text) {
  const server::Permissions permissions(text, "file");
  for (const std::string& user : permissions.users()) {
    const service::Rights rights = permissions.rights_of(user);
    assert(!rights.may_read_all() || rights.may_read("any/one"));
    assert(!rights.readable().empty() || !rights.may_read("plant/line1"));
  }
}

void read_label(std::string_view text) {
  static const std::unique_ptr<rocksdb::Env> memory(rocksdb::NewMemEnv(rocksdb::Env::Default()));
  const std::string folder = "/data";
  assert(memory->CreateDirIfMissing(folder).ok());
  const rocksdb::Slice bytes(text.data(), text.size());
  assert(rocksdb::WriteStringToFile(memory.get(), bytes, folder + "/board.toml").ok());
  const store::Label label = *store::read_label(*memory, folder);
  store::write_label(*memory, folder, label);
  const store::Label again = *store::read_label(*memory, folder);
  assert(again.format == label.format && again.history == label.history);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::Choices choices(data, size);
  const std::size_t choice = choices.below(3);
  try {
    if (choice == 0) read_configuration(choices.all());
    if (choice == 1) read_label(choices.all());
    if (choice == 2) read_permissions(choices.all());
  } catch (const Error& error) {
    assert(error.code() == Errc::rejected);
  }
  return 0;
}
