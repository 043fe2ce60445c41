r"""How is the reader trained?

The choices are in `Settings`; `python -m training` does this and what comes after it. By itself:

    python -m training.train ../shared/eval/squad-dev ../shared/eval/newwiki-dev --work trial

Each SET is a BEIR folder or a SQuAD file. Run again after an interruption it goes on where it was;
a step depends on nothing but the seed, the step's number and the weights before it.
"""

from __future__ import annotations

import argparse
import ctypes
import json
import math
import random
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from itertools import count, islice
from pathlib import Path

import torch

from briefqa.atomic_file import digest
from briefqa.models.embedder import load_embedder
from briefqa.models.sentence_transformer import DEFAULT_MODEL, find
from briefqa.models.tokenizer import WordPieces
from training.examples import Example, Examples, Text, as_typed, collect, read_examples
from training.learning import Learner, Pair
from training.near_misses import Likeness, NearMisses, without_answer
from training.network import ReaderNetwork
from training.validation import Judge, validate

LIMIT = 256  # word pieces of a passage, its context included
MOST = 4  # pairs of a group, as long as others have room
CHUNK = 64  # batches whose pairs are sorted by length together
WRITTEN = Path(__file__).with_name("questions.json")  # questions of our own
EXAMPLES = "examples.json"
SETTINGS = "settings.json"
READER = "reader.pt"  # the weights a run ends with
SAVED = 20  # steps between two checkpoints


@dataclass(frozen=True, slots=True)
class Settings:
    """The choices of a run."""

    passes: float = 1.75  # over the sets, as many as two cores with AVX2 have time for
    own: float = 0.5  # of the articles of our own questions, as many in each pass, others in each
    groups: int = 20  # a group is a question's right pair and its wrong ones
    body_rate: float = 2e-4
    head_rate: float = 2e-3
    warm_up: float = 0.06
    decay: float = 0.01
    average: float = 0.998  # of the moving average of the weights
    gate_weight: float = 0.5
    rank_weight: float = 0.5
    changed: float = 0.4  # of the groups, as many have a pair whose question is changed,
    removed: float = 0.1  # one whose passage is left without its answer,
    near: float = 0.4  # of those for which one was sought, one that was found and does not answer
    seed: int = 7


def main() -> None:
    """Collect the examples, train, and say how good each epoch is."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("sets", nargs="+", type=Path, metavar="SET")
    parser.add_argument("--work", type=Path, required=True, help="folder of this run")
    parser.add_argument("--body", default=DEFAULT_MODEL, help="the model to start from")
    parser.add_argument("--start", type=Path, help="another run, whose reader to go on with")
    parser.add_argument("--steps", type=int, default=None, help="stop after so many, for a trial")
    for name, value in asdict(Settings()).items():
        parser.add_argument(f"--{name.replace('_', '-')}", type=type(value), default=value)
    told = parser.parse_args()
    settings = Settings(**{name: getattr(told, name) for name in asdict(Settings())})
    prepare()
    examples = gathered(told.sets, told.work, told.body)
    train(examples, told.body, told.work, settings, told.steps, told.start)


def prepare() -> None:
    """Set what makes training quick for the whole process."""
    _keep_memory()
    torch.set_flush_denormal(True)


def gathered(sets: Sequence[Path], work: Path, body: str) -> Examples:
    """The examples of these sets, as kept in `work` or collected now.

    Raises SystemExit where those that are kept there are of other sets.
    """
    work.mkdir(parents=True, exist_ok=True)
    _same(work / "sets.json", [path.resolve().name for path in sets])
    kept = work / EXAMPLES
    if not kept.exists():
        collect(sets, work, load_embedder(body)).write(kept)
    return read_examples(kept)


def _same(noted: Path, chosen: object) -> None:
    """Note what a run is made of, which is the same when it goes on."""
    if noted.exists() and json.loads(noted.read_text("utf-8")) != chosen:
        raise SystemExit(f"{noted.parent} holds another run, see {noted}; name another folder.")
    noted.write_text(json.dumps(chosen, indent=1), "utf-8")


def train(
    examples: Examples,
    body: str,
    work: Path,
    settings: Settings,
    steps: int | None = None,
    start: Path | None = None,
) -> None:
    """Train, or go on training, in the folder `work`; the result is `work/reader.pt`.

    It begins with the result in `start`, or else with `body` and new heads. Nothing is done where
    there is a result.
    """
    work.mkdir(parents=True, exist_ok=True)
    begun = "" if start is None else digest(start / READER)
    chosen = {**asdict(settings), "body": body, "start": begun, "limit": LIMIT}
    _same(work / SETTINGS, chosen)
    if (work / READER).exists():
        return
    torch.manual_seed(settings.seed)
    model = find(body)
    pieces = WordPieces(model.word_pieces().to_json(), LIMIT, {})
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    network = ReaderNetwork(model.folder)
    table = network.body.get_input_embeddings().weight.detach().numpy().copy()
    likeness = Likeness(pieces, table)
    network.to(device)
    if start is not None:
        network.load_state_dict(torch.load(start / READER, map_location=device, weights_only=True))
    average = {name: value.detach().clone() for name, value in network.state_dict().items()}
    body_weights = list(network.body.parameters())
    heads = [*network.span.parameters(), *network.gate.parameters()]
    optimizer = torch.optim.AdamW(
        [
            {"params": body_weights, "rate": settings.body_rate},
            {"params": heads, "rate": settings.head_rate},
        ],
        weight_decay=settings.decay,
        fused=True,
    )
    checkpoint, done = work / "checkpoint.pt", 0
    if checkpoint.exists():
        stored = torch.load(checkpoint, map_location=device, weights_only=True)
        network.load_state_dict(stored["network"])
        optimizer.load_state_dict(stored["optimizer"])
        average, done = stored["average"], stored["step"]
    training = examples.training()
    made = NearMisses(training, likeness)
    total = steps_of(training, settings)
    print(f"{len(training)} questions, {total} steps, from step {done}", flush=True)
    learner = Learner(network, pieces)
    counts = {"span": 1.0, "gate": settings.gate_weight, "rank": settings.rank_weight}
    seen, started = {"span": 0.0, "gate": 0.0, "rank": 0.0}, time.time()
    batches = enumerate(_batches(examples, made, settings))
    for step, batch in islice(batches, done, total):
        if steps is not None and step >= steps:
            _save(checkpoint, network, optimizer, average, step)
            return
        torch.manual_seed(settings.seed * 1_000_003 + step)
        warm = max(1, int(settings.warm_up * total))
        rate = min((step + 1) / warm, (total - step) / max(1, total - warm))
        for group in optimizer.param_groups:
            group["lr"] = group["rate"] * rate
        losses = learner.learn(batch, counts)
        torch.nn.utils.clip_grad_norm_(network.parameters(), 1.0)
        optimizer.step()
        # A young average follows closely, so that it forgets where it began.
        share = min(settings.average, (step + 1) / (step + 10))
        with torch.no_grad():
            for name, value in network.state_dict().items():
                if value.is_floating_point():
                    average[name].lerp_(value, 1 - share)
        for name, value in losses.items():
            seen[name] += value / SAVED
        if (step + 1) % SAVED == 0:
            told = " ".join(f"{name} {value:.4f}" for name, value in seen.items())
            print(f"step {step + 1}/{total} {told} {time.time() - started:.0f} s", flush=True)
            seen, started = dict.fromkeys(seen, 0.0), time.time()
            _save(checkpoint, network, optimizer, average, step + 1)
    network.load_state_dict(average)
    torch.save(network.state_dict(), work / READER)
    print("validation", json.dumps(validate(Judge(network, examples, pieces, device))), flush=True)


def steps_of(training: Sequence[Example], settings: Settings) -> int:
    """How many steps a run over these has."""
    answered = Counter(_is_own(each) for each in training if each.gold is not None)
    each_pass = answered[False] + settings.own * answered[True]
    return math.ceil(settings.passes * each_pass / settings.groups)


def _is_own(example: Example) -> bool:
    return example.article.startswith(f"{WRITTEN.stem}/")


def groups_of(
    examples: Examples, made: NearMisses, settings: Settings, number: int
) -> list[list[Pair]]:
    """The groups of a pass: a right pair, and wrong ones if any are to be had; seeded."""
    dice = random.Random(f"{settings.seed} {number}")
    training = _in_turn(examples.training(), settings, number)
    fooling: dict[int, list[Example]] = {}
    for example in training:
        if example.asked_about is not None:
            fooling.setdefault(example.asked_about, []).append(example)
    for waiting in fooling.values():
        dice.shuffle(waiting)
    groups: list[list[Pair]] = []
    of_text: dict[int, list[list[Pair]]] = {}

    def wrong(question: str, text: Text) -> Pair:
        return Pair(as_typed(question, dice), text, None)

    for example in dice.sample(training, len(training)):
        if example.gold is None:
            continue
        text, place = examples.texts[example.gold], dice.choice(example.places)
        group = [Pair(as_typed(example.question, dice), text, place)]
        if fooling.get(example.gold):
            group.append(wrong(fooling[example.gold].pop().question, text))
        if dice.random() < settings.changed:
            changed = made.changed(example, text, dice)
            group += [] if changed is None else [wrong(changed, text)]
        if dice.random() < settings.removed:
            rest = without_answer(text, example.places)
            group += [] if rest is None else [wrong(example.question, rest)]
        if example.near and (dice.random() < settings.near or len(group) == 1):
            group.append(wrong(example.question, examples.texts[dice.choice(example.near)]))
        groups.append(group)
        of_text.setdefault(example.gold, []).append(group)
    for asked, waiting in sorted(fooling.items()):
        for example in waiting:  # more questions to fool than to answer
            with_room = [group for group in of_text.get(asked, []) if len(group) < MOST]
            if with_room or groups:
                dice.choice(with_room or groups).append(
                    wrong(example.question, examples.texts[asked])
                )
    return groups


def _in_turn(training: Sequence[Example], settings: Settings, number: int) -> list[Example]:
    """Those that a pass is over: of the articles of our own, some, which take turns."""
    own = sorted({each.article for each in training if _is_own(each)})
    random.Random(settings.seed).shuffle(own)
    some = math.ceil(settings.own * len(own))
    kept = {own[at % len(own)] for at in range(number * some, (number + 1) * some)}
    return [each for each in training if not _is_own(each) or each.article in kept]


def _batches(
    examples: Examples, made: NearMisses, settings: Settings
) -> Iterator[list[list[Pair]]]:
    """Step after step: about as long pairs together, the batches of a pass in a seeded order."""
    for number in count():
        groups = groups_of(examples, made, settings, number)
        dice = random.Random(f"{settings.seed} {number} order")
        dice.shuffle(groups)
        batches = []
        size = settings.groups
        for start in range(0, len(groups), CHUNK * size):
            chunk = groups[start : start + CHUNK * size]
            chunk.sort(key=lambda group: max(len(pair.text.text) for pair in group))
            batches += [chunk[at : at + size] for at in range(0, len(chunk), size)]
        dice.shuffle(batches)
        yield from batches


def _keep_memory() -> None:
    """Have the C library keep freed memory: giving it back and taking it again costs a third."""
    with suppress(OSError, AttributeError):
        library = ctypes.CDLL("libc.so.6")
        library.mallopt(-4, 0)  # M_MMAP_MAX: no block of its own
        library.mallopt(-1, 2**31 - 1)  # M_TRIM_THRESHOLD


def _save(
    path: Path,
    network: ReaderNetwork,
    optimizer: torch.optim.Optimizer,
    average: dict[str, torch.Tensor],
    step: int,
) -> None:
    stored = {
        "network": network.state_dict(),
        "optimizer": optimizer.state_dict(),
        "average": average,
        "step": step,
    }
    writing = path.with_suffix(".writing")
    torch.save(stored, writing)
    writing.replace(path)


if __name__ == "__main__":
    main()
