"""Write the networks as ONNX, with the heads folded in and the weights kept as 16-bit floats."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from . import correspondence

OPSET = 14
#: Smaller constants stay 32-bit: they weigh nothing, and biases and statistics deserve it.
HALVED_FROM = 1024


def _unit(x):
    import torch

    return x / torch.clamp(x.square().sum(dim=1, keepdim=True).sqrt(), min=1e-6)


def _tower(tower: correspondence.Tower):
    """The tower as a torch module; see `correspondence.Tower`."""
    import torch
    from torch import nn

    class Module(nn.Module):
        def __init__(self):
            super().__init__()
            self.linear = nn.Linear(*tower.matrix.shape)
            self.linear.weight.data = torch.from_numpy(tower.matrix.T.astype(np.float32)).contiguous()
            self.linear.bias.data = torch.from_numpy(tower.bias.astype(np.float32))

        def forward(self, x):
            raw = self.linear(x)
            split = correspondence.CONTRASTIVE
            return torch.cat([_unit(raw[:, :split]), _unit(raw[:, split:])], dim=1) * float(np.sqrt(0.5))

    return Module()


def audio(student, shape, heads: correspondence.Heads, target: Path) -> None:
    """Write the audio network: `mel` -> `embedding` in the space of `shape`, `point`, `tags`, `affect`."""
    import torch
    from torch import nn

    from .space import Space
    from .student import EMBEDDING

    class Network(nn.Module):
        def __init__(self):
            super().__init__()
            self.student, self.space, self.tower = student, Space(shape), _tower(heads.music)

        def forward(self, mel):
            hidden = self.student.hear(mel)
            raw, tags, affect = self.student.answer(hidden)
            embedding = self.space(hidden, raw, mel)
            # As `heads.Heard.features`: all that a library stores of a chunk, but for the patterns in time.
            point = self.tower(torch.cat([tags, affect, embedding[:, :EMBEDDING]], dim=1))
            return embedding, point, torch.sigmoid(tags), torch.sigmoid(affect)

    outputs = ["embedding", "point", "tags", "affect"]
    _write(Network(), torch.full((2, 1, 100, 320), -30.0) + 10.0 * torch.randn(2, 1, 100, 320), "mel", outputs, target)


def picture(trunk, heads: correspondence.Heads, target: Path) -> None:
    """Write the picture network: `picture` -> `point`."""
    import torch
    from torch import nn

    class Network(nn.Module):
        def __init__(self):
            super().__init__()
            self.trunk, self.tower = trunk, _tower(heads.picture)

        def forward(self, picture):
            features, _ = self.trunk(picture)
            return self.tower(features)

    _write(Network(), torch.zeros(2, 3, 224, 224), "picture", ["point"], target)


def _write(network, example, source: str, outputs: list[str], target: Path) -> None:
    import torch

    full = target.with_suffix(".full.onnx")
    torch.onnx.export(
        network.eval(), example, str(full), opset_version=OPSET, input_names=[source], output_names=outputs,
        dynamic_axes={name: {0: "n"} for name in [source, *outputs]},
    )  # fmt: skip
    halve(full, target)
    full.unlink()


def halve(source: Path, target: Path) -> None:
    """Store large float constants as 16-bit with a cast back; runtimes fold the cast when they load the file."""
    model = onnx.load(str(source))
    casts, kept = [], []
    for constant in model.graph.initializer:
        values = numpy_helper.to_array(constant)
        if constant.data_type != TensorProto.FLOAT or values.size < HALVED_FROM:
            kept.append(constant)
            continue
        half = f"{constant.name}.half"
        kept.append(numpy_helper.from_array(values.astype(np.float16), half))
        casts.append(helper.make_node("Cast", [half], [constant.name], to=TensorProto.FLOAT))
    nodes = [*casts, *model.graph.node]
    del model.graph.initializer[:], model.graph.node[:]
    model.graph.initializer.extend(kept)
    model.graph.node.extend(nodes)
    model.producer_name, model.producer_version = "impasto", ""
    onnx.checker.check_model(model)
    onnx.save(model, str(target))
