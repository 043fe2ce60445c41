"""Printing what the commands give other than answers: reports, progress, JSON."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

from briefqa.cli.screen import line
from briefqa.errors import UsageError
from briefqa.text.language import language_name

if TYPE_CHECKING:
    from pathlib import Path

    from briefqa.evaluation.results import Evaluation
    from briefqa.index.calibration import Calibration
    from briefqa.index.info import IndexInfo
    from briefqa.indexing.builder import BuildReport
    from briefqa.indexing.progress import OnProgress, Progress
    from briefqa.indexing.verification import VerifyReport
    from briefqa.models.model_check import ModelCheck
    from briefqa.receipts.replay import ReplayReport
    from briefqa.records import DocumentInfo, Hit

_ON_ONE_LINE = 5  # files in other formats; of more each has its own


def show_report(report: BuildReport) -> None:
    """Print what a build did with every file."""
    for file in report.files:
        language = language_name(file.language) if file.language not in ("", "en") else ""
        parts = (count(file.passages, "passage"), language, file.detail)
        indexed = "; ".join(filter(None, parts))
        result = indexed if file.passages else f"{file.outcome}: {file.detail}"
        print(f"  {line(f'{file.name}: {result}')}")
    if report.skipped:
        names = [line(_with_kind(path)) for path in report.skipped]
        apart = len(names) > _ON_ONE_LINE
        shown = "".join(f"\n    {name}" for name in names) if apart else f" {', '.join(names)}"
        print(f"  not read, another format:{shown}")
    if report.note:
        print(line(report.note))
    if not report.changed:
        passages = count(report.passages, "passage")
        print(f"{_place(report.index)} is up to date: {passages} ({report.seconds:.2f} s).")
    else:
        print(
            f"{_place(report.index)}: {count(report.passages, 'passage')}, "
            f"{report.embedded} embedded, {report.reused} reused ({report.seconds:.1f} s)."
        )


def _with_kind(path: Path) -> str:
    """A file's name and what it is, as in `photo.jpg (a JPEG picture)`."""
    from briefqa.documents.loaders import kind_of_file

    kind = kind_of_file(path).words if path.is_file() else ""
    return f"{path.name} ({kind})" if kind else path.name


def show_replay(report: ReplayReport) -> None:
    """Print whether each answer is the same, and what has changed since."""
    for number, turn in enumerate(report.turns, 1):
        result = turn.difference or turn.numbers or "The same."
        print(line(f"{number}. {turn.question}: {result}"))
    # Whether the files are still as they were indexed is for `briefqa verify` to say.
    unchanged = "The index has not changed since."
    if not report.same:
        unchanged += " The receipt itself was changed."
    changes = report.changes or (unchanged,)
    print("\n".join(map(line, changes)))


@contextmanager
def progress_bar() -> Iterator[OnProgress]:
    """A progress bar on stderr if that is a terminal, nothing otherwise."""
    from tqdm import tqdm

    if not sys.stderr.isatty():
        yield lambda how_far: None
        return
    stage = None
    with tqdm(bar_format="{desc} {bar} {elapsed}", leave=False) as bar:

        def show(how_far: Progress) -> None:
            nonlocal stage
            if how_far.total != bar.total or how_far.done < bar.n:
                bar.reset(how_far.total)
            bar.set_description_str(str(how_far), refresh=how_far.stage != stage)
            bar.update(how_far.done - bar.n)
            stage = how_far.stage

        yield show


def new_password(name: str) -> str:
    """A password typed twice without echo.

    Raises UsageError if the two differ or if there is no terminal to type at.
    """
    first, second = _typed_unseen(f"New password for {line(name)}: ", "Once more: ")
    if first != second:
        raise UsageError("The two passwords differ, so nothing was written; try again.")
    return first


def password_of_files() -> str:
    """The password of locked files, typed without echo; raises UsageError without a terminal."""
    (password,) = _typed_unseen("Password of the locked files: ")
    return password


def _typed_unseen(*prompts: str) -> list[str]:
    import getpass
    import warnings

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", getpass.GetPassWarning)
            return [getpass.getpass(prompt) for prompt in prompts]
    except (EOFError, getpass.GetPassWarning) as error:
        raise UsageError("A password has to be typed at a terminal, unseen.") from error


def _place(index: Path) -> str:
    """An index as it is typed: a Path keeps one slash of a URI's two."""
    from briefqa.index.store import store_at

    return store_at(index).place


def show_verification(report: VerifyReport) -> None:
    """Print the state of every source, and the generation that was checked."""
    for source in report.sources:
        state = f"{source.state}, {source.holding} of {source.passages} citations hold"
        print(line(f"  {source.name}: {state}"))
    print(f"{_place(report.index)}: {report.generation}")


def show_evaluation(result: Evaluation) -> None:
    """Print the table of measures, then each of the worst misses with its first passages."""
    print(result.as_table())
    for question, hits in result.misses:
        print()
        print(line(f"{question.id}: {question.text}"))
        print(line(f"  right: {', '.join(question.relevant) or 'nothing in the index'}"))
        for hit in hits:
            print(line(f"  [{hit.rank}] {hit.citation}: {hit.passage.text[:100]} ..."))
            print(f"      {why(hit)}")


def show_calibration(fitted: Calibration) -> None:
    """Print what is promised, the threshold, and what it does with the questions fitted to."""
    unanswerable = fitted.questions - fitted.answerable
    share = fitted.wrong / fitted.given if fitted.given else 0.0
    print(fitted.promise)
    print(
        f"asserts from confidence {fitted.answer_from:.3f} on, "
        f"fitted to {count(fitted.questions, 'question')}"
    )
    print(f"  answerable questions asserted    {fitted.answered} of {fitted.answerable}")
    print(f"  unanswerable questions asserted  {fitted.given - fitted.answered} of {unanswerable}")
    print(f"  wrong answers                    {fitted.wrong} of {fitted.given}, {share:.1%}")
    error = f"{fitted.error:.3f} before, {fitted.error_now:.3f} after"
    print(f"  calibration error                {error}")
    if not fitted.given:
        print("No threshold gives so few wrong answers, so nothing is asserted.")


def show_info(info: IndexInfo) -> None:
    """Print what an index holds, what it was made with, and what became of each file."""
    documents = count(info.documents, "document")
    rows = [
        ("index", f"{_place(info.index)} ({info.size / 1e6:.1f} MB)"),
        ("generation", f"{info.generation}, built {info.created} by briefqa {info.version}"),
        ("holds", f"{count(info.passages, 'passage')} of {documents}"),
        ("model", f"{info.model} ({info.dimension} dimensions)"),
        ("runs on", info.runs_on),
        ("reader", info.reader),
    ]
    if info.calibration is not None:
        questions = count(info.calibration.questions, "question")
        unused = "" if info.calibration_used else "; not used: the models are others"
        threshold = f"asserts from {info.calibration.answer_from:.3f} on, fitted to {questions}"
        rows.append(("calibrated", threshold + unused))
    rows.append(("language", info.language if info.language_named else "of each document its own"))
    if not info.threshold_measured:
        rows.append(("note", "the confidence threshold was not measured with this model"))
    if info.language_note:
        rows.append(("note", info.language_note))
    for name, value in rows:
        print(line(f"{name:<11} {value}"))
    for source in info.sources:
        holds = count(source.passages, "passage") if source.passages else ""
        language = ""
        if source.passages:
            usual = language_name(info.language)
            language = language_name(source.language) or f"language unclear, read as {usual}"
        result = "; ".join(filter(None, (holds, language, source.detail)))
        print(line(f"  {source.name}: {source.outcome}, {result}"))


def show_model(found: ModelCheck) -> None:
    """Print what a model is, whether it could be exported, and its speed."""
    languages = ", ".join(map(language_name, found.languages))
    exported = "to ONNX, with the same vectors"
    if found.not_exported:
        exported = f"no: {found.not_exported}; it is run by sentence-transformers"
    rows = (
        ("model", str(found.folder)),
        ("hash", found.fingerprint),
        ("size", f"{found.size / 1e6:.0f} MB, {found.dimension} dimensions"),
        ("reads", f"{found.pieces} word pieces of a passage"),
        ("prefixes", f"questions {found.question_prefix!r}, passages {found.passage_prefix!r}"),
        ("languages", languages or "its card does not say"),
        ("exported", exported),
        ("speed here", f"{found.speed:.0f} passages a second"),
    )
    for name, value in rows:
        print(line(f"{name:<11} {value}"))


def show_sections(infos: Sequence[DocumentInfo], sections: Mapping[str, Sequence[str]]) -> None:
    """Print each document, by name and title, with the sections it has."""
    for info in infos:
        if info.name in sections:
            print(line(f"{info.name}: {info.title}"))
            for section in sections[info.name]:
                print(line(f"  {section}"))


def count(number: int, what: str) -> str:
    """`1 file`, `2 files`."""
    return f"1 {what}" if number == 1 else f"{number} {what}s"


def why(hit: Hit) -> str:
    """The evidence for a hit, on one line."""
    evidence = hit.evidence
    parts = []
    if evidence.keyword_rank is not None and evidence.bm25 is not None:
        parts.append(f"keyword rank {evidence.keyword_rank} (bm25 {evidence.bm25:.2f})")
    if evidence.semantic_rank is not None and evidence.cosine is not None:
        parts.append(f"semantic rank {evidence.semantic_rank} (cosine {evidence.cosine:.3f})")
    if evidence.answerability is not None:
        parts.append(f"answers {evidence.answerability:.2f}")
    words = f"; holds {', '.join(map(line, evidence.matched))}" if evidence.matched else ""
    return f"{', '.join(parts)}, fused {evidence.fused:.3f}{words}"


def listed(names: Sequence[str]) -> str:
    """The first five names, and how many more there are."""
    more = f" and {len(names) - 5} more" if len(names) > 5 else ""
    return ", ".join(names[:5]) + more


def show_json(value: object) -> None:
    """Print JSON, in ASCII where the terminal's encoding cannot show it."""
    readable = json.dumps(value, ensure_ascii=False, indent=1)
    try:
        readable.encode(sys.stdout.encoding or "utf-8")
    except UnicodeEncodeError:
        readable = json.dumps(value, indent=1)
    print(readable)
