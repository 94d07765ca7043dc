"""What datamodel-code-generator makes: models of pydantic for what is sent and answered."""

import json
import os
import urllib.request

from generated.datamodel import models

address = f"{os.environ['TICKBOX_URL']}/api/{os.environ['TICKBOX_USER']}/tasks"
headers = {"Authorization": f"Bearer {os.environ['TICKBOX_TOKEN']}", "Content-Type": "application/json"}


def ask(body=None):
    data = body.model_dump_json(exclude_unset=True).encode() if body else None
    request = urllib.request.Request(address, data=data, headers=headers)
    with urllib.request.urlopen(request) as answer:
        return json.load(answer)


title = "🎉" * 200
created = models.Task.model_validate(ask(models.NewTask(title=title)))
assert created.title == title, created
assert models.NewTask(title="x").completed is None
models.Batch(operations=[{"op": "create", "title": "x"}])

listed = models.TaskList.model_validate(ask())
assert len(listed.tasks) == 1, listed
