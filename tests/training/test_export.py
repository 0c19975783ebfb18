import json

import numpy as np
import pytest
from tokenizers import Tokenizer, pre_tokenizers, processors
from tokenizers.models import Unigram
from transformers import BertConfig

from training.export import export
from training.labels import SLOTS
from training.network import Network
from vectorstore.reader import Reader, Stretch

QUESTION = "甲县2020年申请几件"


@pytest.fixture(scope="module")
def reader(tmp_path_factory: pytest.TempPathFactory) -> Reader:
    """Export an untrained network of one small layer."""
    folder = tmp_path_factory.mktemp("reader")
    pieces = [
        "<s>",
        "<pad>",
        "</s>",
        "<unk>",
        "▁",
        *sorted(set("queryasg:甲乙县年申请几件呢条微博" + "0123456789")),
    ]
    tokenizer = Tokenizer(Unigram([(piece, -1.0) for piece in pieces], unk_id=3, byte_fallback=False))
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace(replacement="▁", prepend_scheme="always")
    tokenizer.post_processor = processors.TemplateProcessing(
        single="<s> $A </s>", special_tokens=[("<s>", 0), ("</s>", 2)]
    )
    tokenizer.save(str(folder / "tokenizer.json"))
    config = BertConfig(
        vocab_size=len(pieces),
        hidden_size=16,
        num_hidden_layers=1,
        num_attention_heads=2,
        intermediate_size=32,
        max_position_embeddings=512,
        type_vocab_size=7,
    )
    export(Network(config), folder / "tokenizer.json", folder)
    return Reader(folder / "reader.onnx", folder / "reader.tokenizer.json")


def test_the_exported_file_reads_a_question_into_values(reader: Reader) -> None:
    reading = reader.read(QUESTION)

    assert reading.question == QUESTION
    assert sum(likely.probability for likely in reading.operation) == pytest.approx(1, abs=0.1)
    assert all(QUESTION[span.start : span.end] == span.text for span in reading.spans)
    assert reading.keeps == ()
    assert reading.source == ()
    json.loads(reading.model_dump_json())


def test_every_turn_before_may_be_the_one_that_a_follow_up_takes_from(reader: Reader) -> None:
    reading = reader.read("乙县呢", [QUESTION, "微博几条", "2020年呢"])

    assert {likely.value for likely in reading.source} == {0, 1, 2}
    assert [likely.value for likely in reading.keeps] == ["o", "y", "m", "op"]


def test_turns_beyond_six_are_numbered_from_the_oldest(reader: Reader) -> None:
    reading = reader.read("乙县呢", [QUESTION] * 8)

    assert {likely.value for likely in reading.source} <= set(range(2, 8))


def test_vectors_have_unit_length_and_come_in_the_order_asked_for(reader: Reader) -> None:
    text = "微博20条，申请3件"
    both = reader.encode_places(
        [Stretch(text=text, places=((2, 5), (8, 10))), Stretch(text=text, places=((8, 10),))]
    )
    asked = reader.encode_asked(["申请几件", "微博几条"])

    assert np.allclose(np.linalg.norm(np.concatenate([*both, asked]), axis=1), 1, atol=1e-5)
    assert np.allclose(both[0][1], both[1][0], atol=1e-4)
    assert np.allclose(reader.chances(asked, both[0]).sum(axis=1), 1, atol=1e-5)


def test_the_file_says_what_its_heads_tell_apart(reader: Reader) -> None:
    reading = reader.read(QUESTION)

    assert {likely.value for likely in reading.over} <= {None, *SLOTS["over"]}
