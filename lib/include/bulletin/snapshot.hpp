// A namespace as it was at one revision.
#pragma once

#include <concepts>
#include <cstddef>
#include <iterator>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <bulletin/encoded.hpp>
#include <bulletin/lease.hpp>
#include <bulletin/revision.hpp>
#include <bulletin/value.hpp>
#include <bulletin/versioned.hpp>

namespace bulletin {

namespace detail {
struct SnapshotData;
}

/// All shared attributes of a namespace at one revision, in the order of their names. Immutable,
/// cheap to copy, outlives everything. Values are decoded when they are asked for.
///
///     const bulletin::Snapshot now = robot.snapshot();
///     for (const auto& [name, value, revision, lease] : now) std::cout << name << " " << value <<
///     "\n"; double x = now.get_or("x", 0.0), y = now.get_or("y", 0.0);  // of one moment
class Snapshot {
 public:
  struct Entry {
    std::string_view name;
    Value value;
    Revision revision;
    /// Of `Client::read` and `read_all`; nullopt: not known.
    std::optional<Lease> lease = {};
  };

  class Iterator {
   public:
    using iterator_category = std::input_iterator_tag;
    using value_type = Entry;
    using difference_type = std::ptrdiff_t;
    using pointer = void;
    using reference = Entry;

    Iterator() noexcept = default;
    Entry operator*() const { return snapshot_->entry(index_); }
    Iterator& operator++() noexcept {
      ++index_;
      return *this;
    }
    Iterator operator++(int) noexcept {
      Iterator before = *this;
      ++index_;
      return before;
    }
    friend bool operator==(const Iterator& left, const Iterator& right) noexcept {
      return left.index_ == right.index_;
    }

   private:
    friend class Snapshot;
    Iterator(const Snapshot* snapshot, std::size_t index) noexcept
        : snapshot_(snapshot), index_(index) {}

    const Snapshot* snapshot_ = nullptr;
    std::size_t index_ = 0;
  };

  /// An empty snapshot at revision 0.
  Snapshot() noexcept = default;
  explicit Snapshot(std::shared_ptr<const detail::SnapshotData> data) noexcept;

  /// The revision of the newest commit in it.
  Revision revision() const noexcept;
  std::size_t size() const noexcept;
  bool empty() const noexcept { return size() == 0; }
  std::vector<std::string> names() const;

  bool contains(std::string_view name) const noexcept { return find(name).has_value(); }

  /// nullopt: absent. Throws Error wrong_type.
  template <class T>
  std::optional<T> get(std::string_view name) const {
    const std::optional<std::size_t> index = find(name);
    if (!index) return std::nullopt;
    return convert<T>(*index);
  }

  /// Throws Error missing, wrong_type.
  template <class T>
  T at(std::string_view name) const {
    const std::optional<std::size_t> index = find(name);
    if (!index) throw_missing(name);
    return convert<T>(*index);
  }

  template <detail::Settable T>
  detail::stored_t<T> get_or(std::string_view name, const T& fallback) const {
    if (auto value = get<detail::stored_t<T>>(name)) return *std::move(value);
    return detail::as_stored(fallback);
  }

  template <class T>
  std::optional<Versioned<T>> read(std::string_view name) const {
    const std::optional<std::size_t> index = find(name);
    if (!index) return std::nullopt;
    return Versioned<T>{convert<T>(*index), entry(*index).revision};
  }

  Iterator begin() const noexcept { return {this, 0}; }
  Iterator end() const noexcept { return {this, size()}; }

 private:
  std::optional<std::size_t> find(std::string_view name) const noexcept;
  Entry entry(std::size_t index) const;
  Encoded encoded(std::size_t index) const;
  [[noreturn]] void throw_missing(std::string_view name) const;
  [[noreturn]] void throw_wrong_type(std::size_t index, std::string_view wanted) const;

  template <class T>
  T convert(std::size_t index) const {
    if constexpr (std::same_as<T, Encoded>) return encoded(index);
    if (std::optional<T> value = ValueTraits<T>::from_value(entry(index).value))
      return *std::move(value);
    throw_wrong_type(index, detail::type_name<T>());
  }

  std::shared_ptr<const detail::SnapshotData> data_;
};

}  // namespace bulletin
