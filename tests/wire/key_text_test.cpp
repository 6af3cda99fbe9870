#include "wire/key_text.hpp"

#include "support/catch.hpp"
#include "wire/decode_error.hpp"

using namespace bulletin::wire;

namespace {

// From https://rfc.zeromq.org/spec/26/; and one that begins as a comment might.
const std::string key = "Yne@$w-vo<fVvi]a<NY6T1ed:M$fCG*[IaLV{hID";
const std::string hash_key = "#" + key.substr(1);

}  // namespace

TEST_CASE("a key has 40 characters of Z85") {
  CHECK(is_key(key));
  CHECK(is_key(hash_key));
  CHECK_FALSE(is_key(""));
  CHECK_FALSE(is_key(key.substr(1)));
  CHECK_FALSE(is_key(key + "a"));
  CHECK_FALSE(is_key(" " + key.substr(1)));
  CHECK_FALSE(is_key("\"" + key.substr(1)));
}

TEST_CASE("a key file's last line that is no comment is the key") {
  CHECK(key_in(key) == key);
  CHECK(key_in(key_file("mine", key)) == key);
  CHECK(key_in("# a\r\n" + key + "\r\n\r\n") == key);
  CHECK(key_in("# a\n" + hash_key + "\n# b\n") == hash_key);
  CHECK(key_in(hash_key + "\n" + key) == key);
  for (const std::string& text : {std::string(), std::string("# only\n"), key + "\nnonsense\n"}) {
    CHECK_THROWS_AS(key_in(text), DecodeError);
  }
}
