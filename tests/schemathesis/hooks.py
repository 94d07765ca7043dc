"""Puts in place of what the generator cannot make what the document says."""

import re
import uuid

import schemathesis


@schemathesis.hook
def before_call(context, case, kwargs):
    headers = case.headers or {}
    # It sends few different keys, and a key stands for one request.
    if re.fullmatch("[!-~]{1,255}", headers.get("Idempotency-Key", "")):
        headers["Idempotency-Key"] = str(uuid.uuid4())
    # The pattern of an entity tag is too much for it: it sends 0.
    for name, value in [("If-Match", "*"), ("If-None-Match", "*" if case.method == "PUT" else '"none"')]:
        if headers.get(name) == "0":
            headers[name] = value
    # An answer that waits would make a long test.
    query = case.query or {}
    if re.fullmatch("[0-9]+", str(query.get("wait", ""))) and int(query["wait"]) <= 60:
        query["wait"] = 0
    case.body = with_visible_titles(case.body)


def with_visible_titles(value):
    """No schema can say what a visible character is. A title must have one, and no U+0000."""
    if isinstance(value, list):
        return [with_visible_titles(item) for item in value]
    if not isinstance(value, dict):
        return value
    value = {name: with_visible_titles(member) for name, member in value.items()}
    title = value.get("title")
    if isinstance(title, str) and 1 <= len(title) <= 200:
        value["title"] = title[:-1].replace("\0", "0") + "x"
    return value
