#include "client/writer.hpp"

#include <algorithm>
#include <utility>

#include "client/write_error.hpp"
#include "wire/decode_error.hpp"

namespace bulletin::client {

Writer::Writer(zmq::context_t& context, std::string endpoint, const std::optional<Keys>& keys,
               WriterHost& host, std::shared_ptr<Intake> intake, Waker& client_thread,
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
  const SteadyTime deadline{std::chrono::milliseconds(deadline_ms)};
  Lock lock(mutex_);
  if (closed_) throw Error(Errc::disconnected, "the client is closed: it cannot write any more");
  absorb();  // what this thread has added before
  Waiter own;
  own.ticket = lane_.add(std::move(write));
  completions_.emplace_back(own.ticket, &own, WritePromise());
  try {
    while (!own.done) {
      if (leader_ == Leader::none) {
        lead(own, lock);
        continue;
      }
      own.changed.wait_until(lock, deadline + std::chrono::milliseconds(1));
      if (!own.done && now_ms() >= deadline_ms) finish(lane_.expire(now_ms()), lock);
    }
  } catch (const std::exception& error) {
    give_up(own, lock);
    throw Error(Errc::in_doubt, std::string("the write may have been applied: ") + error.what());
  }
  // The lead may have been offered to this thread just when its write ended.
  if (leader_ == Leader::none) hand_over();
  return std::move(own.result);
}

// Moves to the lane what was added.
void Writer::absorb() {
  for (std::vector<Intake::Entry>& chunk : intake_->take()) {
    for (auto& [write, promise] : chunk) absorb(std::move(write), std::move(promise));
  }
}

void Writer::absorb(replica::PendingWrite&& write, WritePromise&& promise) {
  write.posted = !promise;
  const bool posted = write.posted;
  const replica::Ticket ticket = lane_.add(std::move(write));
  if (!posted) completions_.emplace_back(ticket, nullptr, std::move(promise));
}

// A lane that is full takes the rest when it has room again.
void Writer::absorb_some() {
  if (lane_.waiting_bytes() < unsent_bytes_bound / 2) absorb();
}

void Writer::session_event(const SessionEvent& event) {
  Lock lock(mutex_);
  if (closed_) return;
  events_.push_back(event);
  take_events(lock);
}

// The end of a session waits for an answer that may be on its way, and what follows with it: the
// broker that came back may be heard of before it has answered a request of the old session.
void Writer::take_events(Lock& lock) {
  while (!events_.empty()) {
    const bool ends = std::holds_alternative<SessionEnded>(events_.front());
    if (ends && lane_.answer_would_tell(now_ms())) return;
    const SessionEvent event = events_.front();
    events_.pop_front();
    std::visit([&](const auto& what) { take(what, lock); }, event);
  }
}

void Writer::take(const SessionStarted& event, Lock&) {
  session_ = event.session;
  lane_.set_retry_ms(event.retry_ms);
  lane_.session_started(event.session, event.follows_lost, now_ms());
  if (leader_ == Leader::none && !lane_.idle()) leader_ = Leader::client_thread;
  signal_leader();
}

void Writer::take(const SessionLives& event, Lock&) {
  lane_.session_lives(event.asked_ms, now_ms());
}

void Writer::take(const SessionEnded&, Lock& lock) {
  session_.reset();
  finish(lane_.session_ended(), lock);
}

bool Writer::led_by_client_thread() const {
  Lock lock(mutex_);
  return leader_ == Leader::client_thread;
}

bool Writer::is_ready() {
  Lock lock(mutex_);
  return has_events(socket_, wanted_events());
}

std::optional<std::uint64_t> Writer::serve() {
  Lock lock(mutex_);
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
  connect_anew(socket_, connected_to_, endpoint_);
  abandoned_ = false;
  connected_to_ = endpoint_;
  lane_.not_transmitted();
}

bool Writer::drain(SteadyTime deadline) {
  Lock lock(mutex_);
  absorb();
  client_thread_.wake();  // to lead, if nobody does
  return drained_.wait_until(lock, deadline, [&] { return lane_.idle(); });
}

void Writer::close() {
  Lock lock(mutex_);
  closed_ = true;
  intake_->close();
  absorb();
  finish(lane_.close(), lock);
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
  work_for(own, lock);
  own.leads = false;
  hand_over();
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

// A thread cannot go on: nothing may point to it any more, and another has to lead.
void Writer::give_up(Waiter& own, Lock& lock) {
  if (!lock.owns_lock()) lock.lock();
  std::erase_if(completions_, [&](const Completion& waiting) { return waiting.waiter == &own; });
  if (own.leads) hand_over();
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
    }
    if (!refused && events_.empty()) transmit_next();
    const auto session = session_;
    lock.unlock();
    if (!progress.tails.empty()) host_.apply_tails(progress);
    if (refused && session) host_.session_refused(*session);
    lock.lock();
    finish(std::move(progress.finished), lock);
    take_events(lock);
  }
}

// Tells those who wait. The promises are fulfilled without the lock.
void Writer::finish(std::vector<replica::FinishedWrite> finished, Lock& lock) {
  if (finished.empty()) return;
  std::vector<PromisedWrite> promised;
  promised.reserve(std::min(finished.size(), completions_.size()));
  for (replica::FinishedWrite& write : finished) {
    if (write.ticket == 0) continue;  // an ephemeral set again by the lane itself
    if (write.posted) {
      note_post(write);
      continue;
    }
    const auto completion = completion_of(write.ticket);
    if (completion == completions_.end()) continue;  // it was given up
    if (Waiter* const waiter = completion->waiter) {
      waiter->result = std::move(write);
      waiter->done = true;
      waiter->changed.notify_one();
    } else {
      promised.emplace_back(std::move(write), std::move(completion->promise));
    }
    if (completion == completions_.begin()) {
      completions_.pop_front();
    } else {
      completions_.erase(completion);
    }
  }
  if (lane_.idle()) drained_.notify_all();
  if (promised.empty()) return;
  const InTransit transit(*this);
  lock.unlock();
  host_.settle(std::move(promised));
  lock.lock();
}

void Writer::note_post(const replica::FinishedWrite& write) {
  if (is_decided(write)) return;
  const auto [place, first] =
      post_failures_.try_emplace(write.replica->name(), PostFailures{*write_error(write)});
  if (!first) ++place->second.others;
}

std::optional<Error> Writer::take_post_failure(const std::string& space) {
  const Lock lock(mutex_);
  const auto found = post_failures_.extract(space);
  if (found.empty()) return std::nullopt;
  const auto& [first, others] = found.mapped();
  if (others == 0) return first;
  return Error(first.code(),
               std::string(first.what()) + "; and " + std::to_string(others) + " more",
               first.name());
}

bool Writer::add_used(replica::ReplicaSet& replicas) const {
  const Lock lock(mutex_);
  if (in_transit_ != 0) return false;
  intake_->add_used(replicas);
  lane_.add_used(replicas);
  return true;
}

// As a rule it is the first.
std::deque<Writer::Completion>::iterator Writer::completion_of(replica::Ticket ticket) {
  const auto first = completions_.begin();
  if (first != completions_.end() && first->ticket == ticket) return first;
  const auto place =
      std::lower_bound(first, completions_.end(), ticket,
                       [](const Completion& c, replica::Ticket t) { return c.ticket < t; });
  return place != completions_.end() && place->ticket == ticket ? place : completions_.end();
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
