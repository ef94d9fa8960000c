# SPDX-License-Identifier: Apache-2.0
"""Tables of what was measured, in Markdown."""

import platform
from datetime import date
from pathlib import Path
from statistics import median

from harness.cases import CPU_PER_PACKET, LATENCY

RATE = ("packets_per_second", "packets/s")


def spread(values, digits=2):
    """The median, with the least and the most."""
    if len(values) == 1:
        return f"{values[0]:,.{digits}f}"
    return f"{median(values):,.{digits}f} ({min(values):,.{digits}f}–{max(values):,.{digits}f})"


def ratios(ours, theirs):
    """Of each round, slice by slice: what disturbs the machine disturbs neighbours alike."""
    rounds = ([one / other for one, other in zip(*pair) if other] for pair in zip(ours, theirs))
    return [median(values) for values in rounds if values]


def verdict(values, bar, goal):
    if bar is None:
        return ""
    middle = median(values)
    word = "goal" if goal is not None and middle <= goal else "met" if middle <= bar else "**missed**"
    return f"{word} (bar {bar:g})"


def machine():
    model = next(
        (line.split(":")[1].strip() for line in Path("/proc/cpuinfo").read_text().splitlines()
         if line.startswith("model name")), platform.machine())  # fmt: skip
    return f"{date.today()}, {model}, Linux {platform.release()}"


class Results:
    """Measurements by case, server, round and slice."""

    def __init__(self):
        self.values = {}

    def add(self, measured):
        """Takes a round: its cases, servers and slices."""
        for case, server, slices in measured:
            self.values.setdefault(case.name, {}).setdefault(server.title, []).append(slices)

    def slices(self, name, title, metric):
        """For each round what its slices gave."""
        rounds = self.values.get(name, {}).get(title, [])
        return [[part[metric] for part in slices] for slices in rounds if metric in slices[0]]

    def of(self, name, title, metric):
        """The median of each round."""
        return [median(values) for values in self.slices(name, title, metric)]

    def ratio_tables(self, cases):
        """A table for each set of servers to compare with."""
        for others in dict.fromkeys(case.others for case in cases):
            titles = ["case", "what", "swiftturn", *others, *(f"ours ÷ {other}" for other in others)]
            yield f"| {' | '.join(titles)} |"
            yield "|---" * len(titles) + "|"
            for case in cases:
                if case.others == others:
                    yield from (self.ratio_row(case, bar) for bar in case.bars)
            yield ""

    def ratio_row(self, case, bar):
        metric, label = bar.metric
        ours = self.of(case.name, "swiftturn", metric)
        cells = [case.name, label, f"{spread(ours)} {verdict(ours, bar.own, bar.own_goal)}".strip()]
        theirs = [self.of(case.name, title, metric) for title in case.others]
        cells += [spread(values) if values else "" for values in theirs]
        for title in case.others:
            compared = ratios(self.slices(case.name, "swiftturn", metric), self.slices(case.name, title, metric))
            cells.append(f"{spread(compared)} {verdict(compared, *bar.against(title))}".strip() if compared else "")
        return f"| {' | '.join(cells)} |"

    def detail_rows(self, cases):
        yield "| case | server | packets/s | CPU per packet, µs | p99, µs | lost | switches per packet | generator, µs per packet |"
        yield "|---|---|---|---|---|---|---|---|"
        for case in cases:
            for title in self.values.get(case.name, {}):
                if not self.of(case.name, title, RATE[0]):
                    continue
                columns = [
                    spread(self.of(case.name, title, RATE[0]), 0), spread(self.of(case.name, title, CPU_PER_PACKET[0])),
                    spread(self.of(case.name, title, LATENCY[0]), 0), str(sum(map(sum, self.slices(case.name, title, "lost")))),
                    spread(self.of(case.name, title, "server_switches_per_packet"), 3),
                    spread(self.of(case.name, title, "generator_cpu_us_per_packet")),
                ]  # fmt: skip
                yield f"| {case.name} | {title} | {' | '.join(columns)} |"
