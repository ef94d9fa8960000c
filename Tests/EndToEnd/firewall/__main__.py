# SPDX-License-Identifier: Apache-2.0
"""Tries every firewall and says what was on the wire. `scripts/firewall-lab` starts it, in namespaces of its own."""

import argparse
import json
import os
import signal
import sys
import tempfile
from pathlib import Path

from firewall.report import plain, text
from firewall.topology import build
from firewall.variants import VARIANTS, try_variant
from support.certificates import Authority


def main():
    parser = argparse.ArgumentParser(prog="scripts/firewall-lab", description=__doc__.split(".")[0] + ".")
    parser.add_argument("variants", nargs="*", metavar="VARIANT", help=f"{', '.join(VARIANTS)}; without one, all")
    parser.add_argument("--json", type=Path, metavar="FILE", help="the same for programs")
    parser.add_argument("--keep", type=Path, metavar="DIR", help="captures and logs are left here")
    options = parser.parse_args()
    if unknown := set(options.variants) - set(VARIANTS):
        parser.error(f"no variant {', '.join(sorted(unknown))}")
    # The first process of a PID namespace has no default for signals. All others end with it.
    signal.signal(signal.SIGTERM, lambda *_: os._exit(128 + signal.SIGTERM))
    results = run(options.variants or VARIANTS, Path(tempfile.gettempdir()), options.keep)
    if options.json:
        options.json.write_text(json.dumps(plain(results), indent=2) + "\n")
    sys.exit(1 if any(result["faults"] for result in results.values()) else 0)


def run(names, temporary, kept):
    hosts = build(temporary)
    authority = Authority(temporary)
    results = {}
    for name in names:
        results[name] = try_variant(VARIANTS[name], hosts, authority, (kept or temporary) / name)
        print(text(results[name]), end="\n\n", flush=True)
    return results


if __name__ == "__main__":
    main()
