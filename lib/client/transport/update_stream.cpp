#include "client/transport/update_stream.hpp"

#include <exception>

#include "wire/update.hpp"

namespace bulletin::client {
namespace {

/// What is applied before the thread looks after other things.
constexpr std::size_t turn_messages = 256;
constexpr std::size_t turn_bytes = 1u << 20;
/// The same for a thread that waits for its write.
constexpr std::size_t loan_messages = 16;
constexpr std::size_t loan_bytes = 1u << 18;
/// Updates that wait to be applied. What comes beyond is dropped: a hole, which is repaired.
constexpr std::size_t waiting_bytes_bound = 64u << 20;

}  // namespace

UpdateStream::UpdateStream(UpdateSink& sink, Poller& poller, Waker& client_thread)
    : sink_(sink), poller_(poller), client_thread_(client_thread) {}

UpdateStream::~UpdateStream() = default;

void UpdateStream::open(zmq::context_t& context, const std::optional<Keys>& keys,
                        const std::vector<std::string>& topics) {
  close();
  try {
    const std::scoped_lock lock(mutex_);
    socket_.emplace(make_updates_socket(context, keys));
    monitor_.emplace(context, *socket_, "updates-monitor-" + std::to_string(++monitors_made_));
    for (const std::string& topic : topics) socket_->set(zmq::sockopt::subscribe, topic);
    poller_.watch(monitor_->descriptor());
    const std::scoped_lock loan(loan_mutex_);
    poller_.watch(socket_->get(zmq::sockopt::fd));
    descriptor_ = socket_->get(zmq::sockopt::fd);
  } catch (...) {
    close();
    throw;
  }
}

void UpdateStream::connect(const std::string& endpoint) {
  const std::scoped_lock lock(mutex_);
  socket_->connect(endpoint);
  waits_ = true;  // see what it left
}

// What waits is of the connection before.
void UpdateStream::close() {
  const std::scoped_lock lock(mutex_);
  forget_descriptor();
  if (monitor_) poller_.forget(monitor_->descriptor());
  monitor_.reset();
  socket_.reset();
  waiting_.clear();
  waiting_bytes_ = 0;
  waits_ = false;
}

void UpdateStream::forget_descriptor() {
  const std::scoped_lock loan(loan_mutex_);
  loan_ = nullptr;
  if (descriptor_ >= 0) poller_.forget(descriptor_);
  descriptor_ = -1;
}

void UpdateStream::change(const std::vector<replica::SubscriptionChange>& changes) {
  if (changes.empty() || !is_open()) return;
  const std::scoped_lock lock(mutex_);
  for (const auto& change : changes) {
    if (change.subscribe) {
      socket_->set(zmq::sockopt::subscribe, change.topic);
    } else {
      socket_->set(zmq::sockopt::unsubscribe, change.topic);
    }
  }
  waits_ = true;
}

std::vector<ConnectionMonitor::Event> UpdateStream::events(const Poller::Ready& ready) {
  std::vector<ConnectionMonitor::Event> events;
  if (!monitor_ || !ready.has(monitor_->descriptor())) return events;
  while (const auto event = monitor_->next()) events.push_back(*event);
  return events;
}

bool UpdateStream::is_ready(const Poller::Ready& ready) const {
  if (waits()) return true;
  const std::scoped_lock loan(loan_mutex_);
  return descriptor_ >= 0 && ready.has(descriptor_);
}

void UpdateStream::serve() {
  const std::scoped_lock lock(mutex_);
  (void)serve_some(waiting_bytes_bound, turn_messages);
}

// False: the client's thread has something to do.
bool UpdateStream::serve_some(std::size_t most_bytes, std::size_t most_messages) {
  if (!is_open()) return false;
  (void)sent_.load(std::memory_order_acquire);
  const bool all = gather(most_bytes);
  const bool done = apply_some(most_messages);
  waits_ = !all || !waiting_.empty();
  return done && !waits_;
}

// True: nothing is left in the socket, which itself has no bound.
bool UpdateStream::gather(std::size_t most_bytes) {
  std::size_t taken = 0;
  while (taken < most_bytes) {
    zmq::message_t topic;
    if (!receive_frame(*socket_, topic)) return true;
    // The frames of one message arrive together: a message of another number of frames is none of
    // ours.
    zmq::message_t body;
    std::size_t frames = 1;
    for (bool more = topic.more(); more; more = body.more()) {
      if (!receive_frame(*socket_, body)) break;
      ++frames;
    }
    taken += topic.size() + body.size();
    if (frames != 2) continue;
    if (waiting_bytes_ > waiting_bytes_bound && !wire::is_nonce(view(topic))) continue;
    waiting_bytes_ += body.size();
    waiting_.emplace_back(std::move(topic), std::move(body));
  }
  return false;
}

// False: there is something to do after it.
bool UpdateStream::apply_some(std::size_t most_messages) {
  bool done = true;
  std::size_t bytes = 0;
  for (std::size_t i = 0; i < most_messages && bytes < turn_bytes && !waiting_.empty(); ++i) {
    const auto [topic, body] = std::move(waiting_.front());
    waiting_.pop_front();
    waiting_bytes_ -= body.size();
    bytes += body.size();
    if (!sink_.apply_update(view(topic), view(body))) done = false;
  }
  return done;
}

UpdateStream::Loan::Loan(UpdateStream& stream) : stream_(stream) {
  const std::scoped_lock lock(stream.loan_mutex_);
  if (stream.descriptor_ < 0 || stream.waits()) return;
  stream.poller_.pause(stream.descriptor_);
  stream.loan_ = this;
}

void UpdateStream::Loan::end() {
  const std::scoped_lock lock(stream_.loan_mutex_);
  if (stream_.loan_ != this) return;
  stream_.loan_ = nullptr;
  stream_.poller_.resume(stream_.descriptor_);
}

int UpdateStream::Loan::descriptor() const {
  const std::scoped_lock lock(stream_.loan_mutex_);
  return stream_.loan_ == this ? stream_.descriptor_ : -1;
}

// Whoever waits for a write does not wait for the client's thread, which has the lock only when
// there is much to apply, or to change.
void UpdateStream::Loan::serve() {
  try {
    const std::unique_lock lock(stream_.mutex_, std::try_to_lock);
    if (lock && stream_.serve_some(loan_bytes, loan_messages)) return;
  } catch (const std::exception&) {
    // What was lost is a hole, which is repaired; the write is none of its business.
    stream_.waits_ = true;
  }
  end();
  stream_.client_thread_.wake();
}

}  // namespace bulletin::client
