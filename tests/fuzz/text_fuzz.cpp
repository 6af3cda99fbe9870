// Lines that people write: keys, authorized keys, endpoints, addresses of boards, base64. The first
// byte chooses.

#include <cassert>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include <bulletin/error.hpp>

#include "cli/base64.hpp"
#include "client/transport/endpoint.hpp"
#include "fuzz/choices.hpp"
#include "server/access/authorized_keys.hpp"
#include "server/config/bind_address.hpp"
#include "server/telemetry/loggers.hpp"
#include "wire/decode_error.hpp"
#include "wire/key_text.hpp"
#include "wire/names.hpp"

using namespace bulletin;

namespace {

void check_key(std::string_view text) {
  const std::string key = wire::key_in(text);
  assert(wire::key_in(wire::key_file("comment", key)) == key);
}

void check_authorized(std::string_view text) {
  const server::AuthorizedKeys keys(text, "file");
  assert(keys.size() >= keys.users().size());
}

void check_server_endpoint(std::string_view text) {
  const server::BindAddress endpoint = server::parse_endpoint(text, "bind");
  assert(server::parse_endpoint(server::to_string(endpoint), "bind") == endpoint);
  (void)server::is_of_this_host(endpoint);
  (void)server::updates_beside(endpoint);
}

void check_client_endpoint(std::string_view text) {
  const std::string endpoint = client::choose_endpoint(text.empty() ? "tcp://a:1" : text);
  (void)client::updates_endpoint(endpoint, {}, 5571);
}

void check_uri(std::string_view text) {
  const client::BoardUri board = client::parse_uri(text);
  const client::BoardUri again = client::parse_uri(client::make_uri(board.endpoint, board.space));
  assert(again.endpoint == board.endpoint && again.space == board.space);
}

void check_base64(std::string_view text) {
  if (const auto bytes = cli::from_base64(text)) assert(cli::to_base64(*bytes) == text);
}

void check_words(std::string_view text) {
  (void)server::printable(text);
  (void)server::quoted(text);
  (void)wire::quoted(text);
  (void)wire::namespace_name_fault(text);
  (void)wire::attribute_name_fault(text);
}

void check(std::size_t choice, std::string_view text) {
  switch (choice) {
    case 0: return check_key(text);
    case 1: return check_authorized(text);
    case 2: return check_server_endpoint(text);
    case 3: return check_client_endpoint(text);
    case 4: return check_uri(text);
    case 5: return check_base64(text);
    default: return check_words(text);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::Choices choices(data, size);
  const std::size_t choice = choices.below(7);
  try {
    check(choice, choices.all());
  } catch (const Error&) {
  } catch (const wire::DecodeError&) {
  }
  return 0;
}
