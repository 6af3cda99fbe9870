// JSON to values, without a tree in between: each open array or object is a frame.

#include <bit>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <limits>
#include <optional>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include "cli/base64.hpp"
#include "cli/values_json.hpp"
#include "wire/limits.hpp"

namespace bulletin::cli {
namespace {

using nlohmann::json;

/// Every map may stand in a {"$map": ...} of its own, a scalar in its form, the attribute in one
/// with its time to live, and all attributes in two objects and a {"$map": ...}.
constexpr std::size_t most_frames = 2 * wire::value_depth + 5;

/// What an object, or the object in its {"$map": ...}, has for members.
enum class Role { value, attributes, document };

struct Frame {
  bool is_object = false;
  bool literal = false;  ///< an object whose members are no form, whatever their names
  Role role = Role::value;
  std::string key;  ///< of the member to come
  Array items;
  Map members;
};

/// The name of the member that makes an object a form; null: none does.
const std::string* form_of(const Map& members) {
  for (const char* name : {"$bytes", "$real", "$map", "$ttl_ms"}) {
    if (const auto found = members.find(name); found != members.end()) return &found->first;
  }
  return nullptr;
}

Value bytes_of(const Value& text) {
  if (const auto* base64 = std::get_if<std::string>(&text.data())) {
    if (std::optional<Bytes> bytes = from_base64(*base64)) return *std::move(bytes);
  }
  throw JsonError("\"$bytes\" wants base64 with padding, as in {\"$bytes\": \"aGVsbG8=\"}");
}

Value real_of(const Value& text) {
  if (text == Value("nan")) return std::numeric_limits<double>::quiet_NaN();
  if (text == Value("inf")) return std::numeric_limits<double>::infinity();
  if (text == Value("-inf")) return -std::numeric_limits<double>::infinity();
  if (const auto* digits = std::get_if<std::string>(&text.data());
      digits != nullptr && digits->size() == 18 && digits->starts_with("0x")) {
    std::uint64_t bits = 0;
    const auto [end, error] = std::from_chars(digits->data() + 2, digits->data() + 18, bits, 16);
    const auto value = std::bit_cast<double>(bits);
    if (error == std::errc() && end == digits->data() + 18 && std::isnan(value)) return value;
  }
  throw JsonError("\"$real\" wants \"nan\", \"inf\" or \"-inf\"");
}

Value map_of(Value inner) {
  if (inner.type() == Value::Type::map) return inner;
  throw JsonError("\"$map\" wants an object, whose members are then taken as they are");
}

/// The value that an object stands for.
Value value_of(Map members, bool literal) {
  const std::string* form = literal ? nullptr : form_of(members);
  if (form == nullptr) return members;
  if (*form == "$ttl_ms")
    throw JsonError(
        "\"$ttl_ms\" is for attributes that are loaded; a map with such a name is "
        "written {\"$map\": {...}}");
  if (members.size() != 1) {
    throw JsonError("an object with \"" + *form +
                    "\" has no other member; a map with such a name is written "
                    "{\"$map\": {...}}");
  }
  Value content = std::move(members.begin()->second);
  if (*form == "$bytes") return bytes_of(content);
  if (*form == "$real") return real_of(content);
  return map_of(std::move(content));
}

/// "[json.exception.parse_error.101] parse error at line 1, column 2: syntax error while parsing
/// value - invalid literal; ..." without what says nothing to people.
std::string readable(std::string message) {
  const auto erase_through = [&message](std::string_view begin, std::string_view end) {
    const std::size_t from = message.find(begin);
    const std::size_t to = from == message.npos ? from : message.find(end, from);
    if (to != message.npos) message.erase(from, to + end.size() - from);
  };
  erase_through("[json.exception", "] ");
  erase_through("parse error at ", " at ");
  erase_through("syntax error while parsing", " - ");
  return message;
}

class Reader : public nlohmann::json_sax<json> {
 public:
  /// `root`: what the outermost object has for members. Attributes are no form there.
  explicit Reader(Role root) : root_role_(root) {}

  Value take() { return std::move(root_); }
  TimesToLive take_ttls() { return std::move(ttls_); }

  bool null() override { return add(Value()); }
  bool boolean(bool value) override { return add(value); }
  bool number_integer(std::int64_t value) override { return add(value); }
  bool number_unsigned(std::uint64_t value) override { return add(value); }
  bool number_float(double value, const std::string& token) override {
    if (token.find_first_of(".eE") == std::string::npos) {
      throw JsonError("the integer " + token +
                      " does not fit into 64 bits; write it with a '.' for a real, or as a string");
    }
    return add(value);
  }
  bool string(std::string& value) override { return add(std::move(value)); }
  bool binary(json::binary_t&) override { return false; }  // not in text

  bool start_array(std::size_t) override { return push({}); }
  bool end_array() override {
    Frame frame = pop();
    return add(std::move(frame.items));
  }

  bool start_object(std::size_t) override {
    Frame frame;
    frame.is_object = true;
    if (frames_.empty()) {
      frame.role = root_role_;
      frame.literal = root_role_ != Role::value;
    } else if (const Frame& parent = frames_.back(); is_map_form(parent)) {
      frame.role = parent.role;
      frame.literal = true;
    } else if (parent.role == Role::document && parent.key == "attributes") {
      frame.role = Role::attributes;
    }
    return push(std::move(frame));
  }
  bool key(std::string& name) override {
    Frame& frame = frames_.back();
    if (frame.members.contains(name)) {
      throw JsonError("an object has the member " + to_json_string(name) + " twice");
    }
    frame.key = std::move(name);
    return true;
  }
  bool end_object() override {
    Frame frame = pop();
    if (is_attribute(frame) && frame.members.contains("$ttl_ms"))
      return add(attribute_of(frame.members));
    return add(value_of(std::move(frame.members), frame.literal));
  }

  bool parse_error(std::size_t, const std::string&, const json::exception& error) override {
    throw JsonError(readable(error.what()));
  }

 private:
  static bool is_map_form(const Frame& parent) {
    return parent.is_object && !parent.literal && parent.key == "$map";
  }

  /// Whether the innermost open object has attributes for members, of which this is one.
  bool is_attribute(const Frame& frame) const {
    return !frames_.empty() && frames_.back().role == Role::attributes &&
           !is_map_form(frames_.back()) && !frame.literal;
  }

  Value attribute_of(Map& members) {
    const auto ttl = members.find("$ttl_ms")->second.get_if<std::int64_t>().value_or(0);
    const auto value = members.find("$value");
    if (ttl <= 0 || value == members.end() || members.size() != 2)
      throw JsonError(
          "wanted {\"$ttl_ms\": milliseconds, \"$value\": ...} of an attribute with a "
          "time to live");
    ttls_.emplace(frames_.back().key, ttl);
    return std::move(value->second);
  }

  bool push(Frame frame) {
    if (frames_.size() == most_frames) {
      throw JsonError("more than " + std::to_string(wire::value_depth) +
                      " arrays and objects inside each other");
    }
    frames_.push_back(std::move(frame));
    return true;
  }

  Frame pop() {
    Frame frame = std::move(frames_.back());
    frames_.pop_back();
    return frame;
  }

  bool add(Value value) {
    if (frames_.empty()) {
      root_ = std::move(value);
    } else if (Frame& frame = frames_.back(); frame.is_object) {
      frame.members.emplace(std::move(frame.key), std::move(value));
      frame.key.clear();
    } else {
      frame.items.push_back(std::move(value));
    }
    return true;
  }

  const Role root_role_;
  Value root_;
  TimesToLive ttls_;
  std::vector<Frame> frames_;
};

void read_json(Reader& reader, std::string_view text) { json::sax_parse(text, &reader); }

}  // namespace

Value parse_value(std::string_view text) {
  Reader reader(Role::value);
  read_json(reader, text);
  return reader.take();
}

Attributes parse_attributes(std::string_view text) {
  Reader reader(Role::attributes);
  read_json(reader, text);
  const Value root = reader.take();
  if (const auto* attributes = std::get_if<Map>(&root.data()))
    return {*attributes, reader.take_ttls()};
  throw JsonError("wanted an object of names and values, such as {\"speed\": 3.2}");
}

Document parse_document(std::string_view text) {
  Reader reader(Role::document);
  read_json(reader, text);
  const Value root = reader.take();
  const auto* members = std::get_if<Map>(&root.data());
  if (members == nullptr || members->size() != 2 || !members->contains("namespace") ||
      !members->contains("attributes"))
    throw JsonError("wanted {\"namespace\": ..., \"attributes\": {...}}, as dump --all prints it");
  const auto* space = std::get_if<std::string>(&members->at("namespace").data());
  const auto* attributes = std::get_if<Map>(&members->at("attributes").data());
  if (space == nullptr || attributes == nullptr)
    throw JsonError("the namespace is to be a string, and the attributes an object");
  return {*space, {*attributes, reader.take_ttls()}};
}

}  // namespace bulletin::cli
