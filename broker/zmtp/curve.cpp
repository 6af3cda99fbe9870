#include "zmtp/curve.hpp"

#include <sodium.h>

#include <cstring>

#include "zmtp/protocol_error.hpp"
#include "zmtp/zmtp_command.hpp"

namespace bulletin::zmtp {
namespace {

static_assert(std::tuple_size_v<Key> == crypto_box_PUBLICKEYBYTES);

constexpr std::size_t short_nonce = 8;
constexpr std::size_t long_nonce = 16;
constexpr std::size_t hello_padding = 72;
constexpr std::size_t hello_zeros = 64;
constexpr std::size_t vouch_box = 2 * sizeof(Key) + crypto_box_MACBYTES;
constexpr std::size_t cookie_bytes = 96;
constexpr unsigned char box_more = 1;
constexpr unsigned char box_command = 2;

using Nonce = std::array<unsigned char, crypto_box_NONCEBYTES>;

void begin_with_libsodium() {
  static const int ready = sodium_init();
  if (ready < 0) throw std::runtime_error("libsodium cannot be used: it finds no randomness");
}

unsigned char* bytes_of(std::string& text) { return reinterpret_cast<unsigned char*>(text.data()); }
const unsigned char* bytes_of(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

/// A fixed prefix, and what makes it the only one.
Nonce make_nonce(std::string_view prefix, std::string_view rest) {
  Nonce nonce{};
  std::memcpy(nonce.data(), prefix.data(), prefix.size());
  std::memcpy(nonce.data() + prefix.size(), rest.data(), nonce.size() - prefix.size());
  return nonce;
}

std::string number_bytes(std::uint64_t number) {
  std::string bytes;
  for (int shift = 56; shift >= 0; shift -= 8) bytes.push_back(static_cast<char>(number >> shift));
  return bytes;
}

std::uint64_t number_in(std::string_view bytes) {
  std::uint64_t number = 0;
  for (const char byte : bytes) number = number << 8 | static_cast<unsigned char>(byte);
  return number;
}

std::string_view cut(std::string_view& bytes, std::size_t size) {
  if (bytes.size() < size) throw ProtocolError("a command of the CURVE handshake is cut short");
  const std::string_view taken = bytes.substr(0, size);
  bytes.remove_prefix(size);
  return taken;
}

Key cut_key(std::string_view& bytes) {
  Key key;
  const std::string_view taken = cut(bytes, key.size());
  std::memcpy(key.data(), taken.data(), key.size());
  return key;
}

std::string_view behind_name(std::string_view body, std::string_view name) {
  const Command command = read_command(body);
  if (command.name != name)
    throw ProtocolError("the CURVE handshake has another command than " + std::string(name));
  return command.rest;
}

std::string open_box(std::string_view box, const Nonce& nonce, const Key& from, const Key& own) {
  if (box.size() < crypto_box_MACBYTES) throw ProtocolError("a box of CURVE is cut short");
  std::string text(box.size() - crypto_box_MACBYTES, '\0');
  if (crypto_box_open_easy(bytes_of(text), bytes_of(box), box.size(), nonce.data(), from.data(),
                           own.data()) != 0)
    throw ProtocolError("a box of CURVE does not open: is the server key right?");
  return text;
}

std::string make_box(std::string_view text, const Nonce& nonce, const Key& to, const Key& own) {
  std::string box(text.size() + crypto_box_MACBYTES, '\0');
  if (crypto_box_easy(bytes_of(box), bytes_of(text), text.size(), nonce.data(), to.data(),
                      own.data()) != 0)
    throw ProtocolError("the key of the peer is none");
  return box;
}

std::string_view view(const Key& key) {
  return {reinterpret_cast<const char*>(key.data()), key.size()};
}

std::string random_text(std::size_t size) {
  std::string text(size, '\0');
  randombytes_buf(text.data(), text.size());
  return text;
}

}  // namespace

KeyPair::KeyPair(const Key& secret) : secret_key(secret) {
  begin_with_libsodium();
  crypto_scalarmult_base(public_key.data(), secret_key.data());
}

KeyPair::KeyPair() {
  begin_with_libsodium();
  crypto_box_keypair(public_key.data(), secret_key.data());
}

KeyPair::~KeyPair() { sodium_memzero(secret_key.data(), secret_key.size()); }

CurveServer::~CurveServer() { sodium_memzero(shared_.data(), shared_.size()); }

std::string CurveServer::welcome(std::string_view hello) {
  std::string_view rest = behind_name(hello, "HELLO");
  const std::string_view version = cut(rest, 2);
  if (version != std::string_view("\1\0", 2)) throw ProtocolError("CURVE of another version");
  cut(rest, hello_padding);
  client_short_term_ = cut_key(rest);
  const Nonce nonce = make_nonce("CurveZMQHELLO---", cut(rest, short_nonce));
  const std::string zeros = open_box(cut(rest, hello_zeros + crypto_box_MACBYTES), nonce,
                                     client_short_term_, own_->secret_key);
  if (!rest.empty() || zeros.find_first_not_of('\0') != std::string::npos)
    throw ProtocolError("a HELLO of CURVE has another form");

  // Not before: what is no HELLO to this broker costs it little.
  short_term_.emplace();
  randombytes_buf(cookie_.data(), cookie_.size());
  const std::string unique = random_text(long_nonce);
  std::string text(view(short_term_->public_key));
  text.append(reinterpret_cast<const char*>(cookie_.data()), cookie_.size());
  return make_command("WELCOME", unique + make_box(text, make_nonce("WELCOME-", unique),
                                                   client_short_term_, own_->secret_key));
}

std::string CurveServer::read_initiate(std::string_view initiate) {
  std::string_view rest = behind_name(initiate, "INITIATE");
  const std::string_view cookie = cut(rest, cookie_bytes);
  if (sodium_memcmp(cookie.data(), cookie_.data(), cookie_.size()) != 0)
    throw ProtocolError("an INITIATE of CURVE has another cookie");
  if (crypto_box_beforenm(shared_.data(), client_short_term_.data(),
                          short_term_->secret_key.data()) != 0)
    throw ProtocolError("the key of the peer is none");
  const std::string_view number = cut(rest, short_nonce);
  received_ = number_in(number);
  const std::string text = open_box(rest, make_nonce("CurveZMQINITIATE", number),
                                    client_short_term_, short_term_->secret_key);

  std::string_view inside = text;
  client_ = cut_key(inside);
  const std::string_view unique = cut(inside, long_nonce);
  const std::string vouch = open_box(cut(inside, vouch_box), make_nonce("VOUCH---", unique),
                                     client_, short_term_->secret_key);
  if (vouch != std::string(view(client_short_term_)).append(view(own_->public_key)))
    throw ProtocolError("an INITIATE of CURVE vouches for another key");
  return std::string(inside);
}

std::string CurveServer::ready(std::string_view metadata) {
  const std::string number = number_bytes(++sent_);
  return make_command("READY", number + make_box(metadata, make_nonce("CurveZMQREADY---", number),
                                                 client_short_term_, short_term_->secret_key));
}

CurveServer::Opened CurveServer::open(std::string_view message) {
  std::string_view rest = behind_name(message, "MESSAGE");
  const std::string_view number = cut(rest, short_nonce);
  if (number_in(number) <= received_) throw ProtocolError("a message of CURVE comes again");
  received_ = number_in(number);
  if (rest.size() < crypto_box_MACBYTES + 1) throw ProtocolError("a box of CURVE is cut short");
  std::string text(rest.size() - crypto_box_MACBYTES, '\0');
  const Nonce nonce = make_nonce("CurveZMQMESSAGEC", number);
  if (crypto_box_open_easy_afternm(bytes_of(text), bytes_of(rest), rest.size(), nonce.data(),
                                   shared_.data()) != 0)
    throw ProtocolError("a message of CURVE does not open");
  Opened opened;
  opened.more = (static_cast<unsigned char>(text[0]) & box_more) != 0;
  opened.command = (static_cast<unsigned char>(text[0]) & box_command) != 0;
  opened.body = text.erase(0, 1);
  return opened;
}

std::string CurveServer::close(std::string_view body, bool more, bool command) {
  const std::string number = number_bytes(++sent_);
  const std::size_t head = 1 + sizeof "MESSAGE" - 1 + short_nonce;
  std::string message = make_command("MESSAGE", number);
  const std::size_t text_bytes = 1 + body.size();
  message.resize(head + text_bytes + crypto_box_MACBYTES);
  // The text is put where its box will be, and encrypted in place.
  unsigned char* const box = bytes_of(message) + head;
  unsigned char* const text = box + crypto_box_MACBYTES;
  text[0] = static_cast<unsigned char>((more ? box_more : 0) | (command ? box_command : 0));
  std::memcpy(text + 1, body.data(), body.size());
  const Nonce nonce = make_nonce("CurveZMQMESSAGES", number);
  crypto_box_detached_afternm(text, box, text, text_bytes, nonce.data(), shared_.data());
  return message;
}

}  // namespace bulletin::zmtp
