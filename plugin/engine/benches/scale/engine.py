"""Impasto's search, asked through the bench program's pipes."""

import json
import subprocess
from pathlib import Path


CARGO = ("cargo", "bench", "--quiet", "-p", "impasto-engine", "--bench", "scale", "--")


def opening(program: list[str], folder: Path, chunks: int) -> dict:
    """What opening an index of so many chunks takes, in a process of its own."""
    command = [*program, "--open", str(folder), str(chunks)]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
    return json.loads(done.stdout)


class Engine:
    """The bench program, serving."""

    def __init__(self, program: list[str], folder: Path) -> None:
        self.process = subprocess.Popen(
            [*program, "--serve", str(folder)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def ask(self, *words: object) -> dict:
        """One command, one answer."""
        print(*words, file=self.process.stdin, flush=True)
        answer = self.process.stdout.readline()
        if not answer:
            raise RuntimeError("the bench program ended: its own output says why")
        return json.loads(answer)

    def close(self) -> None:
        """Ends the program."""
        self.process.stdin.close()
        self.process.wait()
