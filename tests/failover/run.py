"""Three nodes of Patroni, three tickbox behind HAProxy, and writers that never rest: what goes is noticed for a moment, and
nothing that was acknowledged is lost. `README.md` says how to run it."""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
ENVIRONMENT = ROOT / "target/failover"
PACKAGES = {"etcd": "etcd-server", "haproxy": "haproxy", "initdb": "postgresql"}


def set_up():
    """Installs what is missing, and goes on in an environment of its own."""
    is_there = lambda name: shutil.which(name) or (name == "initdb" and any(Path("/usr/lib/postgresql").glob("*/bin/initdb")))
    missing = [package for name, package in PACKAGES.items() if not is_there(name)]
    if missing:
        command = ["apt-get", "install", "-y", "--no-install-recommends", *missing]
        if os.getuid() != 0:
            command.insert(0, "sudo")
        if not shutil.which("apt-get"):
            sys.exit(f"install these first: {', '.join(missing)}")
        subprocess.run(command, check=True)
    wanted, stamp = (HERE / "requirements.txt").read_text(), ENVIRONMENT / "stamp"
    if not stamp.exists() or stamp.read_text() != wanted:
        # The system's, because another user runs it, too: root's own lies where nobody else may look.
        system = "/usr/bin/python3"
        python = system if Path(system).exists() else sys.executable
        subprocess.run([python, "-m", "venv", "--clear", ENVIRONMENT], check=True)
        pip = [ENVIRONMENT / "bin/python", "-m", "pip", "install", "--quiet", "-r", HERE / "requirements.txt"]
        subprocess.run(pip, check=True)
        stamp.write_text(wanted)
    if "TICKBOX" not in os.environ:
        subprocess.run(["cargo", "build", "--package", "tickbox"], cwd=ROOT, check=True)
    python = str(ENVIRONMENT / "bin/python")
    os.execv(python, [python, "-u", *sys.argv])


if Path(sys.prefix) != ENVIRONMENT:
    set_up()

import signal
import threading
import time
import urllib.request

import psycopg

from driver import Driver
from links import Links
from parts import LEASE, Etcd, Node, Proxy, Tickbox, Trial, ask, until

# Writes go on so soon after another server was promoted, and so soon after one was found to be gone by others than the lease.
AFTER_PROMOTION, IN_ALL = 5, 15


class World:
    def __init__(self, folder):
        self.trial, self.links, self.nodes = Trial(folder), Links(), []
        etcd = Etcd(self.trial)
        for name in ("one", "two", "three"):
            self.nodes.append(Node(self.trial, self.links, name, etcd))
        self.settle()
        with psycopg.connect(self.url_of(self.leader()), autocommit=True) as administrator:
            administrator.execute("CREATE ROLE tickbox LOGIN")
            administrator.execute("CREATE DATABASE tickbox OWNER tickbox")
        hosts = ",".join(f"127.0.0.1:{node.sql_link.port}" for node in self.nodes)
        url = f"postgres://tickbox@{hosts}/tickbox?target_session_attrs=read-write"
        self.servers = [Tickbox(self.trial, f"tickbox-{number}", url) for number in (1, 2, 3)]
        for server in self.servers:
            until(f"{server.name} is ready", server.is_ready)
        self.driver = Driver(Proxy(self.trial, self.servers).port)
        until("all write", lambda: len(self.driver.done) > 200)

    @staticmethod
    def url_of(node, database="postgres"):
        return f"host=127.0.0.1 port={node.sql} user=postgres dbname={database} connect_timeout=3"

    def leader(self):
        for node in self.nodes:
            try:
                ask(f"http://127.0.0.1:{node.api}/primary")
                return node
            except OSError:
                pass
        return None

    def settle(self):
        """Waits until each node is there, and commits wait for another one."""

        def is_whole():
            # What each says of itself: of one that was away the others know what was.
            states = [node.state() for node in self.nodes]
            roles = sorted(state["role"] for state in states)
            streams = [state.get("replication_state") for state in states if state["role"] == "replica"]
            leader = self.leader()
            return (
                roles == ["primary", "replica", "replica"] and streams == ["streaming"] * 2 and leader
                and "sync_standby" in [member["role"] for member in leader.members()]
            )

        until("all nodes are there, and one is synchronous", is_whole, 180)

    def promotion(self, victim, found):
        """Notes when another node than the victim takes writes."""
        others = [node for node in self.nodes if node is not victim]
        connections = {}
        while not found:
            for node in others:
                try:
                    if node not in connections:
                        connections[node] = psycopg.connect(self.url_of(node), autocommit=True)
                    if not connections[node].execute("SELECT pg_is_in_recovery()").fetchone()[0]:
                        found.append(time.monotonic())
                except psycopg.OperationalError:
                    connections.pop(node, None)
            time.sleep(0.01)


def without_the_primary(world, name, fault, heal, limit):
    """The primary goes: how long nothing was written, in all, and since another one was there."""
    world.settle()
    victim, driver = world.leader(), world.driver
    promoted = []
    watching = threading.Thread(target=world.promotion, args=(victim, promoted), daemon=True)
    watching.start()
    begin = time.monotonic()
    fault(victim)
    until(f"{name}: another node is promoted", lambda: promoted, 60)
    until(f"{name}: writes go on", lambda: any(at > promoted[0] for at in driver.since(begin)[0]), 60)
    first = min(at for at in driver.since(begin)[0] if at > promoted[0])
    time.sleep(2)
    pause = driver.longest_pause(begin)
    done, failed = driver.since(begin)
    heal(victim)
    unknown = sum('"unknown"' in text for _, text in failed)
    print(f"{name}: promoted after {promoted[0] - begin:.1f} s, written {first - promoted[0]:.2f} s later; "
          f"longest pause {pause:.1f} s; {len(done)} writes, {len(failed)} failures, {unknown} of them unknown")
    check(first - promoted[0] <= AFTER_PROMOTION, f"{name}: {first - promoted[0]:.1f} s after the promotion")
    check(pause <= limit, f"{name}: nothing was written for {pause:.1f} s")


def without_a_server(world):
    """A tickbox is killed: the others do its work."""
    server, begin = world.servers[0], time.monotonic()
    server.process.kill()
    server.process.wait()
    time.sleep(3)
    pause = world.driver.longest_pause(begin)
    done, failed = world.driver.since(begin)
    server.start()
    until(f"{server.name} is ready", server.is_ready)
    print(f"a tickbox is killed: longest pause {pause:.1f} s; {len(done)} writes, {len(failed)} failures")
    check(pause <= AFTER_PROMOTION, f"a tickbox is killed: nothing was written for {pause:.1f} s")


def rolling_restart(world):
    begin = time.monotonic()
    for _ in range(2):
        for server in world.servers:
            server.restart()
            # Until HAProxy has seen it, too.
            time.sleep(2)
    done, failed = world.driver.since(begin)
    print(f"two rolling restarts: {len(done)} writes, {len(failed)} failures")
    check(not failed, f"a rolling restart: {failed[:3]}")


def check(holds, what):
    if not holds:
        PROBLEMS.append(what)


PROBLEMS = []


def all_of_it(world):
    cut = lambda node: world.links.set(node.links, False)
    mend = lambda node: world.links.set(node.links, True)
    stop = lambda node: node.signal(signal.SIGSTOP)
    go_on = lambda node: node.signal(signal.SIGCONT)
    kill = lambda node: node.signal(signal.SIGKILL)

    def switch(node):
        other = next(it for it in node.members() if it["role"] == "sync_standby")["name"]
        body = f'{{"leader": "{node.name}", "candidate": "{other}"}}'
        request = urllib.request.Request(f"http://127.0.0.1:{node.api}/switchover", body.encode())
        threading.Thread(target=lambda: urllib.request.urlopen(request, timeout=60).read(), daemon=True).start()

    expired = LEASE + AFTER_PROMOTION + 5
    without_the_primary(world, "switchover", switch, lambda node: None, IN_ALL)
    kill_postgres = lambda node: node.signal(signal.SIGKILL, with_patroni=False)
    without_the_primary(world, "PostgreSQL is killed", kill_postgres, lambda node: None, IN_ALL)
    without_the_primary(world, "the node is killed", kill, lambda node: node.start(), expired)
    without_the_primary(world, "the node is frozen", stop, go_on, expired)
    without_the_primary(world, "the node is cut off", cut, mend, expired)
    without_a_server(world)
    rolling_restart(world)
    world.settle()
    world.driver.stop()
    with psycopg.connect(world.url_of(world.leader(), "tickbox")) as reader:
        sql = "SELECT title FROM tickbox.tasks WHERE space = %s"
        read = lambda user: [title for (title,) in reader.execute(sql, [user])]
        lost, double = world.driver.lost_and_double(read)
    print(f"acknowledged: {len(world.driver.done)}, of them lost: {lost}; done twice: {double}")
    check(lost == 0 and double == 0, f"{lost} lost, {double} twice")


def main():
    if "TICKBOX" in os.environ:
        Tickbox.program = Path(os.environ["TICKBOX"]).resolve()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("ended"))
    folder = tempfile.mkdtemp(prefix="tickbox-failover-")
    world = World.__new__(World)
    try:
        world.__init__(folder)
        all_of_it(world)
    finally:
        if hasattr(world, "driver"):
            world.driver.goes_on = False
        world.trial.end(world.nodes)
        if "KEEP" in os.environ:
            print(f"logs: {folder}")
        else:
            shutil.rmtree(folder, ignore_errors=True)
    for problem in PROBLEMS:
        print(f"NOT WELL: {problem}")
    sys.exit(bool(PROBLEMS))


main()
