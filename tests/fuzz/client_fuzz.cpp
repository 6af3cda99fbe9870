// A broker that lies: well formed and absurd answers, updates and silences, in any order. A client
// believes what fits together, and never shows half of anything.

#include <array>
#include <cassert>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "fuzz/choices.hpp"
#include "replica/client_core.hpp"
#include "wire/commit.hpp"
#include "wire/decode_error.hpp"
#include "wire/digest.hpp"
#include "wire/replies.hpp"
#include "wire/requests.hpp"
#include "wire/update.hpp"

using namespace bulletin;
using fuzz::Choices;

namespace {

const std::array<std::string, 3> spaces{"a", "a/b", "$sys/broker"};
const std::array<std::string, 5> names{"w", "x", "y", "z", "speed"};
const std::array<std::string_view, 4> values{"\x01", "\xCB\x40\x09\x21\xFB\x54\x44\x2D\x18",
                                             "\xA4text", "\x92\x01\xC0"};
const std::array<wire::Status, 7> refusals{wire::Status::malformed,   wire::Status::wrong_version,
                                           wire::Status::wrong_epoch, wire::Status::unknown_session,
                                           wire::Status::rejected,    wire::Status::denied,
                                           wire::Status::overloaded};

/// Revisions of a batch never go back, and each batch is told whole.
class Listener : public replica::ClientObserver {
 public:
  bool wants_changes(const replica::NamespaceReplica&) override { return true; }
  void applied(replica::NamespaceReplica&, const replica::ChangeBatch&) override {}
  void progressed(replica::NamespaceReplica&) override {}
  void session_started(const wire::Welcome&, bool) override {}
  void session_lives(std::uint64_t) override {}
  void session_lost() override {}
  void refused(const wire::Refusal&) override {}
  void answered(replica::CallId, std::optional<std::string_view>) override {}
};

class Play {
 public:
  explicit Play(Choices& choices) : choices_(choices) {}

  void run() {
    while (!choices_.done()) {
      step();
      ask();
    }
    for (const auto& replica : replicas_) check(*replica);
  }

 private:
  void step() {
    switch (choices_.below(16)) {
      case 0: replicas_.push_back(core_.open(choices_.of(spaces))); return;
      case 1: core_.updates_connected(now_); return;
      case 2: core_.updates_disconnected(now_); return;
      case 3:
        sessions_asked_.clear();  // what was under way is sent again at once
        core_.commands_disconnected(now_);
        return;
      case 4: now_ += choices_.byte() * 20; return;
      case 5: (void)core_.call(wire::encode(wire::StatusRequest{{choices_.of(spaces)}})); return;
      case 6: core_.session_refused(session()); return;
      case 7: return choices_.below(8) == 0 ? core_.restart(now_) : core_.advance(now_);
      case 8: return prove();
      case 9: return update(wire::encode(wire::Beat{epoch(), number(), number(), number()}));
      case 10:
      case 11: return commits();
      case 12: return tail();
      default: return core_.reply(reply(), now_);
    }
  }

  void ask() {
    for (const auto& change : core_.take_subscriptions()) {
      if (change.subscribe && wire::is_nonce(change.topic)) nonce_ = change.topic;
    }
    if (const auto request = core_.next_request(now_)) {
      asked_ = *request;
      check_pace();
    }
    (void)core_.all_topics();
    (void)core_.next_event_ms();
    (void)core_.heard(now_);
  }

  /// No lie makes it ask for its session, or renew it, without pause.
  void check_pace() {
    const wire::Request request = wire::decode_request(asked_);
    if (!std::holds_alternative<wire::Hello>(request) &&
        !std::holds_alternative<wire::Keepalive>(request)) {
      return;
    }
    sessions_asked_.push_back(now_);
    while (now_ - sessions_asked_.front() > 1000) sessions_asked_.pop_front();
    assert(sessions_asked_.size() <= 60);
  }

  void prove() {
    if (nonce_.empty()) return;
    core_.update(nonce_, wire::encode(wire::Beat{epoch(), 0, 0, 0}), now_);
  }

  void update(const std::string& body) {
    core_.update(wire::topic_of(choices_.of(spaces)), body, now_);
  }

  /// Also what is no run: the decoder refuses it.
  wire::Run some_run() {
    bytes_.clear();
    wire::Run run;
    run.previous = number();
    run.revision = run.previous;
    run.commits = choices_.below(4);
    for (std::size_t i = 0; i != run.commits; ++i) {
      run.revision += choices_.below(3);
      const std::size_t changes = choices_.below(4);
      wire::append_commit_header(bytes_, {run.revision, choices_.below(8) == 0, changes});
      const std::size_t first = choices_.below(names.size());
      for (std::size_t j = 0; j != changes; ++j)
        wire::append_change(bytes_, names[(first + j) % names.size()],
                            choices_.below(4) == 0 ? std::string_view() : choices_.of(values));
    }
    run.count = number();
    run.bytes = bytes_;
    return run;
  }

  void commits() { update(wire::encode(wire::CommitsUpdate{epoch(), some_run()})); }

  /// As a WRITE's reply brings it.
  void tail() {
    const std::string bytes =
        wire::encode(wire::WriteReply{{}, {{choices_.of(spaces), some_run()}}});
    try {
      for (const wire::Tail& tail : wire::decode_write_reply(bytes).tails)
        core_.write_answered(epoch(), tail);
    } catch (const wire::DecodeError&) {
    }
  }

  std::string reply() {
    switch (choices_.below(8)) {
      case 0: return welcome();
      case 1: return wire::encode_done();
      case 2: return wire::encode(wire::Refusal{choices_.of(refusals), "because", "name"});
      case 3: return std::string(choices_.bytes());
      case 4:
      case 5: return snapshot();
      default: return since();
    }
  }

  std::string welcome() {
    wire::Welcome welcome;
    welcome.session = session();
    welcome.updates.port = 5571;
    welcome.beat_ms = choices_.below(4) == 0 ? number() : 1000;
    welcome.session_ms = choices_.below(4) == 0 ? number() : 10'000;
    return wire::encode(welcome);
  }

  std::string snapshot() {
    wire::SnapshotReply part;
    part.epoch = epoch();
    part.revision = number();
    part.count = number();
    part.more = choices_.yes();
    const std::size_t count = choices_.below(4);
    const std::size_t first = choices_.below(names.size());
    for (std::size_t i = 0; i != count; ++i)
      part.attributes.push_back({names[(first + i) % names.size()], choices_.of(values), number()});
    return wire::encode(part);
  }

  std::string since() {
    wire::SinceReply reply;
    reply.epoch = epoch();
    reply.take_snapshot = choices_.below(4) == 0;
    reply.more = choices_.below(4) == 0;
    reply.run = some_run();
    return wire::encode(reply);
  }

  static void check(const replica::NamespaceReplica& replica) {
    std::uint64_t digest = 0;
    std::size_t size = 0;
    replica.table().for_each([&](std::string_view, std::uint64_t hash, const auto& found) {
      digest += wire::attribute_digest(hash, found.value, found.revision);
      ++size;
    });
    assert(digest == replica.digest() && size == replica.table().size());
  }

  wire::Epoch epoch() {
    wire::Epoch epoch;
    epoch.bytes.fill(static_cast<std::uint8_t>(choices_.below(8) == 0 ? 2 : 1));
    return epoch;
  }
  wire::SessionId session() { return {epoch(), choices_.below(3)}; }
  std::uint64_t number() { return choices_.number(); }

  Choices& choices_;
  Listener listener_;
  std::uint8_t nonces_ = 0;
  std::uint64_t now_ = 0;
  replica::ClientCore core_{{"fuzzer",
                             {},
                             [this] {
                               std::array<std::uint8_t, 16> nonce{};
                               nonce[15] = ++nonces_;
                               return nonce;
                             },
                             1000},
                            listener_};
  std::vector<std::shared_ptr<replica::NamespaceReplica>> replicas_;
  std::string nonce_;
  std::deque<std::uint64_t> sessions_asked_;  // when
  std::string asked_;
  std::string bytes_;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Choices choices(data, size);
  Play(choices).run();
  return 0;
}
