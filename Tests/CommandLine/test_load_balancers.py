# SPDX-License-Identifier: Apache-2.0
"""The load balancers of docs/operations.md, with the blocks of that page."""

import re
import socket
import subprocess
import time

import pytest

from conftest import REPOSITORY, free_port
from test_serve import get
from wire import binding_request, connect, mapped_address, read_message, start_tls

PAGE = (REPOSITORY / "docs" / "operations.md").read_text()
PATIENCE = 30
CLIENT = "127.0.0.3"
BACKEND = "10.0.0.10:443"
# Where it writes, and who it is: of this machine, not of the page.
NGINX = """
load_module /usr/lib/nginx/modules/ngx_stream_module.so;
daemon off; error_log stderr; pid {directory}/pid; events {{}}
"""
HAPROXY = "global\n    log stdout format raw local0\n"


def block(language: str) -> str:
    return re.search(rf"```{language}\n(.*?)```", PAGE, re.DOTALL)[1]


def replaced(text: str, old: str, new: str) -> str:
    assert old in text, f"the page does not say {old!r} any more"
    return text.replace(old, new)


class Balancer:
    def __init__(self, directory, port: int, backend: int):
        self.directory, self.port, self.backend = directory, port, backend
        self.log = directory / "balancer.log"

    def start(self, command, text: str, listens: tuple[str, str]):
        """`listens`: the page's words for the port, and the beginning of ours."""
        text = replaced(text, BACKEND, f"127.0.0.1:{self.backend}")
        text = replaced(text, listens[0], f"{listens[1]} 127.0.0.1:{self.port}")
        file = self.directory / "balancer.conf"
        file.write_text(text)
        with self.log.open("w") as log:
            self.process = subprocess.Popen([*command, str(file)], stdout=log, stderr=log)

    def haproxy(self):
        text = replaced(block("haproxy"), "defaults\n", "defaults\n    log global\n    option log-health-checks\n")
        self.start(["haproxy", "-f"], HAPROXY + text, ("bind :443", "bind"))

    def nginx(self):
        head = NGINX.format(directory=self.directory)
        self.start(["nginx", "-p", str(self.directory), "-e", "stderr", "-c"], head + block("nginx"), ("listen 443", "listen"))

    def wait(self, condition):
        deadline = time.monotonic() + PATIENCE
        while not condition():
            assert self.process.poll() is None and time.monotonic() < deadline, self.log.read_text()
            time.sleep(0.05)

    def listens(self) -> bool:
        try:
            socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
            return True
        except OSError:
            return False


@pytest.fixture
def balancer(program, port, tmp_path):
    backend = free_port()
    program.serve("--dev", "--listen", f"127.0.0.1:{backend}", "--proxy-protocol-from", "127.0.0.1/32")
    balancer = Balancer(tmp_path, port, backend)
    yield balancer
    balancer.process.terminate()
    balancer.process.wait(PATIENCE)


def is_passed_on(program, port: int):
    """The web and TURN inside TLS, with the address of the client."""
    assert get(f"https://localhost:{port}/", program.authority, "/healthz").stdout == "ok\n"
    with start_tls(connect(port, CLIENT), program.authority) as connection:
        connection.sendall(binding_request())
        assert mapped_address(read_message(connection)).startswith(f"{CLIENT}:")


def test_haproxy(program, balancer):
    balancer.haproxy()
    balancer.wait(lambda: "Health check for server swiftturn/one succeeded" in balancer.log.read_text())
    is_passed_on(program, balancer.port)


def test_nginx(program, balancer):
    balancer.nginx()
    balancer.wait(balancer.listens)
    is_passed_on(program, balancer.port)
