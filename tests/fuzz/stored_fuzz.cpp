// The stored format: records as a damaged, or forged, folder of data may have them. What an
// authority can be made of is whole, and works.

#include <cassert>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "authority/authority.hpp"
#include "fuzz/choices.hpp"
#include "store/records.hpp"
#include "wire/decode_error.hpp"
#include "wire/digest.hpp"

using namespace bulletin;

namespace {

struct Record {
  bool of_log = false;
  std::string_view key;
  std::string_view value;
};

std::string_view long_bytes(fuzz::Choices& choices) {
  return choices.yes() ? choices.bytes() : choices.bytes().substr(0, 16);
}

std::vector<Record> records_in(fuzz::Choices& choices) {
  std::vector<Record> records;
  while (!choices.done() && records.size() < 100) {
    Record record;
    record.of_log = choices.yes();
    record.key = choices.bytes();
    record.value = long_bytes(choices);
    records.push_back(record);
  }
  return records;
}

std::uint64_t digest_of(const authority::Authority& authority, std::string_view space) {
  std::uint64_t digest = 0;
  authority.visit(space, [&](const authority::AttributeView& attribute) {
    digest += wire::attribute_digest(wire::name_hash(attribute.name), attribute.value,
                                     attribute.revision);
  });
  return digest;
}

void use(authority::Authority& authority) {
  for (const authority::SpaceView& space : authority.namespace_list()) {
    assert(digest_of(authority, space.name) == space.digest);
    std::string scratch;
    (void)authority.since({space.name, authority.options().epoch, 0}, scratch);
    (void)authority.answer(wire::SnapshotRequest{space.name, {}});
  }
  const std::string before = authority.describe();
  authority.apply({{}, authority::Advance{1'000'000}});
  authority.abandon();
  assert(authority.describe() == before);
  authority.apply({{}, authority::Advance{1'000'000}});
  authority.commit();
  assert(authority.sessions() == 0);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::Choices choices(data, size);
  const std::vector<Record> records = records_in(choices);
  authority::Authority authority{authority::AuthorityOptions{}};
  try {
    authority.restore([&](authority::StateVisitor& visitor) {
      for (const Record& record : records) {
        if (record.of_log) {
          store::tell_commits(visitor, record.value);
        } else {
          store::tell_record(visitor, record.key, record.value);
        }
      }
    });
  } catch (const wire::DecodeError&) {
    return 0;
  } catch (const authority::Inconsistent&) {
    return 0;
  }
  use(authority);
  return 0;
}
