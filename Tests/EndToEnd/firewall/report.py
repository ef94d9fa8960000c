# SPDX-License-Identifier: Apache-2.0
"""What people and programs read of a variant."""

SIDES = {"people": "Between people and firewall", "server": "Between firewall and server"}


def text(result):
    lines = [f"== {result['title']}"]
    for name, counts in result["capture"].items():
        lines += packets(SIDES[name], counts)
    if "server listens on" in result:
        others = result["server's other sockets"]
        lines.append(f"The server listens on {', '.join(result['server listens on'])}; sockets that are not TCP: {others}")
    for name, measured in result["call"].items():
        lines.append(f"{name.capitalize()}: " + "; ".join(f"{what}: {value}" for what, value in measured.items()))
    lines += [f"FAULT: {fault}" for fault in result["faults"]]
    return "\n".join(lines)


def packets(title, counts):
    yield f"{title:<30}{'came to it':>12}{'left it':>10}   packets"
    for kind in sorted(counts.arrived.keys() | counts.left.keys(), key=lambda kind: -counts.arrived[kind]):
        fate = "" if counts.left[kind] else "   dropped"
        yield f"  {kind:<28}{counts.arrived[kind]:>12}{counts.left[kind]:>10}{fate}"


def plain(results):
    """For JSON."""
    return {
        name: {**result, "capture": {side: counts._asdict() for side, counts in result["capture"].items()}}
        for name, result in results.items()
    }
