"""Compares sextant's estimates with obp's on the same log, and fails where they differ by more than 1e-6.

usage: compare_with_obp.py REPORT.json TERMS.parquet [REPORT.json TERMS.parquet ...]
REPORT is what `sextant evaluate --json` printed, TERMS what it wrote with --terms.
"""

import json
import sys

import pandas as pd

from open_bandit_pipeline import obp_values

TOLERANCE = 1e-6


def compare(report_file, terms_file):
    """Prints a line for each estimator. Returns the largest difference."""
    with open(report_file, encoding="utf-8") as file:
        report = json.load(file)
    terms = pd.read_parquet(terms_file)
    if (terms["action_dist"].map(sum) < 1 - 1e-9).any():
        sys.exit(f"{terms_file}: obp takes no log in which the policy picks what was no candidate")
    obp = obp_values(terms, n_actions=len(terms["action_dist"].iloc[0]))
    largest = 0.0
    for estimate in report["quality"]["estimates"]:
        name, value = estimate["estimator"], estimate["value"]
        largest = max(largest, abs(value - obp[name]))
        print(f"{terms_file}  {name:10} sextant {value:.12f}  obp {obp[name]:.12f}  {value - obp[name]:+.1e}")
    return largest


def main(files):
    if not files or len(files) % 2 != 0:
        sys.exit(__doc__)
    largest = max(compare(*pair) for pair in zip(files[::2], files[1::2]))
    print(f"largest difference {largest:.1e}, asked {TOLERANCE:.0e}")
    sys.exit(0 if largest <= TOLERANCE else 1)


if __name__ == "__main__":
    main(sys.argv[1:])
