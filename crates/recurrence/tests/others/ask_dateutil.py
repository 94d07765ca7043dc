"""Answers with the first days of rules, one JSON object a line, as python-dateutil gives them."""
import datetime
import json
import signal
import sys

from dateutil import rrule


class TooSlow(Exception):
    pass


def stop(*_):
    raise TooSlow


# Time of this process: another that is busy makes no rule slow.
signal.signal(signal.SIGVTALRM, stop)
for line in sys.stdin:
    question = json.loads(line)
    start = datetime.datetime.fromisoformat(question["start"])
    days = []
    try:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0.1)
        try:
            for day in rrule.rrulestr(question["rule"], dtstart=start):
                if day.year > question["until"] or len(days) == question["most"]:
                    break
                days.append(day.date().isoformat())
        except (IndexError, ValueError) as error:  # of its own, on odd rules
            days = str(error)
        finally:
            signal.setitimer(signal.ITIMER_VIRTUAL, 0)
    except TooSlow:  # which may come a moment before the timer is stopped
        days = None
    print(json.dumps(days))
