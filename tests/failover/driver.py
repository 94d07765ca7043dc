"""Whoever writes all the time, remembers what was acknowledged, and looks afterwards whether it is there."""

import http.client
import json
import threading
import time

from parts import token

WRITERS = 12


class Driver:
    """Some writers, each for a user of its own, with a key for each write, which is sent until it is done."""

    def __init__(self, port):
        self.port = port
        self.lock = threading.Lock()
        # When each write was acknowledged.
        self.done = []
        # Answers that were none: (when, what).
        self.failed = []
        self.acknowledged = {}
        self.goes_on = True
        self.threads = [threading.Thread(target=self.write, args=(f"user-{n}",)) for n in range(WRITERS)]
        for thread in self.threads:
            thread.start()

    def write(self, user):
        authorization = f"Bearer {token(user)}"
        line, number, count = None, 0, 0
        titles = self.acknowledged[user] = []
        while self.goes_on:
            title = f"write-{number}"
            headers = {
                "authorization": authorization,
                "content-type": "application/json",
                "idempotency-key": f"{user}-{title}",
            }
            try:
                if line is None:
                    line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
                body = json.dumps({"title": title})
                line.request("POST", f"/api/{user}/tasks", body, headers)
                answer = line.getresponse()
                text = answer.read().decode()
                said = answer.status
            except (OSError, http.client.HTTPException) as problem:
                line, said, text = None, repr(problem), ""
            with self.lock:
                now = time.monotonic()
                if said == 201:
                    self.done.append(now)
                    titles.append(title)
                else:
                    self.failed.append((now, said, text))
            if said == 201:
                number += 1
            else:
                time.sleep(0.1)
            count += 1

    def since(self, begin):
        """Acknowledged writes, and failures, since then."""
        with self.lock:
            done = [at for at in self.done if at >= begin]
            failed = [(said, text) for at, said, text in self.failed if at >= begin]
        return done, failed

    def longest_pause(self, begin):
        with self.lock:
            times = sorted(at for at in self.done if at >= begin - 5)
        times.append(time.monotonic())
        return max(later - at for at, later in zip(times, times[1:]) if later >= begin)

    def stop(self):
        self.goes_on = False
        for thread in self.threads:
            thread.join()

    def lost_and_double(self, read_titles):
        """What was acknowledged and is not there, and what is there more than once."""
        lost, double = 0, 0
        for user, titles in self.acknowledged.items():
            there = read_titles(user)
            lost += len(set(titles) - set(there))
            double += len(there) - len(set(there))
        return lost, double
