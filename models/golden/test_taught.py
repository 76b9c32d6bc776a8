"""The golden products are those of the training package as it is: run with `python3 -m unittest` in this folder."""

import json
import unittest

import taught


class TaughtTest(unittest.TestCase):
    """`taught.json` against a fresh run."""

    def test_golden_products_are_up_to_date(self):
        stored, fresh = json.loads(taught.FILE.read_text()), taught.golden()
        self.assertEqual(stored.keys(), fresh.keys())
        for name, rows in stored.items():
            for old, new in zip(rows, fresh[name], strict=True):
                for a, b in zip(old, new, strict=True):
                    self.assertAlmostEqual(a, b, places=9, msg=name)


if __name__ == "__main__":
    unittest.main()
