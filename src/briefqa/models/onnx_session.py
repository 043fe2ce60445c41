"""Running a model in an ONNX file; the only module that imports onnxruntime.

Texts of about the same length are run together, so that little is spent on padding, in batches that
each take one core, so that two people who ask at once do not wait for each other.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from briefqa.models.cores import usable_cores

if TYPE_CHECKING:
    import numpy.typing as npt

    Outputs = list[npt.NDArray[np.float32]]

_ATTRIBUTES = {
    "input_ids": "ids",
    "attention_mask": "attention_mask",
    "token_type_ids": "type_ids",
}


class OnnxFile:
    """A model, loaded; safe to share between threads."""

    def __init__(self, path: Path) -> None:
        """Raises whatever onnxruntime does for a file it cannot run: nobody has a list of it."""
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        options.log_severity_level = 4
        self._session: Any = onnxruntime.InferenceSession(
            str(path), options, providers=["CPUExecutionProvider"]
        )
        self._cores = threading.BoundedSemaphore(usable_cores())

    @property
    def outputs(self) -> tuple[str, ...]:
        """The names of its outputs, in order."""
        return tuple(output.name for output in self._session.get_outputs())

    def run(self, encodings: Sequence[Any], batch_size: int) -> Iterator[tuple[list[int], Outputs]]:
        """The rows of each batch of encoded texts, and the model's outputs for them in order."""
        order = sorted(range(len(encodings)), key=lambda row: -len(encodings[row].ids))
        batches = [order[start : start + batch_size] for start in range(0, len(order), batch_size)]

        def outputs(rows: list[int]) -> Outputs:
            inputs = self._inputs([encodings[row] for row in rows])
            with self._cores:  # of fifty who ask at once, the first need not wait for the last
                values: Outputs = self._session.run(None, inputs)
            return values

        if len(batches) == 1:
            yield batches[0], outputs(batches[0])
        else:
            with ThreadPoolExecutor(usable_cores()) as pool:
                yield from zip(batches, pool.map(outputs, batches), strict=True)

    def _inputs(self, encodings: Sequence[Any]) -> dict[str, npt.NDArray[np.int64]]:
        """The model's inputs by name, int64 [n_texts, longest]; its mask hides the padding."""
        longest = max(len(encoding.ids) for encoding in encodings)
        inputs = {}
        for wanted in self._session.get_inputs():
            numbers = np.zeros((len(encodings), longest), dtype=np.int64)
            for row, encoding in enumerate(encodings):
                values = getattr(encoding, _ATTRIBUTES[wanted.name])
                numbers[row, : len(values)] = values
            inputs[wanted.name] = numbers
        return inputs
