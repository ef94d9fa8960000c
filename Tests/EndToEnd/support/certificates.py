# SPDX-License-Identifier: Apache-2.0
"""A throwaway certificate authority, its leaves, and NSS databases that trust authorities."""

import subprocess
from ipaddress import ip_address
from pathlib import Path

DAYS = "2"


def run(*command):
    done = subprocess.run(list(map(str, command)), capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{command}: {done.stderr or done.stdout}"


class Authority:
    """Made with the openssl command."""

    def __init__(self, directory):
        self.directory = Path(directory)
        self.certificate = self.directory / "authority.pem"
        self.key = self.directory / "authority.key"
        run(
            "openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
            "-keyout", self.key, "-out", self.certificate, "-days", DAYS, "-subj", "/CN=swiftturn test authority",
            "-addext", "keyUsage=critical,keyCertSign,cRLSign",
        )  # fmt: skip

    def leaf(self, *names):
        """The files (certificate, private key) of a new leaf that is good for these names."""
        certificate, key = (self.directory / f"{names[0]}.{suffix}" for suffix in ("pem", "key"))
        run(
            "openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
            "-CA", self.certificate, "-CAkey", self.key, "-keyout", key, "-out", certificate, "-days", DAYS,
            "-subj", f"/CN={names[0]}",
            "-addext", "subjectAltName=" + ",".join(map(alternative_name, names)),
            "-addext", "basicConstraints=critical,CA:FALSE",
            "-addext", "extendedKeyUsage=serverAuth",
        )  # fmt: skip
        return certificate, key


def alternative_name(name):
    """As openssl-x509v3_config(5) writes it."""
    try:
        return f"IP:{ip_address(name)}"
    except ValueError:
        return f"DNS:{name}"


def browser_home(directory, *authorities):
    """A home whose NSS database trusts these authorities: the way a person does it, names are still verified."""
    database = Path(directory) / ".pki" / "nssdb"
    database.mkdir(parents=True)
    trust(database, authorities)
    return Path(directory)


def trust(database, authorities):
    """Makes an NSS database in this folder."""
    run("certutil", "-d", f"sql:{database}", "-N", "--empty-password")
    for number, authority in enumerate(authorities):
        run("certutil", "-d", f"sql:{database}", "-A", "-t", "C,,", "-n", f"test-{number}", "-i", authority)
