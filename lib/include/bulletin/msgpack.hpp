// Opt-in: every type with MSGPACK_DEFINE, MSGPACK_DEFINE_MAP or MSGPACK_DEFINE_ARRAY can be stored.
//
//     struct Pose {
//       double x = 0, y = 0;
//       MSGPACK_DEFINE_MAP(x, y);
//     };
//     robot.set("pose", Pose{1, 2});
//     Pose pose = robot.at<Pose>("pose");
//
// Link msgpack-cxx (CMake: the component "msgpack" of the package bulletin). Values have no
// extension types, so a member that needs one, such as a time point, makes `set` throw Error
// rejected.
#pragma once

// The headers ask for Boost unless they are told not to. Who wants it includes <msgpack.hpp> first.
#if !defined(MSGPACK_NO_BOOST) && !defined(MSGPACK_VERSIONING_HPP)
#define MSGPACK_NO_BOOST
#endif

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <msgpack.hpp>

#include <bulletin/error.hpp>
#include <bulletin/value.hpp>

namespace bulletin {

namespace detail {

/// What the macros MSGPACK_DEFINE and MSGPACK_DEFINE_MAP put into a class.
template <class T>
concept MsgpackDefined = std::is_class_v<T> &&
    requires(const T& object, T& target, msgpack::object& out, msgpack::zone& zone) {
  object.msgpack_object(&out, zone);
  target.msgpack_unpack(out);
};

Value from_msgpack(const msgpack::object& object);

inline std::string_view msgpack_key(const msgpack::object& key) {
  if (key.type != msgpack::type::STR) throw Error(Errc::rejected, "a map's keys must be strings");
  return {key.via.str.ptr, key.via.str.size};
}

inline Array from_msgpack_array(const msgpack::object_array& array) {
  Array items;
  items.reserve(array.size);
  for (std::uint32_t i = 0; i != array.size; ++i) items.push_back(from_msgpack(array.ptr[i]));
  return items;
}

inline Map from_msgpack_map(const msgpack::object_map& map) {
  Map items;
  for (std::uint32_t i = 0; i != map.size; ++i) {
    const std::string_view key = msgpack_key(map.ptr[i].key);
    if (!items.emplace(key, from_msgpack(map.ptr[i].val)).second) {
      throw Error(Errc::rejected, "a map has the key '" + std::string(key) + "' twice");
    }
  }
  return items;
}

inline Bytes from_msgpack_bin(const msgpack::object_bin& bin) {
  const auto* begin = reinterpret_cast<const std::byte*>(bin.ptr);
  return {begin, begin + bin.size};
}

/// Throws Error rejected for extension types and for maps that are not keyed by strings.
inline Value from_msgpack(const msgpack::object& object) {
  switch (object.type) {
    case msgpack::type::NIL: return {};
    case msgpack::type::BOOLEAN: return object.via.boolean;
    case msgpack::type::POSITIVE_INTEGER: return std::uint64_t{object.via.u64};
    case msgpack::type::NEGATIVE_INTEGER: return std::int64_t{object.via.i64};
    case msgpack::type::FLOAT32:
    case msgpack::type::FLOAT64: return double{object.via.f64};
    case msgpack::type::STR: return std::string(object.via.str.ptr, object.via.str.size);
    case msgpack::type::BIN: return from_msgpack_bin(object.via.bin);
    case msgpack::type::ARRAY: return from_msgpack_array(object.via.array);
    case msgpack::type::MAP: return from_msgpack_map(object.via.map);
    case msgpack::type::EXT: break;
  }
  throw Error(Errc::rejected, "extension types cannot be stored");
}

/// What most structs need at once. The default of 8 KiB is more than malloc keeps for each thread.
inline constexpr std::size_t zone_bytes = 512;

/// A Value as a msgpack::object whose text and bytes stay the Value's.
class MsgpackBuilder {
 public:
  explicit MsgpackBuilder(msgpack::zone& zone) noexcept : zone_(zone) {}

  msgpack::object operator()(std::monostate) const { return {}; }
  msgpack::object operator()(bool value) const { return msgpack::object(value); }
  msgpack::object operator()(std::int64_t value) const { return msgpack::object(value); }
  msgpack::object operator()(std::uint64_t value) const { return msgpack::object(value); }
  msgpack::object operator()(double value) const { return msgpack::object(value); }

  msgpack::object operator()(const std::string& value) const {
    msgpack::object object;
    object.type = msgpack::type::STR;
    object.via.str = {static_cast<std::uint32_t>(value.size()), value.data()};
    return object;
  }

  msgpack::object operator()(const Bytes& value) const {
    msgpack::object object;
    object.type = msgpack::type::BIN;
    object.via.bin = {static_cast<std::uint32_t>(value.size()),
                      reinterpret_cast<const char*>(value.data())};
    return object;
  }

  msgpack::object operator()(const Array& value) const {
    msgpack::object object;
    object.type = msgpack::type::ARRAY;
    object.via.array = {static_cast<std::uint32_t>(value.size()),
                        allocate<msgpack::object>(value.size())};
    msgpack::object* next = object.via.array.ptr;
    for (const Value& item : value) *next++ = std::visit(*this, item.data());
    return object;
  }

  msgpack::object operator()(const Map& value) const {
    msgpack::object object;
    object.type = msgpack::type::MAP;
    object.via.map = {static_cast<std::uint32_t>(value.size()),
                      allocate<msgpack::object_kv>(value.size())};
    msgpack::object_kv* next = object.via.map.ptr;
    for (const auto& [key, item] : value) {
      next->key = (*this)(key);
      next->val = std::visit(*this, item.data());
      ++next;
    }
    return object;
  }

 private:
  template <class T>
  T* allocate(std::size_t count) const {
    if (count == 0) return nullptr;
    return static_cast<T*>(zone_.allocate_align(sizeof(T) * count, alignof(T)));
  }

  msgpack::zone& zone_;
};

}  // namespace detail

/// Types that MessagePack knows by their macros. Reading gives nullopt when the value does not fit
/// the type; for MSGPACK_DEFINE_MAP keys that are missing leave their member as it was constructed,
/// and others are passed over.
template <detail::MsgpackDefined T>
struct ValueTraits<T> {
  static Value to_value(const T& value) {
    msgpack::zone zone(detail::zone_bytes);
    return detail::from_msgpack(msgpack::object(value, zone));
  }

  static std::optional<T> from_value(const Value& value) {
    msgpack::zone zone(detail::zone_bytes);
    const msgpack::object object = std::visit(detail::MsgpackBuilder(zone), value.data());
    try {
      return object.as<T>();
    } catch (const msgpack::type_error&) {
      return std::nullopt;
    }
  }
};

}  // namespace bulletin
