"""Write the trained network as `reader.onnx`, int8, with the labels of its heads inside.

Weights are rounded in blocks with a scale each: with one scale for a whole layer the operation of one held-out
question in twenty changes.
"""

import json
import logging
import shutil
import tempfile
import warnings
from pathlib import Path

import onnx
import torch
from onnxruntime.quantization import QuantType, quantize_dynamic
from onnxruntime.quantization.matmul_nbits_quantizer import DefaultWeightOnlyQuantConfig, MatMulNBitsQuantizer

from training.labels import KEPT, SLOTS, TAGS
from training.network import Network

logger = logging.getLogger(__name__)

_BLOCK = 64
_INT8_ARITHMETIC = 4


def export(network: Network, tokenizer: Path, folder: Path) -> Path:
    """Write `reader.onnx`, `reader.tokenizer.json` and, to compare with, `reader.fp32.onnx`."""
    folder.mkdir(parents=True, exist_ok=True)
    plain = folder / "reader.fp32.onnx"
    target = folder / "reader.onnx"
    _write_plain(network, plain)
    plain_model = onnx.load(plain)
    _pack(onnx.load(plain), target)
    packed = onnx.load(target)
    del packed.metadata_props[:]
    packed.metadata_props.extend(plain_model.metadata_props)
    onnx.save(packed, target)
    shutil.copyfile(tokenizer, folder / "reader.tokenizer.json")
    logger.info("%s: %.1f MB", target, target.stat().st_size / 1e6)
    return target


def _pack(model: onnx.ModelProto, target: Path) -> None:
    """Round the weights of each layer in blocks, and then the word embeddings, to eight bits."""
    rounding = DefaultWeightOnlyQuantConfig(
        block_size=_BLOCK, is_symmetric=True, accuracy_level=_INT8_ARITHMETIC, bits=8
    )
    layers = MatMulNBitsQuantizer(model, algo_config=rounding)
    layers.process()
    with tempfile.TemporaryDirectory() as scratch:
        half = Path(scratch) / "half.onnx"
        layers.model.save_model_to_file(str(half))
        quantize_dynamic(half, target, weight_type=QuantType.QInt8, op_types_to_quantize=["Gather"])


def _write_plain(network: Network, target: Path) -> None:
    network = network.float().eval()
    network.encoder.config._attn_implementation = "eager"
    ids = torch.tensor([[0, 5, 6, 7, 2, 8, 9, 2]])
    inputs = (ids, torch.ones_like(ids), torch.tensor([[0, 0, 0, 0, 0, 1, 1, 1]]))
    with torch.no_grad():
        names = list(network(*inputs))
    axes = {0: "batch", 1: "tokens"}
    by_token = {"tags", "asked", "inside", "around", "judged"}
    with warnings.catch_warnings():
        # The older exporter says that it is old; its graphs are the ones that quantise well.
        warnings.simplefilter("ignore")
        torch.onnx.export(
            network,
            inputs,
            str(target),
            dynamo=False,
            opset_version=17,
            input_names=["ids", "mask", "turns"],
            output_names=names,
            dynamic_axes=dict.fromkeys(("ids", "mask", "turns"), axes)
            | {name: axes if name in by_token else {0: "batch"} for name in names},
        )
    model = onnx.load(target)
    _label(model, network)
    onnx.save(model, target)


def _label(model: onnx.ModelProto, network: Network) -> None:
    """Put into the file what its outputs mean."""
    labels = {
        "tags": TAGS,
        "slots": SLOTS,
        "kept": KEPT,
        "none": network.none.item(),
        "scale": network.scale.item(),
    }
    del model.metadata_props[:]
    entry = model.metadata_props.add()
    entry.key, entry.value = "labels", json.dumps(labels)
