"""The golden measures are those of the training package as it is: run with `python3 -m unittest` in this folder."""

import json
import unittest

import evaluation


class EvaluationTest(unittest.TestCase):
    """`evaluation.json` against a fresh run."""

    def test_golden_measures_are_up_to_date(self):
        stored, fresh = json.loads(evaluation.FILE.read_text()), evaluation.golden()
        for side in ("pictures", "music"):
            self.assertEqual(stored[side], fresh[side])
        for measure, values in stored["by_work"].items():
            for old, new in zip(values, fresh["by_work"][measure], strict=True):
                self.assertAlmostEqual(old, new, places=9, msg=measure)


if __name__ == "__main__":
    unittest.main()
