"""Train the reader, export it, and print how well it does on what it was not trained on: `make reader`."""

import argparse
import json
import logging
import random
from pathlib import Path

import numpy as np
import torch
from tokenizers import Tokenizer

from training.export import export
from training.figures import score_figures, train_figures
from training.generator import Generator
from training.judging import score_judging
from training.marking import near_duplicates
from training.matching import Stretch
from training.measuring import operations_right, score
from training.network import Network
from training.questions import train_questions
from training.splits import Split, split
from training.vocabulary import prune
from vectorstore import bundled
from vectorstore.reader import Reader
from vectorstore.reader import Stretch as Piece

logger = logging.getLogger("training")

_DATA = Path(__file__).parent / "data"
_SEED = 1


def main() -> None:
    """Do each step whose result is not there yet, then measure the exported file."""
    asked = _arguments()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    torch.set_flush_denormal(True)
    torch.set_num_threads(asked.threads)
    torch.manual_seed(_SEED)
    random.seed(_SEED)
    work: Path = asked.work
    work.mkdir(parents=True, exist_ok=True)
    data = split(_DATA)
    others = _questions_of(asked.eval)
    copies = near_duplicates([question.text for question in data.questions], others)
    kept = [question for question in data.questions if question.text not in copies]
    logger.info("%d questions, %d left out as near copies of measured ones", len(kept), len(copies))

    base = work / "base"
    if not base.exists():
        prune(bundled.converted_folder(), _texts(), base)
    tokenizer = Tokenizer.from_file(str(base / "tokenizer.json"))
    network = Network.from_folder(base)
    figures, questions = work / "figures.pt", work / "questions.pt"
    # What an epoch reached is kept here; it is not taken for the whole.
    unfinished = work / "unfinished.pt"
    if not figures.exists():
        train_figures(
            network,
            tokenizer,
            data.stretches,
            data.labels,
            epochs=asked.figure_epochs,
            held_out=data.held_stretches,
            checkpoint=unfinished,
        )
        unfinished.rename(figures)
    network.load_state_dict(torch.load(figures))
    if not questions.exists():
        train_questions(
            network,
            tokenizer,
            Generator(kept, _counted(), seed=_SEED),
            data.stretches,
            data.labels,
            steps=asked.steps,
            held_out=data.held_questions,
            held_stretches=data.held_stretches,
            checkpoint=unfinished,
        )
        unfinished.rename(questions)
    network.load_state_dict(torch.load(questions))
    print("figures, fp32:", score_figures(network, tokenizer, data.held_stretches))  # noqa: T201
    print("judged, fp32:", score_judging(network, tokenizer, data.held_stretches))  # noqa: T201
    export(network, base / "tokenizer.json", work)
    measure(work, data, asked.eval)


def measure(folder: Path, data: Split, evaluation: list[Path]) -> None:
    """Print the scores of the exported file, and beside them those of the one before it was quantised."""
    tokenizer = folder / "reader.tokenizer.json"
    for name in ("reader.fp32.onnx", "reader.onnx"):
        reader = Reader(folder / name, tokenizer)
        print(f"{name} figures: {_figures_right(reader, data.held_stretches)}")  # noqa: T201
        for writer, questions in data.held_questions.items():
            readings = [reader.read(question.text, question.turns) for question in questions]
            print(f"{name} {writer}: {score(questions, readings)}")  # noqa: T201
        for path in evaluation:
            print(f"{name} {path.name}: {operations_right(path, reader)}")  # noqa: T201


def _figures_right(reader: Reader, stretches: list[Stretch]) -> str:
    right = of = told = nothing = 0
    for stretch in stretches:
        (places,) = reader.encode_places([Piece(text=stretch.text, places=tuple(stretch.places))])
        chances = reader.chances(reader.encode_asked([asked for asked, _ in stretch.questions]), places)
        for row, (_, answers) in zip(chances, stretch.questions, strict=True):
            if answers:
                of += 1
                right += int(np.argmax(row[:-1])) in answers
            else:
                nothing += 1
                told += int(np.argmax(row)) == len(row) - 1
    return f"first {right / of:.3f} of {of}, none told {told / nothing:.3f} of {nothing}"


def _questions_of(paths: list[Path]) -> list[str]:
    records = [json.loads(line) for path in paths for line in path.read_text("utf-8").splitlines()]
    return [record["question"] for record in records] + [
        turn["content"] for record in records for turn in record.get("history", ()) if turn["role"] == "user"
    ]


def _texts() -> list[str]:
    return [
        text
        for path in sorted(_DATA.glob("*/*.jsonl"))
        for line in path.read_text("utf-8").splitlines()
        for text in json.dumps(json.loads(line), ensure_ascii=False).split('"')
    ]


def _counted() -> list[str]:
    return [
        figure["what"]
        for path in sorted((_DATA / "passages").glob("*.jsonl"))
        for line in path.read_text("utf-8").splitlines()
        for figure in json.loads(line)["figures"]
    ]


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m training", description=__doc__)
    parser.add_argument(
        "--work", type=Path, default=Path("build/reader"), help="where checkpoints and the model go"
    )
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--figure-epochs", type=int, default=5)
    parser.add_argument("--steps", type=int, default=9000, help="steps on questions, pairs and figures")
    parser.add_argument(
        "--eval", type=Path, nargs="*", default=[], help="questions that are measured and never trained on"
    )
    return parser.parse_args()


if __name__ == "__main__":
    main()
