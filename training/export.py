"""How does the trained network become the model that is shipped?

    python -m training.export training-run

Writes one ONNX file with weights of eight bits, its tokenizer and its settings into `--to`, and
compares it with the network it was made from.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from pathlib import Path

import numpy as np
import torch
from onnxruntime.quantization import QuantType, quantize_dynamic

from briefqa.atomic_file import digest
from briefqa.models.onnx_reader import (
    BEGIN,
    END,
    JUDGED,
    MODEL,
    SETTINGS,
    SHIPPED,
    TOKENIZER,
    OnnxReader,
)
from briefqa.models.reading import Readable
from briefqa.models.sentence_transformer import PER_PIECE, PER_TEXT, find, write_onnx
from briefqa.models.tokenizer import WordPieces
from training.encoding import encoded
from training.examples import Examples, read_examples
from training.network import ReaderNetwork
from training.train import EXAMPLES, READER
from training.train import SETTINGS as RUN

COMPARED = 64  # pairs of validation


def main() -> None:
    """Export, quantize, compare."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("work", type=Path, help="the folder of a training run")
    parser.add_argument("--to", type=Path, default=SHIPPED)
    told = parser.parse_args()
    export(told.work, told.to, read_examples(told.work / EXAMPLES))


def export(work: Path, to: Path, examples: Examples) -> None:
    """Write what a run ended with as a reader of BriefQA into the folder `to`."""
    settings = json.loads((work / RUN).read_text("utf-8"))
    model = find(settings["body"])
    network = ReaderNetwork(model.folder)
    network.body.set_attn_implementation("eager")  # the same file wherever it was trained
    network.load_state_dict(torch.load(work / READER, map_location="cpu", weights_only=True))
    network.eval()
    to.mkdir(exist_ok=True)
    tokenizer = model.word_pieces().to_json()
    with tempfile.TemporaryDirectory() as scratch:
        whole = Path(scratch) / "whole.onnx"
        write(network, whole)
        quantize(whole, to / MODEL)
    (to / TOKENIZER).write_text(tokenizer, "utf-8")
    kept = {"languages": ["en"], "limit": settings["limit"], "sha256": digest(to / MODEL)}
    (to / SETTINGS).write_text(json.dumps(kept, indent=1) + "\n", "utf-8")
    _compare(network, to, examples, WordPieces(tokenizer, settings["limit"], {}))


def write(network: ReaderNetwork, path: Path) -> None:
    """The network as an ONNX file of full precision."""
    names = ("input_ids", "attention_mask", "token_type_ids")
    inputs = {name: torch.ones(2, 8, dtype=torch.long) for name in names}
    write_onnx(network, inputs, {BEGIN: PER_PIECE, END: PER_PIECE, JUDGED: PER_TEXT}, path)


def quantize(path: Path, to: Path) -> None:
    """The same with weights of eight bits, a scale for each column.

    They are unsigned: products of signed ones are added up in sixteen bits by processors with AVX2
    or AVX-512 but without VNNI, where they overflow, so that the model would read less well there.
    """
    quantize_dynamic(
        str(path),
        str(to),
        weight_type=QuantType.QUInt8,
        per_channel=True,
        extra_options={"DisableShapeInference": True, "WeightSymmetric": True},
    )


def _compare(network: ReaderNetwork, folder: Path, examples: Examples, pieces: WordPieces) -> None:
    some = [each for each in examples.validation() if each.gold is not None][:COMPARED]
    reader = OnnxReader("exported", folder)
    gaps, same = [], 0
    for example in some:
        assert example.gold is not None
        text = examples.texts[example.gold]
        head, own = text.text[: max(0, text.starts - 1)], text.text[text.starts :]
        reading = reader.read(example.question, [Readable(own, head)])[0]
        inputs, _, _ = encoded(pieces, [(example.question, text.text, text.starts)])
        with torch.inference_mode():
            begin, _, gate = network(**inputs)
        gaps.append(abs(float(gate[0]) - reading.answerability))
        first = begin[0].numpy()[-len(reading.begin) - 1 : -1]
        same += int(np.argmax(first) == np.argmax(reading.begin))
    size = (folder / MODEL).stat().st_size / 1e6
    print(f"{size:.1f} MB; answerability differs by {np.mean(gaps):.3f} in the mean,")
    print(f"the best beginning is the same for {same} of {len(some)}")


if __name__ == "__main__":
    main()
