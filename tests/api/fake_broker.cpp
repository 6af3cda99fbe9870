#include "api/fake_broker.hpp"

#include <utility>
#include <vector>

#include "wire/update.hpp"

namespace bulletin::test {
namespace {

template <class... Fs>
struct Overloaded : Fs... {
  using Fs::operator()...;
};
template <class... Fs>
Overloaded(Fs...) -> Overloaded<Fs...>;

std::string_view view(const zmq::message_t& message) {
  return {static_cast<const char*>(message.data()), message.size()};
}

}  // namespace

std::string refusal(wire::Status status, std::string message, std::string name) {
  return wire::encode(wire::Refusal{status, std::move(message), std::move(name)});
}

FakeBroker::FakeBroker(Answer answer) : answer_(std::move(answer)) {
  epoch_.bytes.fill(7);
  for (zmq::socket_t* socket : {&commands_, &updates_}) {
    socket->set(zmq::sockopt::linger, 0);
    socket->bind("tcp://127.0.0.1:*");
  }
  updates_.set(zmq::sockopt::xpub_verbose, 1);
  endpoint_ = commands_.get(zmq::sockopt::last_endpoint);
  const std::string updates = updates_.get(zmq::sockopt::last_endpoint);
  updates_port_ = std::stoul(updates.substr(updates.rfind(':') + 1));
  thread_ = std::thread([this] { run(); });
}

FakeBroker::~FakeBroker() {
  stopping_ = true;
  thread_.join();
}

void FakeBroker::run() {
  while (!stopping_) {
    zmq::pollitem_t items[] = {{commands_.handle(), 0, ZMQ_POLLIN, 0},
                               {updates_.handle(), 0, ZMQ_POLLIN, 0}};
    zmq::poll(items, 2, std::chrono::milliseconds(10));
    if (items[1].revents != 0) prove_one();
    if (items[0].revents != 0) answer_one();
  }
}

void FakeBroker::answer_one() {
  std::vector<zmq::message_t> frames;
  do {
    frames.emplace_back();
    (void)commands_.recv(frames.back());
  } while (frames.back().more());
  const wire::Request request = wire::decode_request(view(frames.back()));
  if (std::holds_alternative<wire::Write>(request)) ++writes_;
  const std::optional<std::string> decided = answer_(request);
  if (decided && decided->empty()) return;
  const std::string reply = decided ? *decided : usual(request);
  for (std::size_t i = 0; i + 1 < frames.size(); ++i) {
    commands_.send(frames[i], zmq::send_flags::sndmore);
  }
  commands_.send(zmq::buffer(reply), zmq::send_flags::none);
}

std::string FakeBroker::usual(const wire::Request& request) const {
  return std::visit(Overloaded{
                        [&](const wire::Hello&) {
                          wire::Welcome welcome;
                          welcome.session = {epoch_, 1};
                          welcome.updates.port = updates_port_;
                          welcome.beat_ms = 50;
                          welcome.session_ms = 5000;
                          return wire::encode(welcome);
                        },
                        [&](const wire::SnapshotRequest&) {
                          return wire::encode(wire::SnapshotReply{epoch_, 0, 0, false, {}});
                        },
                        [&](const wire::Since&) {
                          return wire::encode(wire::SinceReply{epoch_, true, false, {}});
                        },
                        [&](const wire::StatusRequest& status) {
                          return wire::encode(wire::StatusReply{std::vector<wire::NamespaceStatus>(
                              status.spaces.size(), {epoch_, 0, 0, 0})});
                        },
                        [&](const wire::List&) { return wire::encode(wire::ListReply{}); },
                        [&](const auto&) { return wire::encode_done(); },
                    },
                    request);
}

// Answers a subscription to a nonce with a beat there.
void FakeBroker::prove_one() {
  zmq::message_t subscription;
  (void)updates_.recv(subscription);
  const std::string_view topic = view(subscription);
  if (topic.size() != 1 + wire::nonce_bytes || topic[0] != 1) return;
  if (static_cast<unsigned char>(topic[1]) != wire::nonce_mark) return;
  wire::Beat beat;
  beat.epoch = epoch_;
  updates_.send(zmq::buffer(topic.substr(1)), zmq::send_flags::sndmore);
  updates_.send(zmq::buffer(wire::encode(beat)), zmq::send_flags::none);
}

}  // namespace bulletin::test
