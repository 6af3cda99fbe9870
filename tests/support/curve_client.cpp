#include "support/curve_client.hpp"

#include <sodium.h>

#include <array>
#include <cstring>
#include <stdexcept>

#include "zmtp/zmtp_command.hpp"

namespace bulletin::test {
namespace {

using zmtp::Key;

std::string nonce(std::string_view prefix, std::string_view rest) {
  return std::string(prefix).append(rest);
}

const unsigned char* raw(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}
unsigned char* raw(std::string& text) { return reinterpret_cast<unsigned char*>(text.data()); }

std::string box(std::string_view text, const std::string& nonce, const Key& to, const Key& own) {
  std::string result(text.size() + crypto_box_MACBYTES, '\0');
  if (crypto_box_easy(raw(result), raw(text), text.size(), raw(nonce), to.data(), own.data()) != 0)
    throw std::runtime_error("no box");
  return result;
}

std::string open_box(std::string_view text, const std::string& nonce, const Key& from,
                     const Key& own) {
  std::string result(text.size() - crypto_box_MACBYTES, '\0');
  if (crypto_box_open_easy(raw(result), raw(text), text.size(), raw(nonce), from.data(),
                           own.data()) != 0)
    throw std::runtime_error("a box does not open");
  return result;
}

std::string text_of(const Key& key) {
  return {reinterpret_cast<const char*>(key.data()), key.size()};
}

}  // namespace

std::string CurveClient::next_number() {
  std::string bytes;
  ++sent_;
  for (int shift = 56; shift >= 0; shift -= 8) bytes.push_back(static_cast<char>(sent_ >> shift));
  return bytes;
}

std::string CurveClient::hello() {
  const std::string number = next_number();
  return zmtp::make_command(
      "HELLO", std::string("\1\0", 2) + std::string(72, '\0') + text_of(short_term_.public_key) +
                   number +
                   box(std::string(64, '\0'), nonce("CurveZMQHELLO---", number), server_,
                       short_term_.secret_key));
}

std::string CurveClient::initiate(std::string_view welcome, std::string_view metadata,
                                  const Key* vouched_for) {
  const std::string_view rest = zmtp::read_command(welcome).rest;
  const std::string text = open_box(rest.substr(16), nonce("WELCOME-", rest.substr(0, 16)), server_,
                                    short_term_.secret_key);
  std::memcpy(server_short_term_.data(), text.data(), server_short_term_.size());
  const std::string cookie = text.substr(32);
  const std::string unique(16, 'u');
  const std::string vouch = box(
      text_of(vouched_for == nullptr ? short_term_.public_key : *vouched_for) + text_of(server_),
      nonce("VOUCH---", unique), server_short_term_, own_.secret_key);
  const std::string number = next_number();
  return zmtp::make_command(
      "INITIATE",
      cookie + number +
          box(text_of(own_.public_key) + unique + vouch + std::string(metadata),
              nonce("CurveZMQINITIATE", number), server_short_term_, short_term_.secret_key));
}

std::string CurveClient::ready(std::string_view ready) {
  const std::string_view rest = zmtp::read_command(ready).rest;
  return open_box(rest.substr(8), nonce("CurveZMQREADY---", rest.substr(0, 8)), server_short_term_,
                  short_term_.secret_key);
}

std::string CurveClient::close(std::string_view body, bool more, bool command) {
  const std::string number = next_number();
  std::string text(1, static_cast<char>((more ? 1 : 0) | (command ? 2 : 0)));
  return zmtp::make_command("MESSAGE",
                            number + box(text.append(body), nonce("CurveZMQMESSAGEC", number),
                                         server_short_term_, short_term_.secret_key));
}

std::string CurveClient::open(std::string_view message) {
  const std::string_view rest = zmtp::read_command(message).rest;
  return open_box(rest.substr(8), nonce("CurveZMQMESSAGES", rest.substr(0, 8)), server_short_term_,
                  short_term_.secret_key);
}

}  // namespace bulletin::test
