# SPDX-License-Identifier: Apache-2.0
"""What a service manager sees of the program: notifications, the watchdog, sockets that it hands over, and the end."""

import signal
import socket
import subprocess
import sys
import threading
import time

import pytest

from conftest import REPOSITORY, Server
from turn import Client
from wire import connect, start_tls


class Manager:
    """As much of systemd as a service notices: a socket for notifications, and a listening one that outlives processes."""

    def __init__(self, program, directory, port):
        self.program, self.port = program, port
        self.path = directory / "notify"
        self.notifications = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.notifications.bind(str(self.path))
        self.notifications.settimeout(40)
        self.listener = socket.create_server(("127.0.0.1", port), backlog=256)

    def serve(self, *arguments, watchdog: float | None = None, activated: bool = True) -> Server:
        environment = {**self.program.environment, "NOTIFY_SOCKET": str(self.path)}
        if watchdog:
            environment["WATCHDOG_USEC"] = str(int(watchdog * 1_000_000))
        command = [str(self.program.binary), "serve", *map(str, arguments)]
        if activated:
            command = [sys.executable, str(REPOSITORY / "Tests" / "activate.py"), str(self.listener.fileno()), *command]
        process = subprocess.Popen(
            command, env=environment, pass_fds=[self.listener.fileno()] if activated else [],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )
        self.program.servers.append(process)
        return Server(process)

    def wait_for(self, state: str) -> dict[str, str]:
        while True:
            told = dict(line.split("=", 1) for line in self.notifications.recv(4096).decode().splitlines())
            if state in told:
                return told


@pytest.fixture
def manager(program, tmp_path, port):
    manager = Manager(program, tmp_path, port)
    yield manager
    manager.listener.close()
    manager.notifications.close()


def test_the_manager_is_told_how_the_server_is(manager, other_port):
    server = manager.serve("--dev", "--listen", f"127.0.0.1:{other_port}", watchdog=0.4, activated=False)
    assert manager.wait_for("READY") == {"READY": "1", "STATUS": f"Serving {server.url}"}
    for _ in range(3):
        assert manager.wait_for("WATCHDOG") == {"WATCHDOG": "1"}
    before = time.clock_gettime_ns(time.CLOCK_MONOTONIC) // 1000
    server.process.send_signal(signal.SIGHUP)
    told = manager.wait_for("RELOADING")
    assert before <= int(told["MONOTONIC_USEC"]) <= time.clock_gettime_ns(time.CLOCK_MONOTONIC) // 1000
    assert "READY" in manager.wait_for("READY")
    server.process.send_signal(signal.SIGTERM)
    assert manager.wait_for("STOPPING")["STATUS"].startswith("Stopping")
    assert server.stop()[0] == 0


def test_a_server_that_hangs_is_not_said_to_work(manager, other_port):
    server = manager.serve("--dev", "--listen", f"127.0.0.1:{other_port}", watchdog=0.4, activated=False)
    manager.wait_for("WATCHDOG")
    server.process.send_signal(signal.SIGSTOP)
    manager.notifications.settimeout(1)
    with pytest.raises(TimeoutError):
        while True:
            manager.wait_for("WATCHDOG")
    server.process.send_signal(signal.SIGCONT)
    manager.notifications.settimeout(40)
    manager.wait_for("WATCHDOG")


def test_a_socket_that_no_listener_is_for_is_refused(program, manager, other_port):
    with pytest.raises(AssertionError, match=f"has nothing for 127.0.0.1:{manager.port}"):
        manager.serve("--dev", "--listen", f"127.0.0.1:{other_port}")
    assert program.servers[-1].returncode == 78


def test_the_socket_is_all_that_is_needed(manager, program):
    server = manager.serve("--dev", "--listen", f"127.0.0.1:{manager.port}")
    assert program.run("probe", f"turns:localhost:{manager.port}", "--ca", str(program.authority)).returncode == 0
    assert server.stop()[0] == 0
    # It is still there, and somebody waits in front of it until the next one comes.
    with connect(manager.port):
        pass


class Visitors:
    """Connect again and again, ask for a page, and count what became of it."""

    def __init__(self, port: int, authority):
        self.port, self.authority = port, authority
        self.served, self.refused, self.failed = 0, 0, 0
        self.is_done = threading.Event()
        self.was_served = threading.Condition()
        self.threads = [threading.Thread(target=self._visit) for _ in range(4)]

    def __enter__(self):
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self.is_done.set()
        for thread in self.threads:
            thread.join()

    def _visit(self):
        while not self.is_done.is_set():
            try:
                connection = connect(self.port)
            except ConnectionRefusedError:
                self._count("refused")
                continue
            try:
                with start_tls(connection, self.authority) as secure:
                    secure.sendall(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
                    answer = secure.recv(20)
                self._count("served" if answer.startswith(b"HTTP/1.1 200") else "failed")
            except OSError:
                self._count("failed")

    def _count(self, fate: str):
        with self.was_served:
            setattr(self, fate, getattr(self, fate) + 1)
            self.was_served.notify_all()

    def wait_for(self, more: int):
        goal = self.served + more
        with self.was_served:
            assert self.was_served.wait_for(lambda: self.served >= goal, timeout=60)


def test_an_upgrade_refuses_nobody(manager, program):
    arguments = ["--dev", "--drain-seconds", "10", "--listen", f"127.0.0.1:{manager.port}"]
    old = manager.serve(*arguments)
    with Visitors(manager.port, program.authority) as visitors:
        visitors.wait_for(20)
        new = manager.serve(*arguments)
        visitors.wait_for(20)
        assert old.stop()[0] == 0
        visitors.wait_for(20)
        # And without an overlap: whoever comes in between waits.
        assert new.stop()[0] == 0
        manager.serve(*arguments)
        visitors.wait_for(20)
    assert (visitors.refused, visitors.failed) == (0, 0), visitors.served


# The end

def drained(program, port, seconds, *arguments):
    server = program.serve(
        "--listen", f"tcp:127.0.0.1:{port}", "--turn-host", "turn.test", "--user", "alice:wonder",
        "--drain-seconds", str(seconds), *arguments,
    )
    client, stranger = Client(connect(port)), Client(connect(port))
    assert client.allocate("alice", "wonder") == 0
    server.process.send_signal(signal.SIGTERM)
    while "stopping" not in server.process.stderr.readline():
        pass
    return server, client, stranger


def test_a_server_that_stops_lets_nobody_in_and_keeps_who_is_there(program, port):
    server, client, stranger = drained(program, port, 3600)
    with pytest.raises(ConnectionRefusedError):
        connect(port)
    assert stranger.allocate("alice", "wonder") == 508
    assert client.bind_channel(client) != 401
    assert server.process.poll() is None
    # A second signal is the end.
    assert server.stop()[0] == 0


def test_who_is_there_is_sent_elsewhere(program, port):
    server, _, stranger = drained(program, port, 3600, "--alternate-server", "127.0.0.1:3478")
    assert stranger.allocate("alice", "wonder") == 300
    server.stop()


def test_the_end_comes_when_the_last_one_has_gone(program, port):
    server, client, _ = drained(program, port, 3600)
    client.connection.close()
    assert server.process.wait(30) == 0


def test_the_end_comes_in_time(program, port):
    server, *_ = drained(program, port, 0)
    assert server.process.wait(30) == 0
