"""Training of Impasto's networks: fetch, corpus, teachers, distillation, heads, export.

Run from `models/` as `python -m training COMMAND`; see README.md beside this file.
"""
