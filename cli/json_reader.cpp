// JSON to values, without a tree in between: each open array or object is a frame.

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

/// Every map may stand in a {"$map": ...} of its own, and a scalar in its form.
constexpr std::size_t most_frames = 2 * wire::value_depth + 2;

struct Frame {
  bool is_object = false;
  bool literal = false;  ///< an object whose members are no form, whatever their names
  std::string key;       ///< of the member to come
  Array items;
  Map members;
};

/// The name of the member that makes an object a form; null: none does.
const std::string* form_of(const Map& members) {
  for (const char* name : {"$bytes", "$real", "$map"}) {
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
  /// `literal_root`: the outermost object is no form.
  explicit Reader(bool literal_root) : literal_root_(literal_root) {}

  Value take() { return std::move(root_); }

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
    const bool literal = frames_.empty() ? literal_root_ : is_map_form(frames_.back());
    Frame frame;
    frame.is_object = true;
    frame.literal = literal;
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
    return add(value_of(std::move(frame.members), frame.literal));
  }

  bool parse_error(std::size_t, const std::string&, const json::exception& error) override {
    throw JsonError(readable(error.what()));
  }

 private:
  static bool is_map_form(const Frame& parent) {
    return parent.is_object && !parent.literal && parent.key == "$map";
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

  const bool literal_root_;
  Value root_;
  std::vector<Frame> frames_;
};

Value read(std::string_view text, bool literal_root) {
  Reader reader(literal_root);
  json::sax_parse(text, &reader);
  return reader.take();
}

}  // namespace

Value parse_value(std::string_view text) { return read(text, false); }

Map parse_attributes(std::string_view text) {
  const Value root = read(text, true);
  if (const auto* attributes = std::get_if<Map>(&root.data())) return *attributes;
  throw JsonError("wanted an object of names and values, such as {\"speed\": 3.2}");
}

}  // namespace bulletin::cli
