// The life of a watch.
#pragma once

#include <memory>

namespace bulletin {

namespace detail {
class Watch;
}

/// Keeps a watch alive. Destroying it returns when the callback neither runs nor will run again;
/// inside that callback, at once. Movable; one thread at a time.
///
///     bulletin::Subscription watch = robot.watch("speed", show);
///     watch.cancel();  // `show` is not called any more
class Subscription {
 public:
  Subscription() noexcept = default;
  explicit Subscription(std::shared_ptr<detail::Watch> watch) noexcept;
  Subscription(Subscription&& other) noexcept;
  Subscription& operator=(Subscription&& other) noexcept;
  Subscription(const Subscription&) = delete;
  Subscription& operator=(const Subscription&) = delete;
  ~Subscription();

  /// Ends the watch now, as destroying it does.
  void cancel() noexcept;

  /// True while the watch lives.
  [[nodiscard]] explicit operator bool() const noexcept { return watch_ != nullptr; }

 private:
  std::shared_ptr<detail::Watch> watch_;
};

}  // namespace bulletin
