# SPDX-License-Identifier: Apache-2.0
"""What is measured: each case is a row of the tables in docs/performance.md."""

import os
from dataclasses import dataclass

from harness import load, systemcalls
from harness.servers import Coturn, Limit, OpenSwiftTURN, SmallCoturn, SmallOpenSwiftTURN, SwiftTURN

CPU_PER_PACKET = ("server_cpu_us_per_packet", "CPU per packet, µs")
LATENCY = ("latency_us_p99", "latency p99, µs")
# Seconds before each slice. Connections are open by then.
SLICE_WARMUP = 0.3


@dataclass(frozen=True)
class Bar:
    """The most that the ratio of ours to another's median may be, and where to keep going to."""

    metric: tuple
    coturn: float | None = None
    coturn_goal: float | None = None
    limit: float | None = None
    limit_goal: float | None = None
    # nginx and Node.
    web: float | None = None
    # Of our own number, which is a ratio already.
    own: float | None = None
    own_goal: float | None = None

    def against(self, title):
        """The bar and the goal beside a server."""
        if title == "coturn":
            return self.coturn, self.coturn_goal
        return (self.limit, self.limit_goal) if title == "limit" else (self.web, None)


@dataclass(frozen=True)
class Case:
    name: str
    transport: str
    bars: tuple = ()
    options: tuple = ()
    servers: tuple = (SwiftTURN, Coturn, Limit)
    is_quick: bool = False
    # What the load generator is started with.
    prefix: tuple = ()
    # Titles of the servers that ours is compared with.
    others: tuple = ("coturn", "limit")
    # How many parts a round has. With more than one all servers run, and each part measures one after the other.
    slices: int = 1

    def measure(self, server, seconds, *options):
        return load.run(
            "call", server, self.transport, "--seconds", seconds, *self.target(server), *self.options, *options,
            prefix=self.prefix, timeout=60 + 4 * seconds,
        )  # fmt: skip

    def target(self, server):
        return ("--to", "limit") if isinstance(server, Limit) else ()


@dataclass(frozen=True)
class CallCase(Case):
    """A call that says the same however often it begins anew. It is measured in slices: CPUs of virtual machines change
    their speed every few seconds, which disturbs neighbours alike, and whole rounds not."""

    slices: int = 5

    def measure(self, server, seconds, *options):
        return super().measure(server, seconds, "--warmup", SLICE_WARMUP, *options)


@dataclass(frozen=True)
class AllocationCase(Case):
    """Allocations, all kept: so many under way at the same time."""

    count: int = 2000
    at_once: int = 1

    def measure(self, server, seconds):
        return load.run("allocate", server, self.transport, "--count", self.count, "--at-once", self.at_once)


@dataclass(frozen=True)
class CrowdedCase(Case):
    """A call alone, and beside allocations that do nothing."""

    idle: int = 2000

    def measure(self, server, seconds):
        alone = super().measure(server, seconds)
        crowd = load.start(
            "allocate", server, self.transport, "--warmup", 0, "--count", self.idle, "--hold", int(seconds) + 30
        )
        try:
            # It reports when all of them are there.
            load.first_report(crowd)
            result = super().measure(server, seconds)
            if crowd.poll() is not None:
                raise RuntimeError("the idle allocations ended before the call beside them")
            return {**result, "cost_growth": result[CPU_PER_PACKET[0]] / alone[CPU_PER_PACKET[0]]}
        finally:
            crowd.kill()
            crowd.wait()


@dataclass(frozen=True)
class HandshakeCase(Case):
    """A paced call, alone and while others connect. The second is what counts, as a multiple of the first.

    Who connects shares a CPU with the call's clients, and runs when those have nothing to do: without the real-time
    priority of the latter (sched(7)), which only root can give, half of what is measured would be their own delay.
    """

    rate: int = 200
    prefix: tuple = ("chrt", "--fifo", "1") if os.geteuid() == 0 else ()

    def measure(self, server, seconds):
        alone = super().measure(server, seconds)
        others = load.start("handshakes", server, "tls", "--rate", self.rate, "--seconds", seconds + 2,
                            prefix=("chrt", "--idle", "0"))  # fmt: skip
        together = super().measure(server, seconds)
        together["handshakes"] = load.finish(others)["handshakes"]
        together["latency_growth"] = together["latency_us_p99"] / alone["latency_us_p99"]
        return together


@dataclass(frozen=True)
class TwoLoopsCase(Case):
    """What two event loops on two CPUs deliver, as a multiple of what one delivers on one.

    The load generator needs about as much of a CPU as the server, so it shares each CPU with the server's loop there:
    one process of it on one CPU, then two on two.
    """

    def measure(self, server, seconds):
        one = self.deliver(server, ("0",), seconds)
        with type(server)(server.directory, server.certificate, "0,1", loops=2).start(self.transport) as larger:
            two = self.deliver(larger, ("0", "1"), seconds)
        share = two["generator_cpu_us_per_packet"] / (
            two["generator_cpu_us_per_packet"] + two["server_cpu_us_per_packet"]
        )
        return {**two, "growth": two["packets_per_second"] / one["packets_per_second"], "generator_share": share}

    def deliver(self, server, cpus, seconds):
        options = ("--seconds", seconds, *self.options)
        runs = [load.start("call", server, self.transport, *options, cpu=cpu) for cpu in cpus]
        results = [load.finish(run, 60 + 4 * seconds) for run in runs]
        rates = [result["packets_per_second"] for result in results]
        # Each has counted the CPU of the whole server for its own packets.
        shares = [result["server_cpu_us_per_packet"] * rate for result, rate in zip(results, rates)]
        return {
            **results[0],
            "packets_per_second": sum(rates),
            "server_cpu_us_per_packet": max(shares) / sum(rates),
        }


@dataclass(frozen=True)
class ScaleCase(CallCase):
    """A call of many pairs, and the same of 20 with another server: its cost as a multiple of theirs."""

    def measure(self, server, seconds):
        many = super().measure(server, seconds)
        with type(server)(server.directory, server.certificate).start(self.transport) as other:
            few = super().measure(other, seconds, "--pairs", 20)
        return {**many, "cost_growth": many[CPU_PER_PACKET[0]] / few[CPU_PER_PACKET[0]]}


@dataclass(frozen=True)
class SystemCallsCase(Case):
    """System calls of the server for each packet. They are counted in a run of their own: it is many times slower."""

    def measure(self, server, seconds):
        with systemcalls.counted(server.pid) as count:
            result = super().measure(server, seconds)
        return {"system_calls_per_packet": count[0] / result["delivered"]}


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
            yield CallCase(f"{name}, maximum", "tls", (CALL_MAXIMUM, FRESHNESS), shape, is_quick=quick)
            yield CallCase(f"{name}, 10,000/s", "tls", (CALL_PACED,), (*shape, *PACE))
    yield CallCase("TCP call, 1200 B, 20 pairs, maximum", "tcp", (Bar(CPU_PER_PACKET, 0.33, 0.22, 1.7, 1.2), FRESHNESS),
               is_quick=True)  # fmt: skip
    yield CallCase("UDP call, 1200 B, 20 pairs, maximum", "udp", (Bar(CPU_PER_PACKET, 0.60, 0.45, 1.3, 1.0), FRESHNESS),
               servers=(OpenSwiftTURN, Coturn, Limit), is_quick=True)  # fmt: skip
    yield CallCase("UDP to an outside peer, 1200 B, 20 clients, maximum", "udp",
               (Bar(CPU_PER_PACKET, 0.85, 0.65), FRESHNESS), ("--to", "peers"),
               servers=(OpenSwiftTURN, Coturn), is_quick=True)  # fmt: skip
    yield CallCase("UDP to an outside peer, Send indications, maximum", "udp", (), ("--to", "peers", "--indications"),
               servers=(OpenSwiftTURN, Coturn))  # fmt: skip


def allocations():
    cpu, memory = ("cpu_us_per_allocation", "CPU, µs"), ("bytes_per_allocation", "memory, bytes")
    udp, tls = (Bar(cpu, 0.50, 0.25), Bar(memory, 0.25, 0.10)), (Bar(cpu, 0.80, 0.60), Bar(memory, 0.50, 0.30))
    for at_once, manner in ((16, "16 at once"), (1, "one by one")):
        for transport, kind, bars in (("udp", "UDP", udp), ("tls", "TLS, with handshake", tls)):
            yield AllocationCase(f"allocation over {kind}, {manner}", transport, bars,
                                 servers=(OpenSwiftTURN, Coturn), at_once=at_once)  # fmt: skip
    yield AllocationCase("allocation over TLS, with handshake, 16 at once, ECDSA", "tls", (Bar(cpu, 0.80, 0.60),),
                         servers=(SmallOpenSwiftTURN, SmallCoturn), at_once=16)  # fmt: skip


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
    growth = Bar(("cost_growth", "CPU per packet ÷ that of 20 pairs alone"), own=1.2)
    yield CrowdedCase("TLS call, 20 pairs, beside 2,000 idle allocations", "tls", (Bar(CPU_PER_PACKET), growth),
                      servers=(SwiftTURN,))  # fmt: skip
    yield ScaleCase("TLS call, 1200 B, 200 pairs, maximum", "tls", (CALL_MAXIMUM, FRESHNESS, growth),
                    ("--pairs", 200))  # fmt: skip
    # Little can be done together here, so that each packet pays for the memory of its connection.
    yield ScaleCase("TLS call, 1200 B, 200 pairs, a window of 4", "tls", (Bar(CPU_PER_PACKET), growth),
                    ("--pairs", 200, "--window", 4))  # fmt: skip
    yield TwoLoopsCase("TLS call, 10 pairs for each CPU, two event loops", "tls",
                       (Bar(("growth", "packets/s ÷ those of one loop")), Bar(("generator_share", "generator's share"))),
                       ("--pairs", 10), servers=(SwiftTURN,))  # fmt: skip


def system_calls():
    calls = (Bar(("system_calls_per_packet", "system calls per packet")),)
    for transport in ("tls", "tcp", "udp"):
        ours = OpenSwiftTURN if transport == "udp" else SwiftTURN
        yield SystemCallsCase(f"system calls of a {transport.upper()} call, 20 pairs", transport, calls,
                              servers=(ours, Coturn, Limit))  # fmt: skip
    yield SystemCallsCase("system calls of a TLS call, 20 pairs, 10,000/s", "tls", calls, PACE)


CASES = (*calls(), *allocations(), *others(), *system_calls())
