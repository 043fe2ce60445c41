r"""The whole recipe, from questions to the model that is shipped, in one command:

    python -m training ../shared/eval/squad-dev ../shared/eval/squad11-extra \\
        ../shared/eval/newwiki-dev ../shared/eval/covidqa-dev --work training-run \\
        --others ../shared/eval/clapnq-dev ../shared/eval/pubmedqa-dev ../shared/eval/cranfield-dev

It trains on the SETs and `training/questions.json`, exports the model, and fits its confidence to
what was kept from training and to the other sets. Run again after an interruption it goes on where
it was.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from briefqa.models.onnx_reader import SHIPPED
from briefqa.models.sentence_transformer import DEFAULT_MODEL
from training.export import export
from training.fit import weigh_and_fit
from training.train import WRITTEN, Settings, gathered, prepare, train

SETTINGS = Settings()


def main() -> None:
    """Collect, train, export, fit."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("sets", nargs="+", type=Path, metavar="SET")
    parser.add_argument("--others", nargs="*", type=Path, default=[], metavar="SET")
    parser.add_argument("--work", type=Path, required=True, help="folder of this run")
    parser.add_argument("--body", default=DEFAULT_MODEL, help="the model to start from")
    parser.add_argument("--to", type=Path, default=SHIPPED)
    told = parser.parse_args()
    prepare()
    examples = gathered([*told.sets, WRITTEN], told.work, told.body)
    train(examples, told.body, told.work, SETTINGS)
    export(told.work, told.to, examples)
    weigh_and_fit([*told.sets, WRITTEN, *told.others], told.work, examples.held_out, told.to)


if __name__ == "__main__":
    main()
