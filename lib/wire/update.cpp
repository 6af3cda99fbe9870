#include "wire/update.hpp"

#include "wire/decode_error.hpp"
#include "wire/packer.hpp"
#include "wire/reader.hpp"

namespace bulletin::wire {

Update decode_update(std::string_view body, ParsedRun* parsed) {
  Reader reader(body);
  const std::size_t elements = reader.array_of(5, "update");
  const auto kind = static_cast<UpdateKind>(reader.unsigned_integer("update's kind"));
  const Epoch epoch = read_epoch(reader);
  if (kind == UpdateKind::beat) {
    Beat beat{epoch, 0, 0, 0};
    beat.revision = reader.unsigned_integer("beat's revision");
    beat.count = reader.unsigned_integer("beat's count");
    beat.digest = reader.unsigned_integer("beat's digest");
    reader.skip(elements - 5, "beat");
    reader.finish("beat");
    return beat;
  }
  if (kind != UpdateKind::commits) throw DecodeError("update: of no known kind");
  if (elements < 6) throw DecodeError("update: too few elements");
  CommitsUpdate update{epoch, read_run(reader, parsed), parsed};
  reader.skip(elements - 6, "update");
  reader.finish("update");
  return update;
}

std::string encode(const CommitsUpdate& update) {
  std::string out;
  out.reserve(update.run.bytes.size() + 64);
  out += HeadPacker().array(6).integer(UpdateKind::commits).epoch(update.epoch).view();
  append_run(out, update.run);
  return out;
}

std::string encode(const Beat& beat) {
  HeadPacker packer;
  packer.array(5).integer(UpdateKind::beat).epoch(beat.epoch);
  packer.integer(beat.revision).integer(beat.count).integer(beat.digest);
  return std::string(packer.view());
}

std::string topic_of(std::string_view name) {
  std::string topic(name);
  topic += '\0';
  return topic;
}

std::string_view namespace_of(std::string_view topic) noexcept {
  if (topic.size() < 2 || is_nonce(topic) || topic.find('\0') != topic.size() - 1) return {};
  return topic.substr(0, topic.size() - 1);
}

bool is_nonce(std::string_view topic) noexcept {
  return topic.size() == nonce_bytes && static_cast<unsigned char>(topic[0]) == nonce_mark;
}

}  // namespace bulletin::wire
