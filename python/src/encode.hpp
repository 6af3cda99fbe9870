// Python objects <-> the MessagePack bytes that the board keeps.
#pragma once

#include "python.hpp"

#include <string>
#include <string_view>

namespace bulletin::python {

enum class Types {
  convertible,  ///< also what is like one of the board's types: tuples, bytearrays, numpy scalars
  exact,        ///< only what comes back as the same type and equal
};

/// Appends the object's encoding. False: it is of no type that the board has (with no exception
/// set), and `out` is of no use. Throws PythonError for an integer beyond 64 bits with
/// Types::convertible, and for what Python itself cannot do.
bool encode(PyObject* object, Types types, std::string& out);

/// A new reference to the value in the bytes. Throws PythonError.
PyObject* decode(std::string_view bytes);

/// The map of one entry in which a value travels that is of no type of the board:
/// {"__pickle__": bytes}, or {"__held__": nil} for one that a server keeps.
inline constexpr std::string_view pickle_key = "__pickle__";
inline constexpr std::string_view held_key = "__held__";

std::string encode_pickled(std::string_view pickled);
std::string encode_held();

enum class Form { plain, pickled, held };
/// What the bytes are; of a pickled value `inner` is the pickle.
Form form_of(std::string_view bytes, std::string_view& inner) noexcept;

}  // namespace bulletin::python
