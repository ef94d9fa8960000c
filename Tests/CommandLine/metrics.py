# SPDX-License-Identifier: Apache-2.0
"""Reads metrics as Prometheus does."""

import subprocess

from prometheus_client.parser import text_string_to_metric_families

TOKEN = "a-token-for-prometheus"


class Metrics:
    def __init__(self, text: str):
        self.families = list(text_string_to_metric_families(text))
        samples = [sample for family in self.families for sample in family.samples]
        self.values = {(sample.name, frozenset(sample.labels.items())): sample.value for sample in samples}
        assert len(self.values) == len(samples), "a series is there twice"

    @property
    def names(self) -> set[str]:
        """As queries have them."""
        return {name for name, _ in self.values}

    def __call__(self, name: str, /, **labels: str) -> float:
        return self.values[name, frozenset(labels.items())]


def curl(*options) -> subprocess.CompletedProcess:
    command = ["curl", "--silent", "--show-error", *map(str, options)]
    return subprocess.run(command, capture_output=True, text=True, timeout=20)


def scrape(url: str, authority) -> Metrics:
    answer = curl("--fail", "--cacert", authority, "--oauth2-bearer", TOKEN, url.rstrip("/") + "/metrics")
    assert answer.returncode == 0, answer.stderr
    return Metrics(answer.stdout)
