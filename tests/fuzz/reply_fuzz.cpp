// The client's side: what a broker answers. The first byte chooses the decoder.

#include <cassert>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "wire/decode_error.hpp"
#include "wire/replies.hpp"

using namespace bulletin::wire;

namespace {

/// Whatever decodes is encoded, and decodes to the same again.
template <class Message>
void check(Message (*decode)(std::string_view), std::string_view bytes) {
  const std::string usual = encode(decode(bytes));
  assert(encode(decode(usual)) == usual);
}

void check_renewed(std::string_view bytes) {
  if (const auto place = decode_renewed(bytes)) {
    assert(decode_renewed(encode(*place)) == place);
  }
}

void check(unsigned choice, std::string_view bytes) {
  switch (choice % 11) {
    case 0: return check(&decode_welcome, bytes);
    case 1: return decode_done(bytes);
    case 2:
      return check(
          +[](std::string_view reply) { return decode_write_reply(reply); }, bytes);
    case 3: return check(&decode_read_reply, bytes);
    case 4: return check(&decode_snapshot_reply, bytes);
    case 5: return check(&decode_since_reply, bytes);
    case 6: return check(&decode_status_reply, bytes);
    case 7:
      return check(
          +[](std::string_view reply) { return decode_list_reply(reply); }, bytes);
    case 8: return check(&decode_backup_reply, bytes);
    case 9: return check(&decode_backup_part_reply, bytes);
    default: return check_renewed(bytes);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  try {
    check(data[0], {reinterpret_cast<const char*>(data + 1), size - 1});
  } catch (const DecodeError&) {
  } catch (const RefusedError& error) {
    (void)encode(error.refusal());
  }
  return 0;
}
