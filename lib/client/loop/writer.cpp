#include "client/loop/writer.hpp"

#include <algorithm>
#include <utility>

#include "wire/decode_error.hpp"

namespace bulletin::client {
Writer::Writer(zmq::context_t& context, std::string endpoint, const std::optional<Keys>& keys,
               WriterHost& host, std::shared_ptr<AsyncWriteQueue> intake, Waker& client_thread,
               UpdateStream& updates)
    : host_(host),
      client_thread_(client_thread),
      updates_(updates),
      socket_(make_command_socket(context, keys)),
      monitor_(context, socket_, "write-monitor"),
      intake_(std::move(intake)),
      endpoint_(std::move(endpoint)),
      connected_to_(endpoint_) {
  socket_.connect(endpoint_);
}

replica::FinishedWrite Writer::write(replica::PendingWrite write) {
  const std::uint64_t deadline_ms = write.deadline_ms;
  Lock lock(mutex_);
  if (closed_) throw Error(Errc::disconnected, "the client is closed: it cannot write any more");
  absorb();  // what this thread has added before
  Waiter own;
  add(std::move(write), own);
  wait_for_end(own, deadline_ms, lock);
  // The lead may have been offered to this thread just when its write ended.
  if (leader_ == Leader::none) hand_over();
  return std::move(own.result);
}

// When it throws, neither knows the write.
void Writer::add(replica::PendingWrite&& write, Waiter& own) {
  own.ticket = lane_.next_ticket();
  completions_.emplace_back(own.ticket, &own, WritePromise());
  try {
    lane_.add(std::move(write));
  } catch (...) {
    completions_.pop_back();
    throw;
  }
}

void Writer::wait_for_end(Waiter& own, std::uint64_t deadline_ms, Lock& lock) {
  const SteadyTime deadline{std::chrono::milliseconds(deadline_ms)};
  while (!own.done) {
    if (leader_ == Leader::none) {
      lead(own, lock);
      continue;
    }
    own.changed.wait_until(lock, deadline + std::chrono::milliseconds(1));
    if (own.done || now_ms() < deadline_ms) continue;
    try {
      finish(lane_.expire(now_ms()), lock);
    } catch (const std::exception&) {
      withdraw(own);
    }
  }
}

// There is no memory to end all that are overdue.
void Writer::withdraw(Waiter& own) noexcept {
  own.result = lane_.withdraw(own.ticket);
  tell_why_unsent(own.result);
  own.done = true;
  remove(completion_of(own.ticket));
}

// Moves to the lane what was added. When it throws, the rest stays where it is, in its order.
void Writer::absorb() {
  try {
    if (chunks_absorbed_ == absorbing_.size()) {
      absorbing_ = intake_->take();
      chunks_absorbed_ = 0;
    }
    for (; chunks_absorbed_ != absorbing_.size(); ++chunks_absorbed_) {
      std::vector<AsyncWriteQueue::Entry>& chunk = absorbing_[chunks_absorbed_];
      for (; entries_absorbed_ != chunk.size(); ++entries_absorbed_)
        absorb(chunk[entries_absorbed_]);
      entries_absorbed_ = 0;
    }
  } catch (...) {
    client_thread_.wake();
    throw;
  }
}

void Writer::absorb(AsyncWriteQueue::Entry& entry) {
  entry.write.posted = !entry.promise;
  if (entry.write.posted) {
    lane_.add(std::move(entry.write));
    return;
  }
  completions_.emplace_back(lane_.next_ticket(), nullptr, WritePromise());
  try {
    lane_.add(std::move(entry.write));
  } catch (...) {
    completions_.pop_back();
    throw;
  }
  completions_.back().promise = std::move(entry.promise);
}

// A lane that is full takes the rest when it has room again.
void Writer::absorb_some() {
  if (!closed_ && lane_.waiting_bytes() < unsent_bytes_bound / 2) absorb();
}

void Writer::session_event(const SessionEvent& event) {
  Lock lock(mutex_);
  if (closed_) return;
  events_.push_back(event);
  try {
    take_events(lock);
  } catch (const std::exception&) {
    client_thread_.wake();  // it goes on with them
  }
}

// The end of a session waits for an answer that may be on its way, and what follows with it: the
// broker that came back may be heard of before it has answered a request of the old session.
void Writer::take_events(Lock& lock) {
  while (!events_.empty()) {
    const bool ends = std::holds_alternative<SessionEnded>(events_.front());
    if (ends && lane_.answer_would_tell(now_ms())) return;
    std::vector<replica::FinishedWrite> ended =
        std::visit([&](const auto& what) { return take(what); }, events_.front());
    events_.pop_front();
    finish(std::move(ended), lock);
  }
}

std::vector<replica::FinishedWrite> Writer::take(const SessionStarted& event) {
  lane_.session_started(event.session, event.follows_lost, now_ms());
  lane_.set_retry_ms(event.retry_ms);
  session_ = event.session;
  if (leader_ == Leader::none && !lane_.idle()) leader_ = Leader::client_thread;
  signal_leader();
  return {};
}

std::vector<replica::FinishedWrite> Writer::take(const SessionLives& event) {
  lane_.session_lives(event.asked_ms, now_ms());
  return {};
}

std::vector<replica::FinishedWrite> Writer::take(const SessionEnded&) {
  std::vector<replica::FinishedWrite> ended = lane_.session_ended();
  session_.reset();
  return ended;
}

bool Writer::led_by_client_thread() const {
  Lock lock(mutex_);
  return leader_ == Leader::client_thread;
}

bool Writer::is_ready() {
  Lock lock(mutex_);
  return has_events(socket_, wanted_events());
}

void Writer::end_overdue() {
  Lock lock(mutex_);
  finish_kept(lock);
  absorb_some();
  finish(lane_.expire(now_ms()), lock);
}

std::optional<std::uint64_t> Writer::serve() {
  Lock lock(mutex_);
  finish_kept(lock);
  finish(lane_.expire(now_ms()), lock);
  take_events(lock);
  absorb_some();
  if (leader_ == Leader::none && !lane_.idle() && !closed_) leader_ = Leader::client_thread;
  if (leader_ == Leader::client_thread) {
    take_replies(lock);
    transmit();
    lane_.prepare();
    if (lane_.idle()) {
      leader_ = Leader::none;
      drained_.notify_all();
    }
  }
  return lane_.next_event_ms();
}

void Writer::connection_changed(ConnectionMonitor::Event event) {
  if (event == ConnectionMonitor::Event::failed) return;  // there was no connection, nor is there
  Lock lock(mutex_);
  connected_ = event == ConnectionMonitor::Event::connected;
  if (event == ConnectionMonitor::Event::disconnected) {
    lost_connection_ = true;
    lane_.not_transmitted();
  }
  take_events(lock);
  signal_leader();
}

void Writer::move_to(const std::string& endpoint) {
  Lock lock(mutex_);
  endpoint_ = endpoint;
  follow_or_signal();
}

void Writer::connect_again() {
  Lock lock(mutex_);
  abandoned_ = true;
  follow_or_signal();
}

void Writer::follow_or_signal() {
  if (leader_ == Leader::none) {
    follow_endpoint();  // nobody uses the socket
  } else {
    signal_leader();
  }
}

// The request under way is sent again there: if it is the same broker, or one with its data, it
// knows whether it has had it.
void Writer::follow_endpoint() {
  if (!abandoned_ && connected_to_ == endpoint_) return;
  std::string next = endpoint_;
  connected_ = false;
  abandoned_ = true;  // until it is connected: if that fails it tries again
  connect_anew(socket_, connected_to_, next);
  connected_to_.swap(next);
  abandoned_ = false;
  lane_.not_transmitted();
}

bool Writer::drain(SteadyTime deadline) {
  Lock lock(mutex_);
  try {
    absorb();
  } catch (const std::exception&) {
    // The client's thread goes on with it.
  }
  client_thread_.wake();  // to lead, if nobody does
  return drained_.wait_until(lock, deadline,
                             [&] { return lane_.idle() && chunks_absorbed_ == absorbing_.size(); });
}

void Writer::close() {
  Lock lock(mutex_);
  closed_ = true;
  intake_->close();
  end_all(lock);
  signal_leader();
  drained_.notify_all();
  // A calling thread may still be in its poll: the socket is only safe when it has left.
  drained_.wait(lock, [&] { return leader_ != Leader::caller; });
  leader_ = Leader::none;
}

// Leads until the own write has ended.
void Writer::lead(Waiter& own, Lock& lock) {
  leader_ = Leader::caller;
  own.leads = true;
  try {
    work_for(own, lock);
  } catch (const std::exception&) {
    return step_aside(own, lock);
  }
  own.leads = false;
  hand_over();
}

// This thread cannot go on, but the writes are where they were.
void Writer::step_aside(Waiter& own, Lock& lock) noexcept {
  if (!lock.owns_lock()) lock.lock();
  own.leads = false;
  leader_ = closed_ ? Leader::none : Leader::client_thread;
  drained_.notify_all();
  client_thread_.wake();
}

void Writer::work_for(Waiter& own, Lock& lock) {
  UpdateStream::Loan updates(updates_);
  while (!own.done) {
    take_events(lock);
    if (own.done) break;
    transmit();
    const std::uint64_t latest = lane_.next_event_ms().value_or(now_ms() + 1000);
    wait_for_socket(lock, updates, SteadyTime{std::chrono::milliseconds(latest)});
    take_replies(lock);
    if (!own.done) finish(lane_.expire(now_ms()), lock);
  }
}

void Writer::transmit() {
  follow_endpoint();
  if (std::exchange(lost_connection_, false)) leave_lost_connection(socket_);
  blocked_ = false;
  if (!lane_.under_way()) absorb_some();
  const auto bytes = lane_.to_transmit(now_ms());
  if (!bytes) return;
  updates_.write_is_sent();
  if (send(socket_, *bytes)) {
    lane_.transmitted(now_ms());
  } else {
    blocked_ = true;
    lane_.not_transmitted();
  }
}

// While the broker works at it, this thread tells of the last one.
void Writer::transmit_next() noexcept {
  try {
    transmit();
  } catch (const std::exception&) {
    // The lane still has it: the leader transmits again, and is told then.
  }
}

short Writer::wanted_events() const noexcept {
  return static_cast<short>(blocked_ ? ZMQ_POLLIN | ZMQ_POLLOUT : ZMQ_POLLIN);
}

// Its own update comes before the answer, and what it brings is applied here.
void Writer::wait_for_socket(Lock& lock, UpdateStream::Loan& updates, SteadyTime latest) {
  const short events = wanted_events();
  lock.unlock();
  if (!has_events(socket_, events)) {
    pollfd items[] = {{descriptor(), POLLIN, 0},
                      {leader_waker_.descriptor(), POLLIN, 0},
                      {updates.descriptor(), POLLIN, 0}};
    wait_for(items, time_until(latest));
    if (items[1].revents != 0) leader_waker_.clear();
    if (items[2].revents != 0) updates.serve();
  }
  lock.lock();
}

void Writer::take_replies(Lock& lock) {
  while (auto message = receive(socket_)) {
    bool refused = false;
    const InTransit transit(*this);
    replica::WriteProgress progress;
    try {
      progress = lane_.reply(view(*message), now_ms(), refused);
    } catch (const wire::DecodeError&) {
      continue;  // no reply: the request is sent again
    } catch (const std::exception&) {
      lane_.not_transmitted();  // at once: the reply is lost
      throw;
    }
    if (!refused && events_.empty()) transmit_next();
    const auto session = session_;
    lock.unlock();
    tell_tails(progress);
    if (refused && session) tell_refusal(*session);
    lock.lock();
    finish(std::move(progress.finished), lock);
    take_events(lock);
  }
}

void Writer::hand_over() {
  leader_ = Leader::none;
  drained_.notify_all();
  if (lane_.idle() || closed_) return;
  for (Completion& completion : completions_) {
    if (completion.waiter != nullptr && !completion.waiter->done) {
      completion.waiter->changed.notify_one();
      return;
    }
  }
  leader_ = Leader::client_thread;
  client_thread_.wake();
}

void Writer::signal_leader() {
  if (leader_ == Leader::caller) {
    leader_waker_.wake();
  } else {
    client_thread_.wake();
  }
}

}  // namespace bulletin::client
