// How Attribute does what Namespace does. Included by namespace.hpp.
#pragma once

#include <chrono>
#include <concepts>
#include <optional>
#include <string>
#include <utility>

#include <bulletin/attribute.hpp>
#include <bulletin/namespace.hpp>

namespace bulletin {

template <Storable T>
Namespace Attribute<T>::owner() const {
  return Namespace(pinned().owner);
}

template <Storable T>
template <detail::AssignableTo<T> U>
Revision Attribute<T>::set(const U& value, SetOptions options) const {
  return owner().set_content(name(), detail::content_of(detail::assigned<T>(value, name())),
                             options);
}

template <Storable T>
template <detail::AssignableTo<T> U>
Future<Revision> Attribute<T>::set_async(const U& value, SetOptions options) const {
  return owner().set_content_async(name(), detail::content_of(detail::assigned<T>(value, name())),
                                   options);
}

template <Storable T>
template <detail::AssignableTo<T> U>
void Attribute<T>::post(const U& value, SetOptions options) const {
  owner().post_content(name(), detail::content_of(detail::assigned<T>(value, name())), options);
}

template <Storable T>
template <detail::AssignableTo<T> U>
std::optional<Revision> Attribute<T>::compare_and_set(Revision expected, const U& value,
                                                      SetOptions options) const {
  return owner().compare_and_set(name(), expected, detail::assigned<T>(value, name()), options);
}

template <Storable T>
template <class F>
T Attribute<T>::update(F&& change, SetOptions options) const {
  return owner().template update<T>(name(), std::forward<F>(change), options);
}

template <Storable T>
T Attribute<T>::add(T amount, Timeout timeout) const requires detail::Number<T> {
  return owner().add_value(name(), Value(amount), timeout).template as<T>();
}

template <Storable T>
bool Attribute<T>::erase(Timeout timeout) const {
  return owner().erase(name(), timeout);
}

template <Storable T>
template <class F>
requires std::invocable < F&, const TypedChange<T>
& > Subscription Attribute<T>::watch(F callback, WatchOptions options) const {
  return owner().watch(
      name(),
      [callback = std::move(callback)](const Change& change) mutable {
        callback(detail::typed_change<T>(change));
      },
      options);
}

template <Storable T>
template <class Condition>
requires std::predicate<Condition&, const T&>
bool Attribute<T>::wait_for(Condition&& condition, std::chrono::milliseconds timeout) const {
  return owner().template wait_for<T>(name(), std::forward<Condition>(condition), timeout);
}

template <Storable T>
bool Attribute<T>::wait_for_removal(std::chrono::milliseconds timeout) const {
  return owner().wait_for_removal(name(), timeout);
}

template <Storable T>
std::optional<T> Attribute<T>::get_any() const {
  if (auto versioned = read_any()) return std::move(versioned->value);
  return std::nullopt;
}

template <Storable T>
std::optional<Versioned<T>> Attribute<T>::read_any() const {
  detail::Reading reading;
  slot_->read(reading);
  if (reading.scalar.kind == detail::Kind::absent) return nothing();
  const Revision revision(reading.scalar.revision);
  if (std::optional<T> value = detail::to_type<T>(reading))
    return Versioned<T>{*std::move(value), revision};
  // Only now: `owner` counts its copies, and all readers would share that count.
  owner().throw_wrong_type(name(), reading, detail::type_name<T>());
}

template <Storable T>
T Attribute<T>::at_any() const {
  return owner().template at<T>(name());
}

}  // namespace bulletin
