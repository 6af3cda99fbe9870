#include "client/system/free_descriptors.hpp"

#include <sys/eventfd.h>
#include <unistd.h>

#include <cerrno>
#include <string>
#include <system_error>
#include <vector>

#include <bulletin/error.hpp>

namespace bulletin::client {
namespace {

/// Opens some, and closes them when it goes.
class Trial {
 public:
  explicit Trial(std::size_t count) {
    opened_.reserve(count);
    while (opened_.size() < count) {
      const int descriptor = ::eventfd(0, EFD_CLOEXEC);
      if (descriptor < 0) break;
      opened_.push_back(descriptor);
    }
    error_ = opened_.size() < count ? errno : 0;
  }
  ~Trial() {
    for (const int descriptor : opened_) ::close(descriptor);
  }
  Trial(const Trial&) = delete;
  Trial& operator=(const Trial&) = delete;

  [[nodiscard]] std::size_t opened() const noexcept { return opened_.size(); }
  [[nodiscard]] int error() const noexcept { return error_; }

 private:
  std::vector<int> opened_;
  int error_ = 0;
};

}  // namespace

void require_free_descriptors(std::size_t count) {
  const Trial trial(count);
  if (trial.error() == 0) return;
  throw Error(Errc::disconnected,
              "a client needs " + std::to_string(count) +
                  " more file descriptors, and this process could open " +
                  std::to_string(trial.opened()) + " (" +
                  std::generic_category().message(trial.error()) +
                  "): close some, or raise the limit (ulimit -n, LimitNOFILE=)");
}

}  // namespace bulletin::client
