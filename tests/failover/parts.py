"""The parts of the trial, each a real program on free ports of 127.0.0.1: etcd, Patroni with its PostgreSQL, tickbox, HAProxy."""

import json
import os
import pwd
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import psutil
import yaml

ROOT = Path(__file__).resolve().parents[2]
SECRET = "a secret of the trial of failovers, long enough"
# Patroni's least: so long it waits before it takes a leader that says nothing for gone.
LEASE = 20


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def until(what, holds, limit=90):
    """Asks again and again; what is not ours has no event to wait for."""
    end = time.monotonic() + limit
    while time.monotonic() < end:
        try:
            if found := holds():
                return found
        except OSError:
            pass
        time.sleep(0.05)
    sys.exit(f"not within {limit} s: {what}")


def ask(url, timeout=2):
    with urllib.request.urlopen(url, timeout=timeout) as answer:
        return answer.read()


def postgres_folder():
    """Where `initdb` is: Debian does not put it on the path."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    program = found[-1] if found else shutil.which("initdb")
    return Path(program).resolve().parent if program else None


class Trial:
    """The folder of all, and what was started, which ends with it."""

    def __init__(self, folder):
        self.folder = Path(folder)
        self.started = []
        # PostgreSQL refuses root.
        self.user = pwd.getpwnam("postgres") if os.getuid() == 0 else None
        if self.user:
            os.chown(folder, self.user.pw_uid, self.user.pw_gid)

    def start(self, name, command, environment=None, privileged=False):
        user = {}
        if self.user and not privileged:
            user = {"user": self.user.pw_uid, "group": self.user.pw_gid, "extra_groups": []}
        log = open(self.folder / f"{name}.log", "ab")
        process = subprocess.Popen(
            [str(part) for part in command],
            cwd=self.folder,
            env={"PATH": os.environ["PATH"], **(environment or {})},
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
            **user,
        )
        self.started.append(process)
        return process

    def end(self, nodes):
        for process in self.started:
            if process.poll() is None:
                process.kill()
                process.wait()
        # What Patroni has started outlives it.
        for node in nodes:
            node.signal(signal.SIGKILL)
            until(f"{node.name} has ended", lambda: not node.postgres())


class Etcd:
    def __init__(self, trial):
        self.port, peers = free_port(), free_port()
        here, for_peers = f"http://127.0.0.1:{self.port}", f"http://127.0.0.1:{peers}"
        trial.start("etcd", [
            "etcd", "--data-dir", trial.folder / "etcd", "--listen-client-urls", here,
            "--advertise-client-urls", here, "--listen-peer-urls", for_peers,
            "--initial-advertise-peer-urls", for_peers, "--initial-cluster", f"default={for_peers}",
        ])
        until("etcd answers", lambda: ask(f"{here}/health"))


class Node:
    """PostgreSQL and its Patroni. What is not of the node reaches it by links, and it reaches etcd by one."""

    def __init__(self, trial, links, name, etcd):
        self.trial, self.name = trial, name
        self.sql, self.api = free_port(), free_port()
        self.sql_link, self.api_link = links.to(self.sql), links.to(self.api)
        self.etcd_link = links.to(etcd.port)
        self.links = [self.sql_link, self.api_link, self.etcd_link]
        self.data = trial.folder / name
        self.file = trial.folder / f"{name}.yml"
        self.file.write_text(yaml.safe_dump(self.settings()))
        self.start()

    def settings(self):
        here, reached = "127.0.0.1:{}".format, lambda link: f"127.0.0.1:{link.port}"
        common = {
            "synchronous_mode": True,
            "primary_start_timeout": 0,
            "ttl": LEASE, "loop_wait": 1, "retry_timeout": 3,
            "postgresql": {
                "use_pg_rewind": True,
                "parameters": {"wal_log_hints": "on", "max_connections": 100},
            },
        }
        return {
            "scope": "trial", "name": self.name,
            "restapi": {"listen": here(self.api), "connect_address": reached(self.api_link)},
            # Else it would ask etcd where else it is, and go there without the link.
            "etcd3": {"host": reached(self.etcd_link), "use_proxies": True},
            "bootstrap": {
                "dcs": common,
                "initdb": [{"encoding": "UTF8"}, {"locale": "C"}, {"auth": "trust"}],
            },
            "postgresql": {
                "listen": here(self.sql), "connect_address": reached(self.sql_link),
                "data_dir": str(self.data), "bin_dir": str(postgres_folder()),
                "pgpass": str(self.trial.folder / f"{self.name}.pgpass"),
                "authentication": {
                    "superuser": {"username": "postgres"},
                    "replication": {"username": "postgres"},
                    "rewind": {"username": "postgres"},
                },
                "pg_hba": ["host all all 127.0.0.1/32 trust", "host replication all 127.0.0.1/32 trust"],
                "parameters": {"unix_socket_directories": str(self.trial.folder)},
            },
        }

    def start(self):
        patroni = Path(sys.executable).parent / "patroni"
        self.patroni = self.trial.start(self.name, [patroni, self.file])

    def postgres(self):
        """All processes of the server."""
        try:
            leader = psutil.Process(int((self.data / "postmaster.pid").read_text().split()[0]))
            return [leader, *leader.children(recursive=True)]
        except (OSError, IndexError, psutil.NoSuchProcess):
            return []

    def signal(self, number, with_patroni=True):
        # Whoever could start or mend the others goes first.
        if with_patroni and self.patroni.poll() is None:
            self.patroni.send_signal(number)
        for process in self.postgres():
            try:
                process.send_signal(number)
            except psutil.NoSuchProcess:
                pass

    def state(self):
        return json.loads(ask(f"http://127.0.0.1:{self.api}/patroni"))

    def members(self):
        return json.loads(ask(f"http://127.0.0.1:{self.api}/cluster"))["members"]


class Tickbox:
    program = ROOT / "target/debug/tickbox"

    def __init__(self, trial, name, url):
        self.trial, self.name, self.port = trial, name, free_port()
        self.environment = {
            "DATABASE_URL": url, "BETTER_AUTH_SECRET": SECRET,
            "PORT": str(self.port), "RUST_LOG": "info,tickbox::request=off",
        }
        self.start()

    def start(self):
        folder = self.trial.folder / f"of-{self.name}"
        folder.mkdir(exist_ok=True)
        self.process = self.trial.start(
            self.name, [self.program, "serve"], self.environment, privileged=True)

    def is_ready(self):
        return ask(f"http://127.0.0.1:{self.port}/ready", timeout=10)

    def restart(self):
        self.process.terminate()
        if self.process.wait(35) != 0:
            sys.exit(f"{self.name} did not end well")
        self.start()
        until(f"{self.name} is ready", self.is_ready)


def token(user):
    command = [Tickbox.program, "token", "--user", user, "--ttl", "6h"]
    environment = {"BETTER_AUTH_SECRET": SECRET, "DATABASE_URL": "sqlite:unused.db"}
    return subprocess.run(command, env=environment, check=True, capture_output=True, text=True).stdout.strip()


class Proxy:
    """HAProxy with the file of `deploy`."""

    def __init__(self, trial, servers):
        self.port = free_port()
        text = (ROOT / "deploy/haproxy.cfg").read_text()
        text = text.replace("bind :80", f"bind 127.0.0.1:{self.port}")
        for number, server in enumerate(servers, 1):
            text = text.replace(f"127.0.0.1:800{number}", f"127.0.0.1:{server.port}")
        if re.search(r"127\.0\.0\.1:800\d", text):
            sys.exit("deploy/haproxy.cfg has more servers than there are")
        file = trial.folder / "haproxy.cfg"
        file.write_text(text)
        trial.start("haproxy", ["haproxy", "-db", "-f", file])
        until("HAProxy passes on", lambda: ask(f"http://127.0.0.1:{self.port}/ready"))
