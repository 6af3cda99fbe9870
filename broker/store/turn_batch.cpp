#include "store/turn_batch.hpp"

#include "store/records.hpp"

namespace bulletin::store {
namespace {

/// A larger one gives its memory back.
constexpr std::size_t kept_bytes = 4u << 20;

rocksdb::Slice slice(std::string_view bytes) { return {bytes.data(), bytes.size()}; }

// The batch grows as it must: a failure to is an exception, not a status.
void put(rocksdb::WriteBatch& batch, rocksdb::ColumnFamilyHandle* family, std::string_view key,
         std::string_view value) {
  batch.Put(family, slice(key), slice(value)).PermitUncheckedError();
}
void remove(rocksdb::WriteBatch& batch, rocksdb::ColumnFamilyHandle* family, std::string_view key) {
  batch.Delete(family, slice(key)).PermitUncheckedError();
}

void make_attribute_key(std::string& key, std::string_view space, std::string_view name) {
  key.assign(1, static_cast<char>(Kind::attribute));
  key.append(space).append(1, '\0').append(name);
}

}  // namespace

void TurnBatch::begin(const Families& families, const wire::Epoch& epoch, std::uint64_t next_run) {
  if (batch_.GetDataSize() > kept_bytes) {
    batch_ = rocksdb::WriteBatch();
  } else {
    batch_.Clear();
  }
  families_ = families;
  epoch_ = epoch;
  next_run_ = next_run;
}

void TurnBatch::counters(const authority::CountersView& counters) {
  counters_ = counters;
  put(batch_, families_.state, counters_key(), encode(StoredCounters{epoch_, counters}));
}

void TurnBatch::space(const authority::SpaceView& space) {
  put(batch_, families_.state, space_key(space.name), encode(space));
}

void TurnBatch::attribute(std::string_view space, const authority::AttributeView& attribute) {
  make_attribute_key(key_, space, attribute.name);
  value_.clear();
  append_attribute_head(value_, attribute);
  value_ += attribute.value;
  append_attribute_tail(value_, attribute);
  put(batch_, families_.state, key_, value_);
}

void TurnBatch::session(const authority::SessionView& session) {
  put(batch_, families_.state, session_key(session.number), encode(session));
}

void TurnBatch::lane(std::uint64_t session, std::uint64_t lane, std::uint64_t number,
                     std::string_view answer) {
  put(batch_, families_.state, lane_key(session, lane), encode_lane(number, answer));
}

void TurnBatch::commits(std::string_view space, const wire::Run& run) {
  put(batch_, families_.log, ordered(next_run_++), encode_run(space, run));
}

void TurnBatch::space_forgotten(std::string_view name) {
  remove(batch_, families_.state, space_key(name));
}

void TurnBatch::attribute_removed(std::string_view space, std::string_view name) {
  make_attribute_key(key_, space, name);
  remove(batch_, families_.state, key_);
}

void TurnBatch::attributes_removed(std::string_view space) {
  make_attribute_key(key_, space, {});
  std::string behind = key_;
  ++behind.back();  // the names follow a NUL
  batch_.DeleteRange(families_.state, slice(key_), slice(behind)).PermitUncheckedError();
}

void TurnBatch::lane_ended(std::uint64_t session, std::uint64_t lane) {
  remove(batch_, families_.state, lane_key(session, lane));
}

void TurnBatch::session_ended(std::uint64_t number) {
  remove(batch_, families_.state, session_key(number));
}

}  // namespace bulletin::store
