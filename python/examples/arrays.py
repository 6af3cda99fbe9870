"""numpy arrays on a board, beside C++ programs: bytes with their type and shape.

A C++ program reads the same attribute:

    const auto frame = board.at<bulletin::Map>("frame");
    const auto& bytes = frame.at("data").as<bulletin::Bytes>();
    const std::span pixels(reinterpret_cast<const float*>(bytes.data()), bytes.size() / 4);
"""

from typing import Any

import bulletin
import numpy as np


def to_value(array: "np.ndarray[Any, Any]") -> dict[str, Any]:
    return {"type": array.dtype.str, "shape": list(array.shape), "data": array.tobytes()}


def to_array(value: dict[str, Any]) -> "np.ndarray[Any, Any]":
    return np.frombuffer(value["data"], value["type"]).reshape(value["shape"])


def main() -> None:
    with bulletin.Manager() as manager:
        board = manager.make_namespace()
        board.frame = to_value(np.arange(12, dtype=np.float32).reshape(3, 4))
        frame = to_array(board.frame)
        print(frame.shape, frame.dtype, frame.sum())


if __name__ == "__main__":
    main()
