"""The teachers: networks of other people, read from the Python packages that carry them.

Each module rebuilds one architecture, loads the weights from the unpacked package and
writes an ONNX file into the cache. Nothing of them is shipped except where a card says so.
"""
