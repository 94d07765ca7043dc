"""Puts in place of what the generator cannot make what the document says."""

import re
import uuid

import schemathesis

# They are texts to it, and no more.
schemathesis.serializer.alias(["application/x-ndjson", "text/calendar", "text/csv"], "text/plain")


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
    if case.meta is None or case.meta.generation.mode.is_positive:
        case.body = with_true_values(case.body)


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


def with_true_values(value):
    """No schema can say which days and zones there are, that a start fits its due, and that no reference stands twice."""
    if isinstance(value, list):
        return [with_true_values(item) for item in value]
    if not isinstance(value, dict):
        return value
    value = {name: with_true_values(member) for name, member in value.items()}
    for name in ["start", "due"]:
        if value.get(name) is not None:
            value[name] = with_true_date(value[name])
    if value.get("due") is not None:
        value["start"] = None
    if value.get("tags"):
        value["tags"] = [tag[:-1].replace("\0", "0") + "x" for tag in value["tags"]]
    for reference in value.get("references") or []:
        reference["external_id"] = str(uuid.uuid4())
        reference["source"] = reference["source"].replace("\0", "0")
        if reference.get("url") is not None:
            reference["url"] = "https://example.com"
    if value.get("metadata"):
        value["metadata"] = {"any": "thing"}
    return value


def with_true_date(when):
    if isinstance(when, str):
        return "2026-12-01"
    if "date" in when:
        return {"date": "2026-12-01"}
    zone = {"zone": "Europe/Berlin"} if "zone" in when else {}
    return {"local": "2026-12-01T09:00:00"} | zone
