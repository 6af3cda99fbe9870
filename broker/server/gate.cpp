#include "server/gate.hpp"

#include <array>
#include <vector>

#include "server/message.hpp"
#include "wire/key_text.hpp"

namespace bulletin::server {
namespace {

constexpr std::string_view version = "1.0";
/// Frames behind the delimiter: version, request, domain, address, identity, mechanism; with CURVE
/// the key, too.
constexpr std::size_t question_frames = 6;
constexpr std::size_t key_bytes = 32;

void send_text(zmq::socket_t& socket, std::string_view text, bool more) {
  zmq::message_t frame(text.data(), text.size());
  send(socket, frame, more);
}

}  // namespace

struct Gate::Question {
  std::vector<zmq::message_t> envelope;  // with its delimiter
  std::vector<zmq::message_t> frames;
};

Gate::Gate(zmq::context_t& context, const Access& access)
    : socket_(context, zmq::socket_type::router), access_(access) {
  socket_.set(zmq::sockopt::linger, 0);
  socket_.bind("inproc://zeromq.zap.01");
}

void Gate::answer() {
  for (;;) {
    Question question;
    bool delimited = false;
    for (bool more = true; more;) {
      zmq::message_t frame;
      if (!receive(socket_, frame)) return;
      more = frame.more();
      const bool delimiter = frame.empty();
      (delimited ? question.frames : question.envelope).push_back(std::move(frame));
      delimited = delimited || delimiter;
    }
    if (question.frames.size() < 2) continue;  // from nobody that ZeroMQ knows
    answer(question, user_of(question));
  }
}

/// ZeroMQ's address has no end of its own; 45 characters are an IPv6 address.
void Gate::note_stranger(const Question& question, std::string_view key) {
  constexpr std::size_t most_strangers = 64;  // of one turn
  constexpr std::size_t most_characters = 64;
  if (strangers_.size() == most_strangers) return;
  strangers_.push_back(
      {std::string(view(question.frames[3]).substr(0, most_characters)), std::string(key)});
}

const std::string* Gate::user_of(const Question& question) {
  const auto& frames = question.frames;
  if (frames.size() < question_frames || view(frames[0]) != version) return nullptr;
  if (!access_.wants_keys()) return view(frames[5]) == "NULL" ? &access_.everybody() : nullptr;
  if (frames.size() != question_frames + 1 || view(frames[5]) != "CURVE" ||
      frames[6].size() != key_bytes)
    return nullptr;
  std::array<char, wire::key_characters + 1> text{};
  if (zmq_z85_encode(text.data(), static_cast<const std::uint8_t*>(frames[6].data()), key_bytes) ==
      nullptr)
    return nullptr;
  const std::string_view key(text.data(), wire::key_characters);
  const std::string* user = access_.user_of(key);
  if (user == nullptr) note_stranger(question, key);
  if (user == nullptr || view(frames[2]) == commands_domain()) return user;
  return view(frames[2]) == updates_domain(access_.audience_id(*user)) ? user : nullptr;
}

void Gate::answer(Question& question, const std::string* user) {
  if (user == nullptr) ++refused_;
  for (zmq::message_t& frame : question.envelope) send(socket_, frame, true);
  send_text(socket_, version, true);
  send(socket_, question.frames[1], true);
  // 300 is "for now": after 400 ZeroMQ's clients would never try again, and the key may be let in
  // later.
  send_text(socket_, user == nullptr ? "300" : "200", true);
  send_text(socket_, user == nullptr ? "this key is not let in here" : "", true);
  send_text(socket_, user == nullptr ? std::string_view() : *user, true);
  send_text(socket_, "", false);
}

}  // namespace bulletin::server
