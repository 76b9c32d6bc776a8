"""aisfx 0.1.2 (Ma and Lerch, ISMIR 2022; weights CC BY 4.0): sound-effects embedding, 512-d.

A nine-layer CNN on 44.1 kHz log-mel blocks. Only the embedding is kept.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from ..frontend import frames_of, triangles

RATE, WINDOW, HOP, BANDS = 44_100, 2048, 1024, 96
#: Largest value of the training data's log spectrograms; the package divides by it.
SCALE = 9.457798957824707
FILE = "aisfx.onnx"


def convert(package: Path, target: Path) -> None:
    """Write the embedding network: `mel` [n, t, 96] -> `embedding` [n, 512]."""
    import torch
    from torch import nn

    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            widths = [1, 64, 128, 256, 512]
            self.blocks = nn.ModuleList(self.block(a, b) for a, b in zip(widths, widths[1:]))

        @staticmethod
        def block(source: int, width: int):
            layers = nn.ModuleDict()
            layers["conv1"] = nn.Conv2d(source, width, 3, padding=1, bias=False)
            layers["bn1"] = nn.BatchNorm2d(width)
            layers["conv2"] = nn.Conv2d(width, width, 3, padding=1, bias=False)
            layers["bn2"] = nn.BatchNorm2d(width)
            return layers

        def forward(self, x):
            x = x.unsqueeze(1)
            for number, block in enumerate(self.blocks):
                x = torch.relu(block["bn1"](block["conv1"](x)))
                x = torch.relu(block["bn2"](block["conv2"](x)))
                if number < 3:
                    x = torch.max_pool2d(x, 2)
            return x.mean(dim=3).amax(dim=2)

    weights, _ = torch.load(package / "aisfx/models/checkpoint.pth", map_location="cpu")
    net = Net().eval()
    state = {}
    for name, value in weights.items():
        if name.startswith("embedding_net.conv_block"):
            number, rest = name[len("embedding_net.conv_block") :].split(".", 1)
            state[f"blocks.{int(number) - 1}.{rest}"] = value
    net.load_state_dict(state)
    torch.onnx.export(
        net, torch.zeros(2, 100, BANDS), str(target), opset_version=13,
        input_names=["mel"], output_names=["embedding"],
        dynamic_axes={"mel": {0: "n", 1: "t"}, "embedding": {0: "n"}},
    )  # fmt: skip


def _bank() -> np.ndarray:
    """HTK mel triangles over 0..22050 Hz, linear in mel within each triangle, of unit sum (Essentia's `warping`, `unit_sum`)."""
    mel = lambda hertz: 1127.01048 * np.log1p(np.asarray(hertz) / 700.0)  # noqa: E731
    bins = mel(np.arange(WINDOW // 2 + 1) * RATE / WINDOW)
    edges = np.linspace(0.0, mel(RATE / 2), BANDS + 2)
    bank = triangles(edges, bins)
    return bank / np.maximum(bank.sum(axis=1, keepdims=True), 1e-12)


_BANK = _bank().astype(np.float32)
_WINDOW = np.hanning(WINDOW).astype(np.float32)


def mel(audio: np.ndarray) -> np.ndarray:
    """Input [t, 96] of peak-normalised mono samples at 44.1 kHz."""
    audio = audio / (np.max(np.abs(audio)) + 1e-9)
    spectrum = np.fft.rfft(frames_of(audio.astype(np.float32), WINDOW, HOP) * _WINDOW)
    power = (spectrum.real**2 + spectrum.imag**2).astype(np.float32) @ _BANK.T
    return (np.log10(1e4 * power + 1.0) / SCALE).astype(np.float32)
