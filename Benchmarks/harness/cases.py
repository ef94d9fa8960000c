# SPDX-License-Identifier: Apache-2.0
"""What is measured: each case is a row of the tables in docs/performance.md."""

from dataclasses import dataclass

from harness import load
from harness.servers import Coturn, Limit, OpenSwiftTURN, SwiftTURN

CPU_PER_PACKET = ("server_cpu_us_per_packet", "CPU per packet, µs")
LATENCY = ("latency_us_p99", "latency p99, µs")


@dataclass(frozen=True)
class Bar:
    """The most that the ratio of ours to another's median may be, and where to keep going to."""

    metric: tuple
    coturn: float | None = None
    coturn_goal: float | None = None
    limit: float | None = None
    limit_goal: float | None = None
    # Of our own number, which is a ratio already.
    own: float | None = None
    own_goal: float | None = None


@dataclass(frozen=True)
class Case:
    name: str
    transport: str
    bars: tuple = ()
    options: tuple = ()
    servers: tuple = (SwiftTURN, Coturn, Limit)
    is_quick: bool = False

    def measure(self, server, seconds):
        target = ("--to", "limit") if isinstance(server, Limit) else ()
        return load.run(
            "call", server, self.transport, "--seconds", seconds, *target, *self.options, timeout=60 + 4 * seconds
        )


@dataclass(frozen=True)
class AllocationCase(Case):
    """Allocations one after the other, all kept."""

    count: int = 1000

    def measure(self, server, seconds):
        return load.run("allocate", server, self.transport, "--count", self.count)


@dataclass(frozen=True)
class CrowdedCase(Case):
    """A call beside allocations that do nothing."""

    idle: int = 2000

    def measure(self, server, seconds):
        crowd = load.start(
            "allocate", server, self.transport, "--warmup", 0, "--count", self.idle, "--hold", int(seconds) + 5
        )
        try:
            # It reports when all of them are there.
            crowd.stdout.readline()
            return super().measure(server, seconds)
        finally:
            crowd.kill()
            crowd.wait()


@dataclass(frozen=True)
class HandshakeCase(Case):
    """A paced call, alone and while others connect. The second is what counts, as a multiple of the first.

    Who connects shares a CPU with the call's clients, and runs when those have nothing to do.
    """

    rate: int = 200

    def measure(self, server, seconds):
        alone = super().measure(server, seconds)
        others = load.start("handshakes", server, "tls", "--rate", self.rate, "--seconds", seconds + 2,
                            prefix=("chrt", "--idle", "0"))  # fmt: skip
        together = super().measure(server, seconds)
        together["handshakes"] = load.finish(others)["handshakes"]
        together["latency_growth"] = together["latency_us_p99"] / alone["latency_us_p99"]
        return together


CALL_MAXIMUM = Bar(CPU_PER_PACKET, 0.30, 0.22, 1.6, 1.2)
CALL_PACED = Bar(CPU_PER_PACKET, 0.85, 0.70, 1.25, 1.1)
FRESHNESS = Bar(LATENCY, 0.50, 0.30)
PACE = ("--rate", 10_000)


def calls():
    for pairs in (20, 2):
        for size in (1200, 160):
            shape = ("--pairs", pairs, "--size", size)
            name = f"TLS call, {size} B, {pairs} pairs"
            quick = (pairs, size) == (20, 1200)
            yield Case(f"{name}, maximum", "tls", (CALL_MAXIMUM, FRESHNESS), shape, is_quick=quick)
            yield Case(f"{name}, 10,000/s", "tls", (CALL_PACED,), (*shape, *PACE))
    yield Case("TCP call, 1200 B, 20 pairs, maximum", "tcp", (Bar(CPU_PER_PACKET, 0.33, 0.22, 1.7, 1.2), FRESHNESS),
               is_quick=True)  # fmt: skip
    yield Case("UDP call, 1200 B, 20 pairs, maximum", "udp", (Bar(CPU_PER_PACKET, 0.60, 0.45, 1.3, 1.0), FRESHNESS),
               servers=(OpenSwiftTURN, Coturn, Limit), is_quick=True)  # fmt: skip
    yield Case("UDP to an outside peer, 1200 B, 20 clients, maximum", "udp",
               (Bar(CPU_PER_PACKET, 0.85, 0.65), FRESHNESS), ("--to", "peers"),
               servers=(OpenSwiftTURN, Coturn), is_quick=True)  # fmt: skip
    yield Case("UDP to an outside peer, Send indications, maximum", "udp", (), ("--to", "peers", "--indications"),
               servers=(OpenSwiftTURN, Coturn))  # fmt: skip


def allocations():
    cpu, memory = ("cpu_us_per_allocation", "CPU, µs"), ("bytes_per_allocation", "memory, bytes")
    yield AllocationCase("allocation over UDP", "udp", (Bar(cpu, 0.50, 0.25), Bar(memory, 0.25, 0.10)),
                         servers=(OpenSwiftTURN, Coturn))  # fmt: skip
    yield AllocationCase("allocation over TLS, with handshake", "tls", (Bar(cpu, 0.80, 0.60), Bar(memory, 0.50, 0.30)),
                         servers=(OpenSwiftTURN, Coturn))  # fmt: skip


# 1 Mbit/s of 1200-byte packets.
MEGABIT = 1_000_000 / 8 / 1200
SLOW_RECEIVER = ("--pairs", 1, "--one-way", "--rate", MEGABIT, "--read-rate", 500_000, "--receive-buffer", 8192,
                 "--warmup", 10)  # fmt: skip
AGE = ("latency_us_p50", "median age, µs")


def others():
    yield Case("slow TLS receiver, 500 kbit/s of 1 Mbit/s", "tls", (Bar(AGE, 0.15, 0.08),), SLOW_RECEIVER,
               servers=(SwiftTURN, Coturn))  # fmt: skip
    yield HandshakeCase("paced TLS call beside 200 handshakes/s", "tls",
                        (Bar(("latency_growth", "p99 ÷ p99 alone"), own=1.5, own_goal=1.1),), (*PACE, "--sleeps"),
                        servers=(SwiftTURN, Coturn))  # fmt: skip
    yield CrowdedCase("TLS call, 20 pairs, beside 2,000 idle allocations", "tls", (Bar(CPU_PER_PACKET),),
                      servers=(SwiftTURN,))  # fmt: skip
    yield Case("TLS call, 200 pairs, maximum", "tls", (Bar(CPU_PER_PACKET),), ("--pairs", 200, "--window", 4),
               servers=(SwiftTURN, Coturn, Limit))  # fmt: skip


CASES = (*calls(), *allocations(), *others())
