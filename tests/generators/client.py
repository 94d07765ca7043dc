"""What openapi-python-client makes: a package with a typed client."""

import os

from generated.openapi_python_client.tickbox_client import AuthenticatedClient
from generated.openapi_python_client.tickbox_client.api.tasks import (
    create_batch,
    create_task,
    list_tasks,
)
from generated.openapi_python_client.tickbox_client.models import (
    Batch,
    BatchOperation,
    BatchVerb,
    NewTask,
    Task,
    TaskList,
)

user = os.environ["TICKBOX_USER"]
client = AuthenticatedClient(base_url=os.environ["TICKBOX_URL"], token=os.environ["TICKBOX_TOKEN"])
title = "🎉" * 200

created = create_task.sync(user, client=client, body=NewTask(title=title))
assert isinstance(created, Task) and created.title == title, created

operations = [BatchOperation(op=BatchVerb.CREATE, title="x")]
done = create_batch.sync_detailed(user, client=client, body=Batch(operations=operations))
assert done.status_code == 200, done

listed = list_tasks.sync(user, client=client)
assert isinstance(listed, TaskList) and len(listed.tasks) == 2, listed
