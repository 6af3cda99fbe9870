#include "client/writer.hpp"

#include <algorithm>
#include <utility>

#include <bulletin/error.hpp>

#include "wire/decode_error.hpp"

namespace bulletin::client {
namespace {

/// Past this, `add` waits.
constexpr std::size_t waiting_bytes_bound = 64u << 20;

Error closed_error() {
  return {Errc::disconnected, "the client is closed: it cannot write any more"};
}

}  // namespace

Writer::Writer(zmq::context_t& context, const std::string& endpoint, WriterHost& host,
               Waker& client_thread)
    : host_(host),
      client_thread_(client_thread),
      socket_(make_command_socket(context)),
      monitor_(context, socket_, "write-monitor") {
  socket_.connect(endpoint);
}

replica::FinishedWrite Writer::write(replica::PendingWrite write) {
  const std::uint64_t deadline_ms = write.deadline_ms;
  const SteadyTime deadline{std::chrono::milliseconds(deadline_ms)};
  Lock lock(mutex_);
  if (closed_) throw closed_error();
  Waiter own;
  own.ticket = lane_.add(std::move(write));
  completions_.push_back({own.ticket, &own, std::nullopt});
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

void Writer::add(replica::PendingWrite write, std::promise<Revision> promise) {
  const SteadyTime deadline{std::chrono::milliseconds(write.deadline_ms)};
  Lock lock(mutex_);
  const bool room = drained_.wait_until(
      lock, deadline, [&] { return closed_ || lane_.waiting_bytes() < waiting_bytes_bound; });
  if (closed_) throw closed_error();
  if (!room)
    throw Error(Errc::disconnected,
                "64 MiB of writes wait for the broker: it has taken none in time");
  const replica::Ticket ticket = lane_.add(std::move(write));
  completions_.push_back({ticket, nullptr, std::move(promise)});
  // While somebody leads, the hand-over takes care of it.
  if (leader_ == Leader::none) {
    leader_ = Leader::client_thread;
    lock.unlock();
    client_thread_.wake();
  }
}

void Writer::session_event(const SessionEvent& event) {
  Lock lock(mutex_);
  if (closed_) return;
  std::visit([&](const auto& what) { take(what, lock); }, event);
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

short Writer::events() const {
  Lock lock(mutex_);
  return static_cast<short>(blocked_ ? ZMQ_POLLIN | ZMQ_POLLOUT : ZMQ_POLLIN);
}

std::optional<std::uint64_t> Writer::serve() {
  Lock lock(mutex_);
  finish(lane_.expire(now_ms()), lock);
  if (leader_ == Leader::client_thread) {
    take_replies(lock);
    transmit();
    if (lane_.idle()) {
      leader_ = Leader::none;
      drained_.notify_all();
    }
  }
  return lane_.next_event_ms();
}

void Writer::connection_changed(ConnectionMonitor::Event event) {
  Lock lock(mutex_);
  if (event == ConnectionMonitor::Event::disconnected) lane_.not_transmitted();
  signal_leader();
}

bool Writer::drain(SteadyTime deadline) {
  Lock lock(mutex_);
  return drained_.wait_until(lock, deadline, [&] { return lane_.idle(); });
}

void Writer::close() {
  Lock lock(mutex_);
  closed_ = true;
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
  while (!own.done) {
    transmit();
    const std::uint64_t latest = lane_.next_event_ms().value_or(now_ms() + 1000);
    wait_for_socket(lock, SteadyTime{std::chrono::milliseconds(latest)});
    take_replies(lock);
    if (!own.done) finish(lane_.expire(now_ms()), lock);
  }
  own.leads = false;
  hand_over();
}

// A thread cannot go on: nothing may point to it any more, and another has to lead.
void Writer::give_up(Waiter& own, Lock& lock) {
  if (!lock.owns_lock()) lock.lock();
  std::erase_if(completions_, [&](const Completion& waiting) { return waiting.waiter == &own; });
  if (own.leads) hand_over();
}

void Writer::transmit() {
  blocked_ = false;
  const auto bytes = lane_.to_transmit(now_ms());
  if (!bytes) return;
  if (send(socket_, *bytes)) {
    lane_.transmitted(now_ms());
  } else {
    blocked_ = true;
    lane_.not_transmitted();
  }
}

void Writer::wait_for_socket(Lock& lock, SteadyTime latest) {
  const short events = static_cast<short>(blocked_ ? ZMQ_POLLIN | ZMQ_POLLOUT : ZMQ_POLLIN);
  lock.unlock();
  zmq::pollitem_t items[] = {{socket_.handle(), 0, events, 0},
                             {nullptr, leader_waker_.descriptor(), ZMQ_POLLIN, 0}};
  poll(items, 2, time_until(latest));
  if (items[1].revents != 0) leader_waker_.clear();
  lock.lock();
}

void Writer::take_replies(Lock& lock) {
  while (auto message = receive(socket_)) {
    bool refused = false;
    replica::WriteProgress progress;
    try {
      progress = lane_.reply(view(*message), refused);
    } catch (const wire::DecodeError&) {
      continue;  // no reply: the request is sent again
    }
    const auto session = session_;
    lock.unlock();
    if (!progress.tails.empty()) host_.apply_tails(progress);
    if (refused && session) host_.session_refused(*session);
    lock.lock();
    finish(std::move(progress.finished), lock);
  }
}

// Tells those who wait. The promises are fulfilled without the lock.
void Writer::finish(std::vector<replica::FinishedWrite> finished, Lock& lock) {
  if (finished.empty()) return;
  std::vector<std::pair<replica::FinishedWrite, std::promise<Revision>>> promised;
  for (replica::FinishedWrite& write : finished) {
    if (write.ticket == 0) continue;  // an ephemeral set again by the lane itself
    const auto place =
        std::lower_bound(completions_.begin(), completions_.end(), write.ticket,
                         [](const Completion& c, replica::Ticket t) { return c.ticket < t; });
    if (place == completions_.end() || place->ticket != write.ticket) continue;
    if (place->waiter != nullptr) {
      place->waiter->result = std::move(write);
      place->waiter->done = true;
      place->waiter->changed.notify_one();
    } else {
      promised.emplace_back(std::move(write), *std::move(place->promise));
    }
    completions_.erase(place);  // as a rule the first
  }
  if (lane_.waiting_bytes() < waiting_bytes_bound || lane_.idle()) drained_.notify_all();
  if (promised.empty()) return;
  lock.unlock();
  for (auto& [write, promise] : promised) host_.settle(std::move(write), std::move(promise));
  lock.lock();
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
