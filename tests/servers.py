"""Real servers for tests: a Redis and a broker on free ports of 127.0.0.1, gone at the end."""

import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import redis

from services.run import child, embedded
from services.run.ports import reserve
from tests.pace import Deadline

PATIENCE_S = 60.0


def until(condition: Callable[[], object], *, within_s: float = PATIENCE_S, what: str = "condition") -> None:
    """Poll until `condition` is true; fail after `within_s`, which is longer on a slow machine."""
    deadline = Deadline(within_s)
    while not condition():
        assert not deadline.is_over(), f"not within {within_s:g} s: {what}"
        time.sleep(0.01)


def free_port() -> int:
    """A port of 127.0.0.1 that nothing listens on, and that no other test gets."""
    (port,) = reserve(1)
    return port


@dataclass
class Server:
    """A server process that can be killed and started again on the same port."""

    scheme: str
    command: list[str]
    port: int = field(default_factory=free_port)
    _process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """The server's address."""
        return f"{self.scheme}://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Start the server and return when it accepts connections; it dies with this thread's process."""
        parts = [part.replace("{port}", str(self.port)) for part in self.command]
        # The wrapper's first argument is the process to die with: this one.
        wrapped = [sys.executable, "-S", "-E", str(child.__file__), str(os.getpid()), *parts]
        self._process = subprocess.Popen(
            wrapped, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        until(self._answers, what=f"{self.url} answers")

    def kill(self) -> None:
        """Kill the server as a crash would."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def freeze(self) -> None:
        """Freeze the server: it keeps its connections and answers nothing, until it is thawed or killed."""
        assert self._process is not None
        self._process.send_signal(signal.SIGSTOP)
        # The signal is sent, but until it is taken the server would go on.
        threads = Path(f"/proc/{self._process.pid}/task")
        until(lambda: all(_stands_still(each) for each in threads.iterdir()), what="it stands still")

    def thaw(self) -> None:
        """Let the server go on after `freeze`."""
        assert self._process is not None
        self._process.send_signal(signal.SIGCONT)

    def _answers(self) -> bool:
        assert self._process is not None
        assert self._process.poll() is None, f"{self.command[0]} ended with {self._process.returncode}"
        try:
            socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
        except OSError:
            return False
        return True


def _stands_still(thread: Path) -> bool:
    """Whether a thread in /proc was stopped by a signal, or has ended; proc(5) describes the file."""
    try:
        stat = (thread / "stat").read_text()
    except FileNotFoundError:
        return True
    # The state follows the command, which is in brackets and may contain some itself.
    return stat.rpartition(")")[2].split()[0] == "T"


@contextmanager
def redis_server() -> Iterator[Server]:
    """A real, empty Redis that keeps nothing on disk."""
    options = ["--bind", "127.0.0.1", "--port", "{port}", "--save", "", "--appendonly", "no"]
    yield from running(Server("redis", [embedded.redis_server(), *options]))


@contextmanager
def cluster_node(*, alone: bool = True) -> Iterator[Server]:
    """A real, empty Redis in cluster mode; alone it has all slots, and is ready after 2 s."""
    options = ["--bind", "127.0.0.1", "--port", "{port}", "--save", "", "--appendonly", "no"]
    with tempfile.TemporaryDirectory() as folder:
        # The port that nodes would use among themselves.
        options += ["--cluster-enabled", "yes", "--cluster-port", str(free_port()), "--dir", folder]
        options += ["--cluster-node-timeout", "500"]  # by which nodes wait for each other, too
        for server in running(Server("redis", [embedded.redis_server(), *options])):
            if alone:
                with redis.Redis.from_url(server.url) as owner:
                    owner.execute_command("CLUSTER ADDSLOTSRANGE", 0, 16383)
                    until(lambda: takes_keys(owner), what="the cluster takes keys")
            yield server


def takes_keys(node: redis.Redis) -> bool:
    """Whether a node of a cluster has begun its work."""
    try:
        return not node.exists("any")
    except redis.RedisError:
        return False


@contextmanager
def broker() -> Iterator[Server]:
    """The embedded MQTT broker as `make run` starts it, but without a password."""
    port = free_port()
    with tempfile.TemporaryDirectory() as folder:
        path = embedded.write_private(Path(folder) / "rumqttd.toml", embedded.broker_lines(port, logins={}))
        yield from running(Server("mqtt", [sys.executable, "-m", "services.run.broker", str(path)], port))


def running(server: Server) -> Iterator[Server]:
    """The body of a context manager that runs a server."""
    try:
        server.start()
        yield server
    finally:
        server.kill()
