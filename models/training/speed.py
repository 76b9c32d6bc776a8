"""Speed of an exported network on one thread, beside the least time its multiply-adds need on this machine."""

from __future__ import annotations

import time
from pathlib import Path

import numpy as np
import onnx
import onnxruntime

from .targets import session

RUNS = 60
#: Side of the square matrices whose product measures what the machine reaches.
PRODUCT = 256


def measure(path: Path, feed: dict[str, np.ndarray]) -> dict:
    """Milliseconds of one inference (minimum, median), millions of multiply-adds, the floor in ms, and the ratio of the minimum to it."""
    network = session(path)
    for _ in range(10):
        network.run(None, feed)
    times = [_milliseconds(lambda: network.run(None, feed)) for _ in range(RUNS)]
    million, billion = multiply_adds(path, feed) / 1e6, _product_rate()
    floor = million / billion
    return {
        "ms_min": round(min(times), 2), "ms_median": round(float(np.median(times)), 2), "mmacs": round(million, 1), "gmacs": round(billion, 1),
        "floor_ms": round(floor, 2), "ratio": round(min(times) / floor, 1),
    }  # fmt: skip


def _milliseconds(work) -> float:
    start = time.perf_counter()
    work()
    return 1e3 * (time.perf_counter() - start)


def _product_rate() -> float:
    """Billions of multiply-adds a second in a 32-bit matrix product run by the same runtime on one thread: best of 300."""
    import tempfile

    from onnx import TensorProto, helper

    ports = [helper.make_tensor_value_info(name, TensorProto.FLOAT, [PRODUCT, PRODUCT]) for name in "abc"]
    graph = helper.make_graph([helper.make_node("MatMul", ["a", "b"], ["c"])], "product", ports[:2], ports[2:])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 14)], ir_version=8)
    values = np.random.default_rng(0).random((PRODUCT, PRODUCT), np.float32)
    with tempfile.TemporaryDirectory() as folder:
        onnx.save(model, str(Path(folder) / "product.onnx"))
        network = session(Path(folder) / "product.onnx")
    best = min(_milliseconds(lambda: network.run(None, {"a": values, "b": values})) for _ in range(300))
    return PRODUCT**3 / best / 1e6


def multiply_adds(path: Path, feed: dict[str, np.ndarray]) -> int:
    """Multiply-adds of the convolutions and matrix products of one inference; shapes are taken from running it."""
    model = onnx.load(str(path))
    nodes = [node for node in model.graph.node if node.op_type in ("Conv", "MatMul", "Gemm")]
    shape = {constant.name: list(constant.dims) for constant in model.graph.initializer}
    wanted = {name for node in nodes for name in (node.input[0], node.input[1], node.output[0])} - shape.keys() - feed.keys()
    known = {port.name for port in model.graph.output}
    model.graph.output.extend(onnx.ValueInfoProto(name=name) for name in sorted(wanted - known))
    options = onnxruntime.SessionOptions()
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    network = onnxruntime.InferenceSession(model.SerializeToString(), options, providers=["CPUExecutionProvider"])
    names = [output.name for output in network.get_outputs()]
    shape |= {name: list(value.shape) for name, value in zip(names, network.run(names, feed))}
    shape |= {name: list(value.shape) for name, value in feed.items()}
    total = 0
    for node in nodes:
        inner = np.prod(shape[node.input[1]][1:]) if node.op_type == "Conv" else shape[node.input[0]][-1]
        total += int(np.prod(shape[node.output[0]]) * inner)
    return total
