// The API as types. Generated from the openapi.json of this repository, so do not edit it:
// `npm run generate` writes it anew, `npm run check:generated` says whether it is current.

export interface paths {
    "/api/{user_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /**
         * Remove the user, with all traces
         * @description Tasks, lists, trash, history, kept answers: for good, and at once. Cursors and tags of before fit no more. While it goes
         *     on, all that is asked for the user is answered with 503; if the answer is lost, it goes on, and can be asked for again.
         *     A user who comes back begins anew. The account at the Better Auth server is another thing.
         */
        delete: operations["remove_user"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/{user_id}/changes": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get what has changed
         * @description Each task (and each list, if `kinds` asks for them) that has changed since the cursor, once, as it is now, or that it
         *     was deleted; in the order of the latest change. Nothing is left out. Without `since`, a full copy begins: follow `next_cursor`, and what follows it are
         *     changes. With `wait`, the answer waits for a change if there is none, and is empty when the time is over.
         */
        get: operations["list_changes"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/{user_id}/changes/{seq}/undo": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Undo a change
         * @description What the change replaced comes back, as a new change, which can be undone in its turn. A change of a batch undoes
         *     the whole batch. Later changes of other fields stay. If the same field was changed later, nothing happens: the answer is 409,
         *     and `error.conflicting_seq` is the number of that change.
         */
        post: operations["undo_change"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/{user_id}/events": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Hear of changes as they happen
         * @description Server-sent events: `ready` first, then `task.changed` and `task.deleted` (and `list.changed` and `list.deleted`, if `kinds`
         *     asks for them) with the same content as in the list of changes; the `id` of each is a cursor. With `Last-Event-ID` (or `last_event_id`), first what was missed, without a gap
         *     or a double. A comment every 15 s. `token.expired` says that the stream ends because the token did.
         */
        get: operations["listen"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/{user_id}/events/ticket": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Get a ticket for a stream of events
         * @description A browser's `EventSource` cannot send the token. The ticket stands for it in `?ticket=`, one time, within 30 s. The
         *     stream ends when the token does.
         */
        post: operations["create_ticket"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/{user_id}/export": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Take everything along
         * @description JSON lines: the first one is `{"kind": "tickbox", "version": 1}`, each other one a list or a task as it is told elsewhere,
         *     with its `kind` before it. Lists come first, then tasks, each behind the one that it is a part of, then the tasks in the
         *     trash; what is in the trash has `deleted_at`. History is not in it. The same data give the same bytes, whichever database
         *     they are in. What changes while it is written may come once more at the end, as it is then.
         */
        get: operations["export_user"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/{user_id}/import": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Bring tasks along
         * @description What `GET …/export` gave, of this user or of another one; or, with `from`, what another program exports: Todoist (`text/csv`),
         *     Google (`Tasks.json` of Takeout), Microsoft To Do (the JSON of Graph), iCalendar (`VTODO`). The body is read while it arrives,
         *     and written in groups of at most 500: up to 64 MiB, 10 minutes. What is there already, also in the trash, is skipped, so the
         *     same body twice is the same as once. A line that breaks a rule is told by its number, and the others are taken; what has no
         *     place here is told by name. If the body cannot be read further, the answer is 400 or 422, and `error.import` has what was
         *     done until then, if anything: mend it and send it again, or undo it.
         */
        post: operations["import_user"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/{user_id}/imports/{import_id}/undo": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Take an import back
         * @description What it has made goes into the trash, also if it was cut off half way. What has changed since stays, and so does a task or a
         *     list with something in it that stays: the answer names them. As long as the history is kept. It can be asked for again.
         */
        post: operations["undo_import"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/{user_id}/lists": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List the user's lists
         * @description All of them, by `order`, each with the number of its open tasks.
         */
        get: operations["list_lists"];
        put?: never;
        /**
         * Create a list
         * @description It comes last. With an `id` of the caller's own, the same list sent again is not created twice: it is answered with 200.
         */
        post: operations["create_list"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/{user_id}/lists/{list_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get a list
         * @description With `If-None-Match`, only if the list has another `ETag` by now.
         */
        get: operations["get_list"];
        /**
         * Change a list
         * @description As with a task: a field that is left out keeps its value, `null` removes it, and `metadata` is replaced. With `If-Match`,
         *     only if the list still has that `ETag`. With `If-None-Match: *`, the list is created under this id, and only if there is
         *     none.
         */
        put: operations["change_list"];
        post?: never;
        /**
         * Delete a list
         * @description It goes into the trash with its tasks, from where they can be restored for a while. With `If-Match`, only if the list
         *     still has that `ETag`.
         */
        delete: operations["delete_list"];
        options?: never;
        head?: never;
        /**
         * Change a list by a merge patch
         * @description JSON merge patch (RFC 7396): a field that is left out keeps its value, `null` removes it, and `metadata` is merged.
         *     With `If-Match`, only if the list still has that `ETag`.
         */
        patch: operations["patch_list"];
        trace?: never;
    };
    "/api/{user_id}/lists/{list_id}/history": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * What happened to a list, newest first
         * @description Also of a list in the trash. What happened to its tasks is theirs.
         */
        get: operations["list_history_of_list"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/{user_id}/lists/{list_id}/move": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Move a list
         * @description To another place among the lists: behind or before another one; if both are named, the first that is still there counts.
         *     Without them, it comes last.
         */
        post: operations["move_list"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/{user_id}/lists/{list_id}/restore": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Take a list out of the trash
         * @description It comes back as it was, with its id and with the tasks that were deleted with it. Nothing happens to a list that is not
         *     in the trash.
         */
        post: operations["restore_list"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/{user_id}/tags": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List the user's tags
         * @description Those of tasks that are not in the trash, each with how many tasks have it, sorted by name.
         */
        get: operations["list_tags"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/{user_id}/tasks": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List the user's tasks, newest first
         * @description With `limit`, a page; follow `next_cursor`, or the `Link` header, for the next. Pages are stable while
         *     tasks come and go: none is shown twice, and none that stays is left out. Without `limit`, all of them.
         *     With `filter`, those that it selects; with `order_by`, in that order.
         */
        get: operations["list_tasks"];
        put?: never;
        /**
         * Create a task
         * @description With an `id` of the caller's own, the same task sent again is not created twice: it is answered with 200.
         */
        post: operations["create_task"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/{user_id}/tasks/batch": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Do many operations at once
         * @description In one transaction, in order. `atomic` (the default): all or nothing; a refusal has the status of the operation that
         *     was refused, and names it in `error.index`. Otherwise each operation has a result of its own.
         */
        post: operations["create_batch"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/{user_id}/tasks/{task_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get a task
         * @description With `If-None-Match`, only if the task has another `ETag` by now.
         */
        get: operations["get_task"];
        /**
         * Change a task
         * @description A field that is left out keeps its value, `null` removes it, and `metadata` is replaced. With `If-Match`, only if the task still has that `ETag`.
         *     With `If-None-Match: *`, the task is created under this id, and only if there is none.
         */
        put: operations["change_task"];
        post?: never;
        /**
         * Delete a task
         * @description It goes into the trash, with all that is below it, from where they can be restored for a while. With `If-Match`, only if the task still has
         *     that `ETag`.
         */
        delete: operations["delete_task"];
        options?: never;
        head?: never;
        /**
         * Change a task by a merge patch
         * @description JSON merge patch (RFC 7396): a field that is left out keeps its value, `null` removes it, and `metadata` is merged.
         *     With `If-Match`, only if the task still has that `ETag`.
         */
        patch: operations["patch_task"];
        trace?: never;
    };
    "/api/{user_id}/tasks/{task_id}/complete": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        /**
         * Set whether a task is done
         * @description It sets and does not flip, so that it can be repeated. Of a task that repeats an occurrence is completed: `due` and `start`
         *     move to the next one, and completed tasks below it are open again; behind the last one the task is completed. Say
         *     `occurrence`, so that a repeat completes no other. With `If-Match`, only if the task still has that `ETag`.
         */
        patch: operations["complete_task"];
        trace?: never;
    };
    "/api/{user_id}/tasks/{task_id}/history": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * What happened to a task, newest first
         * @description Also of a task in the trash. Changes that are older than the server keeps them are not in it.
         */
        get: operations["list_history"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/{user_id}/tasks/{task_id}/move": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Move a task
         * @description Into another list, below another task, or to another place among its siblings; what is below it goes along. `after` and
         *     `before` name a sibling there; if both are named, the first that is still one counts. Without them, it comes last.
         */
        post: operations["move_task"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/{user_id}/tasks/{task_id}/occurrences": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List the next occurrences of a task
         * @description As they are due if each is completed on its day. Of a task that does not repeat there is one, if it has `due`; of
         *     one that is completed, none.
         */
        get: operations["list_occurrences"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/{user_id}/tasks/{task_id}/restore": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Take a task out of the trash
         * @description It comes back as it was, with its id and with what was deleted with it. Where its list or its parent is gone, it comes
         *     to the inbox, or to the top level. Nothing happens to a task that is not in the trash.
         */
        post: operations["restore_task"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/{user_id}/tasks/{task_id}/skip": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Skip an occurrence of a task
         * @description `due` and `start` move to the next occurrence, and completed tasks below it are open again. It does not count as done.
         *     Behind the last occurrence the task is completed. With `occurrence`, only if that is the present one.
         */
        post: operations["skip_task"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/health": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Ask whether the process lives
         * @description Asks nothing of the database.
         */
        get: operations["get_health"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/ready": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Ask whether requests can be served */
        get: operations["get_readiness"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        /**
         * @description Operations that are done in order; a later one may name an id that an earlier one has made.
         * @example {
         *       "operations": [
         *         {
         *           "op": "create",
         *           "title": "Buy milk"
         *         },
         *         {
         *           "filter": "completed = false AND due < today() - days(30)",
         *           "max": 100,
         *           "op": "complete"
         *         }
         *       ]
         *     }
         */
        Batch: {
            /** @description All or nothing; so it is if left out. If `false`, what can be done is done. */
            atomic?: boolean;
            /** @description Answers what would happen, and changes nothing. */
            dry_run?: boolean;
            operations: components["schemas"]["BatchOperation"][];
        };
        /** @description One operation; the fields of a task as in the request for a single one. */
        BatchOperation: {
            /**
             * Format: uuid
             * @description The sibling that stands before it then; `null`: it comes first.
             */
            after?: string | null;
            /**
             * Format: uuid
             * @description The sibling that stands behind it then; `null`: it comes last.
             */
            before?: string | null;
            completed?: boolean;
            /** @description At most 2000 characters, kept as sent, no U+0000; `null`: none. */
            description?: string | null;
            /** @description A day, a time on the clock, or a time in a zone: these never become one another. `start` and `due` of a task are of one kind and zone, and `start` is not after `due`. */
            due?: {
                /**
                 * Format: date
                 * @example 2026-12-01
                 * @example 2026-12-02
                 */
                date: string;
            } | {
                /**
                 * Format: date-time-local
                 * @example 2026-12-01T09:00:00
                 * @example 2026-12-02T17:30:00
                 */
                local: string;
            } | {
                /**
                 * Format: date-time-local
                 * @example 2026-12-01T09:00:00
                 * @example 2026-12-02T17:30:00
                 */
                local: string;
                /**
                 * @description A name of the time zone database of IANA.
                 * @example Europe/Berlin
                 * @example Etc/UTC
                 */
                zone: string;
            } | string | null;
            /** @description In place of `id`: all tasks that it selects, for `change`, `complete`, `delete`, `tag`, `untag` and `move`. */
            filter?: string;
            /**
             * Format: uuid
             * @description The task; needed for all but `create`.
             */
            id?: string | null;
            /**
             * Format: int64
             * @description The operation is refused if the task has another version. Not for `create`.
             */
            if_version?: number | null;
            /**
             * Format: uuid
             * @description The list that the task is in; without it, the inbox. Another one is a move to its end.
             */
            list_id?: string | null;
            /** @description Needed with `filter`: if it selects more tasks, the operation is refused with 409. */
            max?: number;
            /** @description The app's own: any object, at most 4 KiB of JSON. PUT replaces it; PATCH, and `change` in a batch, merge into it (RFC 7396). `null`: none. */
            metadata?: {
                [key: string]: unknown;
            } | null;
            /**
             * Format: date
             * @description Of a task that repeats: the `occurrence` that is meant. If it is not the present one, nothing happens, so that this can be sent again. The present one, if left out.
             */
            occurrence?: string | null;
            /**
             * Format: date
             * @description The local day of completion, at most tomorrow; today, if left out. A rule that counts from completion counts from it.
             */
            on?: string | null;
            op: components["schemas"]["BatchVerb"];
            /**
             * Format: uuid
             * @description The task that it is a part of, in the same list. Another one is a move to the end of its children.
             */
            parent_id?: string | null;
            /** @description From 1, the highest, to 9, the lowest, as iCalendar has it. */
            priority?: number | null;
            /** @description How it comes back. It needs `due`, which is the first time. Another one starts anew at `due`. */
            recurrence?: {
                /** @description Days on which it is not, whatever the rule says. */
                exclude?: string[];
                /**
                 * @description From where the next time is counted: from the one before, as if left out, or from the day of completion.
                 * @enum {string}
                 */
                from?: "due" | "completion";
                /** @description An RRULE of RFC 5545 with `FREQ` of `DAILY`, `WEEKLY`, `MONTHLY` or `YEARLY`, without times of the day. It is answered in one form, with its parts in a fixed order. */
                rule: string;
            } | null;
            /** @description What the task stands for in other programs. One task at most that is not in the trash has the same `source` and `external_id`. */
            references?: {
                external_id: string;
                source: string;
                title?: string | null;
                /**
                 * Format: uri
                 * @description With `https`, `http`, `mailto` or the scheme of an app; never `javascript` or `data`.
                 */
                url?: string | null;
            }[] | null;
            /** @description A day, a time on the clock, or a time in a zone: these never become one another. `start` and `due` of a task are of one kind and zone, and `start` is not after `due`. */
            start?: {
                /**
                 * Format: date
                 * @example 2026-12-01
                 * @example 2026-12-02
                 */
                date: string;
            } | {
                /**
                 * Format: date-time-local
                 * @example 2026-12-01T09:00:00
                 * @example 2026-12-02T17:30:00
                 */
                local: string;
            } | {
                /**
                 * Format: date-time-local
                 * @example 2026-12-01T09:00:00
                 * @example 2026-12-02T17:30:00
                 */
                local: string;
                /**
                 * @description A name of the time zone database of IANA.
                 * @example Europe/Berlin
                 * @example Etc/UTC
                 */
                zone: string;
            } | string | null;
            /** @description At most 50. White space around each is removed, and it is normalised (NFC); then 1 to 64 characters, no U+0000. Told each once, sorted by code point. `null` or `[]`: none. */
            tags?: string[] | null;
            /** @description White space around it is removed; then 1 to 200 characters (Unicode scalar values), of which one can be seen; no U+0000. */
            title?: string;
            /** @description Where the days of `filter` are: a name of the IANA time zone database; UTC if left out. */
            zone?: string;
        };
        /** @description What came of one operation. */
        BatchResult: {
            /**
             * Format: int32
             * @description Of an operation by filter: how many tasks it was done to.
             */
            count?: number;
            /** @description Why it was refused: `code`, `message`, `current`. */
            error?: Record<string, never>;
            /**
             * Format: uuid
             * @description The task that is gone.
             */
            id?: string;
            /** @description These, newest first. */
            ids?: string[];
            /**
             * Format: int32
             * @description As of a single request: 200, 201, 204, 404, 409, 412 or 422.
             */
            status: number;
            /** @description The task as it is then. */
            task?: components["schemas"]["Task"];
        };
        /**
         * @description What came of each operation, in order.
         * @example {
         *       "results": [
         *         {
         *           "id": "01990f3e-8a5c-7cc3-98c4-dc0c0c07398f",
         *           "status": 204
         *         },
         *         {
         *           "error": {
         *             "code": "NOT_FOUND",
         *             "message": "Task not found"
         *           },
         *           "status": 404
         *         }
         *       ]
         *     }
         */
        BatchResults: {
            /** @description Only there, and `true`, if nothing was changed because nothing was to be. */
            dry_run?: boolean;
            results: components["schemas"]["BatchResult"][];
        };
        /**
         * @description What an operation does.
         * @enum {string}
         */
        BatchVerb: "create" | "change" | "complete" | "delete" | "tag" | "untag" | "move" | "skip" | "restore";
        /** @description The members of a task that a change replaced, as they were. */
        Before: {
            /** @description Where the rule began: `due` of that time, in its form. Only beside `recurrence`. */
            readonly anchor?: {
                /** Format: date */
                date?: string;
                local?: string;
                zone?: string;
            } | null;
            completed?: boolean;
            /**
             * Format: date-time
             * @description RFC 3339, UTC: when the task became completed; only there as long as it is.
             */
            readonly completed_at?: string | null;
            description?: string | null;
            /** @description How many times it was completed since the rule began. Only beside `recurrence`. */
            readonly done?: number | null;
            /** @description A day, a time on the clock, or a time in a zone: these never become one another. `start` and `due` of a task are of one kind and zone, and `start` is not after `due`. */
            due?: {
                /**
                 * Format: date
                 * @example 2026-12-01
                 * @example 2026-12-02
                 */
                date: string;
            } | {
                /**
                 * Format: date-time-local
                 * @example 2026-12-01T09:00:00
                 * @example 2026-12-02T17:30:00
                 */
                local: string;
            } | {
                /**
                 * Format: date-time-local
                 * @example 2026-12-01T09:00:00
                 * @example 2026-12-02T17:30:00
                 */
                local: string;
                /**
                 * @description A name of the time zone database of IANA.
                 * @example Europe/Berlin
                 * @example Etc/UTC
                 */
                zone: string;
            } | null;
            /**
             * Format: uuid
             * @description The list that the task is in; without it, the inbox. Another one is a move to its end.
             */
            list_id?: string | null;
            /** @description The app's own. */
            metadata?: {
                [key: string]: unknown;
            } | null;
            /**
             * Format: date
             * @description The day of the present occurrence by the rule, wherever `due` was moved. Only beside `recurrence`.
             */
            readonly occurrence?: string | null;
            /** @description The place among its siblings, compared as bytes; left out of a task that nobody moved: then it is `i` and nine base-62 digits of `created_at` in microseconds. Equal ones are ordered by `id`. */
            readonly order?: string | null;
            /**
             * Format: uuid
             * @description The task that it is a part of, in the same list. Another one is a move to the end of its children.
             */
            parent_id?: string | null;
            /** @description From 1, the highest, to 9, the lowest, as iCalendar has it. */
            priority?: number | null;
            /** @description How it comes back. It needs `due`, which is the first time. Another one starts anew at `due`. */
            recurrence?: {
                /** @description Days on which it is not, whatever the rule says. */
                exclude?: string[];
                /**
                 * @description From where the next time is counted: from the one before, as if left out, or from the day of completion.
                 * @enum {string}
                 */
                from: "due" | "completion";
                /** @description An RRULE of RFC 5545 with `FREQ` of `DAILY`, `WEEKLY`, `MONTHLY` or `YEARLY`, without times of the day. It is answered in one form, with its parts in a fixed order. */
                rule: string;
            } | null;
            /** @description What the task stands for in other programs. One task at most that is not in the trash has the same `source` and `external_id`. */
            references?: {
                external_id: string;
                source: string;
                title?: string;
                /**
                 * Format: uri
                 * @description With `https`, `http`, `mailto` or the scheme of an app; never `javascript` or `data`.
                 */
                url?: string;
            }[] | null;
            /** @description A day, a time on the clock, or a time in a zone: these never become one another. `start` and `due` of a task are of one kind and zone, and `start` is not after `due`. */
            start?: {
                /**
                 * Format: date
                 * @example 2026-12-01
                 * @example 2026-12-02
                 */
                date: string;
            } | {
                /**
                 * Format: date-time-local
                 * @example 2026-12-01T09:00:00
                 * @example 2026-12-02T17:30:00
                 */
                local: string;
            } | {
                /**
                 * Format: date-time-local
                 * @example 2026-12-01T09:00:00
                 * @example 2026-12-02T17:30:00
                 */
                local: string;
                /**
                 * @description A name of the time zone database of IANA.
                 * @example Europe/Berlin
                 * @example Etc/UTC
                 */
                zone: string;
            } | null;
            /** @description At most 50. White space around each is removed, and it is normalised (NFC); then 1 to 64 characters, no U+0000. Told each once, sorted by code point. `null` or `[]`: none. */
            tags?: string[] | null;
            title?: string;
        };
        /** @description One task or list that has changed, by its latest change. */
        Change: {
            /**
             * Format: int64
             * @description The number of the change, one more than that of the user's change before it.
             */
            seq: number;
            task: components["schemas"]["Task"];
        } | {
            list: components["schemas"]["List"];
            /** Format: int64 */
            seq: number;
        } | {
            /**
             * Format: uuid
             * @description The id of the task, or of the list.
             */
            deleted: string;
            /** @description `list`; only there if it was one. */
            kind?: string;
            /** Format: int64 */
            seq: number;
        };
        /**
         * @description Some changes, and where to go on.
         * @example {
         *       "changes": [
         *         {
         *           "seq": 17,
         *           "task": {
         *             "completed": true,
         *             "created_at": "2026-11-23T08:00:00.000000Z",
         *             "description": null,
         *             "id": "01990f3e-8a5c-7cc3-98c4-dc0c0c07398f",
         *             "title": "Buy milk",
         *             "updated_at": "2026-11-23T08:05:00.000000Z",
         *             "user_id": "TnwXORqQ6oxSnNQtCvQU5t5jHc1Cd8hv",
         *             "version": 2
         *           }
         *         },
         *         {
         *           "deleted": "01990f3e-8a5c-7cc3-98c4-dc0c0c073990",
         *           "seq": 18
         *         }
         *       ],
         *       "has_more": false,
         *       "next_cursor": "AgEABkdIRiBXcAAAAAAAAAABAAAAAAAAAAEAOr46E0c4toQ"
         *     }
         */
        ChangeList: {
            /** @description Each task or list once, in the order of its latest change. */
            changes: components["schemas"]["Change"][];
            /** @description Whether there is more already. */
            has_more: boolean;
            /** @description Where the next request goes on; always there. */
            next_cursor: string;
        };
        Checks: {
            /** @description `ok`, or `unavailable`. */
            database: string;
            /** @description `ok`, or `unavailable`. */
            keys: string;
        };
        /**
         * @description Whether the task is done. Fields with other names are ignored.
         * @example {
         *       "completed": true
         *     }
         */
        Completion: {
            /** @description `true` if left out, of a task that repeats or beside `occurrence`, `on` or `zone`; else needed. */
            completed?: boolean;
            /**
             * Format: date
             * @description Of a task that repeats: the `occurrence` that is meant. If it is not the present one, nothing happens, so that this can be sent again. The present one, if left out.
             */
            occurrence?: string | null;
            /**
             * Format: date
             * @description The local day of completion, at most tomorrow; today, if left out. A rule that counts from completion counts from it.
             */
            on?: string | null;
            /** @description Where today is, for tasks that are not planned in a zone: a name of the IANA time zone database; UTC if left out. */
            zone?: string | null;
        };
        /** @description A list with the number of its open tasks. */
        CountedList: {
            /** @description Whether the list was put aside; only there if it was. Its tasks stay as they are. */
            archived?: boolean;
            /** @description `#rrggbb` */
            color?: string;
            /**
             * Format: date-time
             * @description RFC 3339, UTC; never changes.
             */
            readonly created_at: string;
            /**
             * Format: date-time
             * @description RFC 3339, UTC; only there while the list is in the trash.
             */
            readonly deleted_at?: string;
            /**
             * Format: uuid
             * @description `UUIDv7` made by the server, or any UUID made by the caller.
             */
            readonly id: string;
            /** @description The app's own. */
            metadata?: {
                [key: string]: unknown;
            };
            name: string;
            /** @description How many of its tasks are not completed; not there for one in the trash. */
            readonly open_count?: number;
            /** @description The place among its siblings, compared as bytes; left out of a task that nobody moved: then it is `i` and nine base-62 digits of `created_at` in microseconds. Equal ones are ordered by `id`. */
            readonly order: string;
            /**
             * Format: date-time
             * @description RFC 3339, UTC; moves with every change and never goes back.
             */
            readonly updated_at: string;
            /**
             * Format: int64
             * @description 1 at first, one more with each change.
             */
            readonly version: number;
        };
        /** @description The task or the list as it is now. */
        Current: components["schemas"]["Task"] | components["schemas"]["List"];
        /** @description The envelope of every error. */
        Error: {
            error: components["schemas"]["ErrorBody"];
        };
        ErrorBody: {
            /** @description For programs: one word for each kind of failure. */
            code: string;
            /**
             * Format: int64
             * @description The number of the change that stands in the way of an undo; with `CONFLICT`.
             */
            conflicting_seq?: number;
            /** @description The task or the list as it is now; with `PRECONDITION_FAILED`, and with a `CONFLICT` about another one. */
            current?: components["schemas"]["Current"];
            /** @description More that helps, in development only. */
            details?: Record<string, never>;
            /** @description With a status of 422: what breaks a rule, be it a member of the body (with `index`: of that operation), a parameter or a header. */
            fields?: string[];
            /** @description What an import has done that could not go on; only there if it has done something. */
            import?: components["schemas"]["ImportReport"];
            /**
             * Format: int32
             * @description Which operation of a batch was refused, counted from 0; only in an answer to a batch.
             */
            index?: number;
            /** @description For people: what went wrong and what to do about it. */
            message: string;
            /** @description `unknown`: the write may have been done or not; with `SERVICE_UNAVAILABLE`. A repeat with the same key tells. */
            outcome?: string;
        };
        /**
         * @description The process lives.
         * @example {
         *       "status": "healthy",
         *       "timestamp": "2026-11-23T08:00:00.000000Z",
         *       "version": "0.1.0"
         *     }
         */
        Health: {
            /** @description Always `healthy`. */
            status: string;
            /**
             * Format: date-time
             * @description RFC 3339, UTC.
             */
            timestamp: string;
            /** @description The version of the program. */
            version: string;
        };
        /**
         * @description What happened to a task.
         * @example {
         *       "history": [
         *         {
         *           "actor": "TnwXORqQ6oxSnNQtCvQU5t5jHc1Cd8hv",
         *           "at": "2026-11-23T08:05:00.000000Z",
         *           "before": {
         *             "title": "Buy milk"
         *           },
         *           "kind": "changed",
         *           "request_id": "01990f3e-8a5c-7cc3-98c4-dc0c0c07398f",
         *           "seq": 2
         *         },
         *         {
         *           "actor": "TnwXORqQ6oxSnNQtCvQU5t5jHc1Cd8hv",
         *           "at": "2026-11-23T08:00:00.000000Z",
         *           "before": null,
         *           "kind": "created",
         *           "request_id": "01990f3e-8a5c-7cc3-98c4-dc0c0c07398e",
         *           "seq": 1
         *         }
         *       ],
         *       "next_cursor": null
         *     }
         */
        History: {
            /** @description Newest first. */
            history: components["schemas"]["PastChange"][];
            /** @description Where the next page begins; `null` on the last one. */
            next_cursor: string | null;
        };
        ImportFailure: {
            /**
             * Format: int64
             * @description From 1 on.
             */
            line: number;
            reason: string;
        };
        ImportKept: {
            /** Format: uuid */
            id: string;
            /** @description `task` or `list`. */
            kind: string;
            reason: string;
        };
        /**
         * @description What came, and what did not. Numbers without a name are of tasks.
         * @example {
         *       "created": 41,
         *       "failed": 1,
         *       "failures": [
         *         {
         *           "line": 7,
         *           "reason": "title must not be empty or only white space"
         *         }
         *       ],
         *       "id": "01990f3e-8a5c-7cc3-98c4-dc0c0c07398d",
         *       "lists": {
         *         "created": 3,
         *         "failed": 0,
         *         "skipped": 0,
         *         "skipped_in_trash": 0
         *       },
         *       "not_carried_over": [
         *         {
         *           "count": 2,
         *           "lines": [
         *             12,
         *             30
         *           ],
         *           "what": "reminder"
         *         }
         *       ],
         *       "skipped": 2,
         *       "skipped_in_trash": 1
         *     }
         */
        ImportReport: {
            created: number;
            /** @description Only there, and `true`, if nothing was written because nothing was to be. */
            dry_run?: boolean;
            /** @description Not taken over: `failures` says why. What cannot be read at all counts here. */
            failed: number;
            /** @description Of at most 100 that failed: where they stand in the body, and why. */
            failures: components["schemas"]["ImportFailure"][];
            /**
             * Format: uuid
             * @description What takes it back: `POST …/imports/{id}/undo`.
             */
            id: string;
            lists: components["schemas"]["ImportedLists"];
            /** @description What has no place here, by name. */
            not_carried_over: components["schemas"]["NotCarriedOver"][];
            /** @description There already. */
            skipped: number;
            /** @description Of these, in the trash. */
            skipped_in_trash: number;
        };
        /**
         * @description What is gone, and what stays.
         * @example {
         *       "gone_before": 0,
         *       "id": "01990f3e-8a5c-7cc3-98c4-dc0c0c07398d",
         *       "kept": 1,
         *       "kept_items": [
         *         {
         *           "id": "01990f3e-8a5c-7cc3-98c4-dc0c0c07398f",
         *           "kind": "task",
         *           "reason": "Change 57 stands in the way: undo it first"
         *         }
         *       ],
         *       "lists_removed": 2,
         *       "removed": 40
         *     }
         */
        ImportReversal: {
            /** @description Tasks and lists that somebody had removed before. */
            gone_before: number;
            /** Format: uuid */
            id: string;
            /** @description Tasks and lists that stay: they have changed since, or hold something that stays. */
            kept: number;
            /** @description The first of them, at most 100. */
            kept_items: components["schemas"]["ImportKept"][];
            lists_removed: number;
            /** @description Tasks that went into the trash. */
            removed: number;
        };
        ImportedLists: {
            created: number;
            failed: number;
            skipped: number;
            skipped_in_trash: number;
        };
        /**
         * @description What a change did to a task.
         * @enum {string}
         */
        Kind: "created" | "changed" | "deleted" | "restored" | "spread";
        /**
         * @description A list, as it is told.
         * @example {
         *       "color": "#1e90ff",
         *       "created_at": "2026-11-23T08:00:00.000000Z",
         *       "id": "01990f3e-8a5c-7cc3-98c4-dc0c0c073999",
         *       "name": "Groceries",
         *       "order": "i8DpLumiHm",
         *       "updated_at": "2026-11-23T08:00:00.000000Z",
         *       "version": 1
         *     }
         */
        List: {
            /** @description Whether the list was put aside; only there if it was. Its tasks stay as they are. */
            archived?: boolean;
            /** @description `#rrggbb` */
            color?: string;
            /**
             * Format: date-time
             * @description RFC 3339, UTC; never changes.
             */
            readonly created_at: string;
            /**
             * Format: date-time
             * @description RFC 3339, UTC; only there while the list is in the trash.
             */
            readonly deleted_at?: string;
            /**
             * Format: uuid
             * @description `UUIDv7` made by the server, or any UUID made by the caller.
             */
            readonly id: string;
            /** @description The app's own. */
            metadata?: {
                [key: string]: unknown;
            };
            name: string;
            /** @description The place among its siblings, compared as bytes; left out of a task that nobody moved: then it is `i` and nine base-62 digits of `created_at` in microseconds. Equal ones are ordered by `id`. */
            readonly order: string;
            /**
             * Format: date-time
             * @description RFC 3339, UTC; moves with every change and never goes back.
             */
            readonly updated_at: string;
            /**
             * Format: int64
             * @description 1 at first, one more with each change.
             */
            readonly version: number;
        };
        /** @description The members of a list that a change replaced, as they were. */
        ListBefore: {
            /** @description Whether the list was put aside; only there if it was. Its tasks stay as they are. */
            archived?: boolean;
            /** @description `#rrggbb` */
            color?: string | null;
            /** @description The app's own. */
            metadata?: {
                [key: string]: unknown;
            } | null;
            name?: string;
            /** @description The place among its siblings, compared as bytes; left out of a task that nobody moved: then it is `i` and nine base-62 digits of `created_at` in microseconds. Equal ones are ordered by `id`. */
            readonly order?: string | null;
        };
        /**
         * @description A change: at least one field. One that is left out keeps its value. Fields with other names are ignored.
         * @example {
         *       "archived": true,
         *       "name": "Food"
         *     }
         */
        ListPatch: {
            /** @description Whether the list was put aside; only there if it was. Its tasks stay as they are. */
            archived?: boolean | null;
            /** @description `#rrggbb` */
            color?: string | null;
            /** @description The app's own: any object, at most 4 KiB of JSON. PUT replaces it; PATCH, and `change` in a batch, merge into it (RFC 7396). `null`: none. */
            metadata?: {
                [key: string]: unknown;
            } | null;
            /** @description White space around it is removed; then 1 to 200 characters (Unicode scalar values), of which one can be seen; no U+0000. */
            name?: string;
        };
        /** @description A tag, and how many tasks have it. */
        ListedTag: {
            /** Format: int64 */
            count: number;
            name: string;
        };
        /**
         * @description All of a user's lists.
         * @example {
         *       "count": 1,
         *       "lists": [
         *         {
         *           "color": "#1e90ff",
         *           "created_at": "2026-11-23T08:00:00.000000Z",
         *           "id": "01990f3e-8a5c-7cc3-98c4-dc0c0c073999",
         *           "name": "Groceries",
         *           "open_count": 3,
         *           "order": "i8DpLumiHm",
         *           "updated_at": "2026-11-23T08:00:00.000000Z",
         *           "version": 1
         *         }
         *       ]
         *     }
         */
        Lists: {
            /** Format: int64 */
            count: number;
            /** @description In their order. */
            lists: components["schemas"]["CountedList"][];
        };
        /**
         * @description To where a task is moved. Fields with other names are ignored.
         * @example {
         *       "before": null,
         *       "list_id": null,
         *       "parent_id": null
         *     }
         */
        Move: {
            /**
             * Format: uuid
             * @description The sibling that stands before it then; `null`: it comes first.
             */
            after?: string | null;
            /**
             * Format: uuid
             * @description The sibling that stands behind it then; `null`: it comes last.
             */
            before?: string | null;
            /**
             * Format: uuid
             * @description The list; `null` is the inbox. Another one without `parent_id` drops the parent.
             */
            list_id?: string | null;
            /**
             * Format: uuid
             * @description The parent, which implies its list; `null`: none.
             */
            parent_id?: string | null;
        };
        /**
         * @description To which place a list is moved. Fields with other names are ignored.
         * @example {
         *       "after": null
         *     }
         */
        MoveList: {
            /**
             * Format: uuid
             * @description The sibling that stands before it then; `null`: it comes first.
             */
            after?: string | null;
            /**
             * Format: uuid
             * @description The sibling that stands behind it then; `null`: it comes last.
             */
            before?: string | null;
        };
        /**
         * @description A new list. Fields with other names are ignored.
         * @example {
         *       "color": "#1e90ff",
         *       "name": "Groceries"
         *     }
         */
        NewList: {
            /** @description Whether the list was put aside; only there if it was. Its tasks stay as they are. */
            archived?: boolean | null;
            /** @description `#rrggbb` */
            color?: string | null;
            /**
             * Format: uuid
             * @description Any UUID, made by the caller: the same list sent again is not created twice. The server makes one if left out.
             */
            id?: string | null;
            /** @description The app's own: any object, at most 4 KiB of JSON. PUT replaces it; PATCH, and `change` in a batch, merge into it (RFC 7396). `null`: none. */
            metadata?: {
                [key: string]: unknown;
            } | null;
            /** @description White space around it is removed; then 1 to 200 characters (Unicode scalar values), of which one can be seen; no U+0000. */
            name: string;
        };
        /**
         * @description A new task. Fields with other names are ignored.
         * @example {
         *       "description": "Two litres",
         *       "title": "Buy milk"
         *     }
         */
        NewTask: {
            completed?: boolean;
            /** @description At most 2000 characters, kept as sent, no U+0000; `null`: none. */
            description?: string | null;
            /** @description A day, a time on the clock, or a time in a zone: these never become one another. `start` and `due` of a task are of one kind and zone, and `start` is not after `due`. */
            due?: {
                /**
                 * Format: date
                 * @example 2026-12-01
                 * @example 2026-12-02
                 */
                date: string;
            } | {
                /**
                 * Format: date-time-local
                 * @example 2026-12-01T09:00:00
                 * @example 2026-12-02T17:30:00
                 */
                local: string;
            } | {
                /**
                 * Format: date-time-local
                 * @example 2026-12-01T09:00:00
                 * @example 2026-12-02T17:30:00
                 */
                local: string;
                /**
                 * @description A name of the time zone database of IANA.
                 * @example Europe/Berlin
                 * @example Etc/UTC
                 */
                zone: string;
            } | string | null;
            /**
             * Format: uuid
             * @description Any UUID, made by the caller: the same task sent again is not created twice. The server makes one if left out.
             */
            id?: string | null;
            /**
             * Format: uuid
             * @description The list that the task is in; without it, the inbox. Another one is a move to its end.
             */
            list_id?: string | null;
            /** @description The app's own: any object, at most 4 KiB of JSON. PUT replaces it; PATCH, and `change` in a batch, merge into it (RFC 7396). `null`: none. */
            metadata?: {
                [key: string]: unknown;
            } | null;
            /**
             * Format: uuid
             * @description The task that it is a part of, in the same list. Another one is a move to the end of its children.
             */
            parent_id?: string | null;
            /** @description From 1, the highest, to 9, the lowest, as iCalendar has it. */
            priority?: number | null;
            /** @description How it comes back. It needs `due`, which is the first time. Another one starts anew at `due`. */
            recurrence?: {
                /** @description Days on which it is not, whatever the rule says. */
                exclude?: string[];
                /**
                 * @description From where the next time is counted: from the one before, as if left out, or from the day of completion.
                 * @enum {string}
                 */
                from?: "due" | "completion";
                /** @description An RRULE of RFC 5545 with `FREQ` of `DAILY`, `WEEKLY`, `MONTHLY` or `YEARLY`, without times of the day. It is answered in one form, with its parts in a fixed order. */
                rule: string;
            } | null;
            /** @description What the task stands for in other programs. One task at most that is not in the trash has the same `source` and `external_id`. */
            references?: {
                external_id: string;
                source: string;
                title?: string | null;
                /**
                 * Format: uri
                 * @description With `https`, `http`, `mailto` or the scheme of an app; never `javascript` or `data`.
                 */
                url?: string | null;
            }[] | null;
            /** @description A day, a time on the clock, or a time in a zone: these never become one another. `start` and `due` of a task are of one kind and zone, and `start` is not after `due`. */
            start?: {
                /**
                 * Format: date
                 * @example 2026-12-01
                 * @example 2026-12-02
                 */
                date: string;
            } | {
                /**
                 * Format: date-time-local
                 * @example 2026-12-01T09:00:00
                 * @example 2026-12-02T17:30:00
                 */
                local: string;
            } | {
                /**
                 * Format: date-time-local
                 * @example 2026-12-01T09:00:00
                 * @example 2026-12-02T17:30:00
                 */
                local: string;
                /**
                 * @description A name of the time zone database of IANA.
                 * @example Europe/Berlin
                 * @example Etc/UTC
                 */
                zone: string;
            } | string | null;
            /** @description At most 50. White space around each is removed, and it is normalised (NFC); then 1 to 64 characters, no U+0000. Told each once, sorted by code point. `null` or `[]`: none. */
            tags?: string[] | null;
            /** @description White space around it is removed; then 1 to 200 characters (Unicode scalar values), of which one can be seen; no U+0000. */
            title: string;
        };
        NotCarriedOver: {
            count: number;
            /** @description The first of them, at most ten. */
            lines: number[];
            what: string;
        };
        Occurrence: {
            /** @description A day, a time on the clock, or a time in a zone: these never become one another. `start` and `due` of a task are of one kind and zone, and `start` is not after `due`. */
            due: {
                /**
                 * Format: date
                 * @example 2026-12-01
                 * @example 2026-12-02
                 */
                date: string;
            } | {
                /**
                 * Format: date-time-local
                 * @example 2026-12-01T09:00:00
                 * @example 2026-12-02T17:30:00
                 */
                local: string;
            } | {
                /**
                 * Format: date-time-local
                 * @example 2026-12-01T09:00:00
                 * @example 2026-12-02T17:30:00
                 */
                local: string;
                /**
                 * @description A name of the time zone database of IANA.
                 * @example Europe/Berlin
                 * @example Etc/UTC
                 */
                zone: string;
            };
        };
        /**
         * @description When a task is due.
         * @example {
         *       "occurrences": [
         *         {
         *           "due": {
         *             "date": "2026-12-01"
         *           }
         *         },
         *         {
         *           "due": {
         *             "date": "2026-12-08"
         *           }
         *         }
         *       ]
         *     }
         */
        Occurrences: {
            /** @description The present one first, where `due` has been moved to. */
            occurrences: components["schemas"]["Occurrence"][];
        };
        /** @description One change of a task. */
        PastChange: {
            /** @description The identity of the token that made the change. */
            actor: string;
            /**
             * Format: date-time
             * @description RFC 3339, UTC.
             */
            at: string;
            before: components["schemas"]["Replaced"] | null;
            /**
             * Format: uuid
             * @description The import that made the change; only there if one did.
             */
            import?: string;
            kind: components["schemas"]["Kind"];
            /** @description The `X-Request-Id` of the request that made the change. */
            request_id: string;
            /**
             * Format: int64
             * @description The number of the change among all of the user's: what `undo` takes.
             */
            seq: number;
            /**
             * Format: int64
             * @description The number of the change that this one undid; only there if it is an undo.
             */
            undoes?: number;
        };
        /**
         * @description Whether requests can be served now.
         * @example {
         *       "checks": {
         *         "database": "ok",
         *         "keys": "ok"
         *       },
         *       "status": "ready"
         *     }
         */
        Readiness: {
            checks: components["schemas"]["Checks"];
            /** @description `ready`, or `unavailable`. */
            status: string;
        };
        Replaced: components["schemas"]["Before"] | components["schemas"]["ListBefore"];
        /**
         * @description Which occurrence is skipped. Fields with other names are ignored.
         * @example {
         *       "occurrence": "2026-12-01"
         *     }
         */
        Skipping: {
            /**
             * Format: date
             * @description Of a task that repeats: the `occurrence` that is meant. If it is not the present one, nothing happens, so that this can be sent again. The present one, if left out.
             */
            occurrence?: string | null;
            /**
             * Format: date
             * @description The local day of completion, at most tomorrow; today, if left out. A rule that counts from completion counts from it.
             */
            on?: string | null;
            /** @description Where today is, for tasks that are not planned in a zone: a name of the IANA time zone database; UTC if left out. */
            zone?: string | null;
        };
        /**
         * @description The tags of a user's tasks.
         * @example {
         *       "tags": [
         *         {
         *           "count": 3,
         *           "name": "home"
         *         },
         *         {
         *           "count": 12,
         *           "name": "work"
         *         }
         *       ]
         *     }
         */
        TagList: {
            /** @description In the order of their code points. */
            tags: components["schemas"]["ListedTag"][];
        };
        /**
         * @description A task, as it is told.
         * @example {
         *       "completed": false,
         *       "created_at": "2026-11-23T08:00:00.000000Z",
         *       "description": "Two litres",
         *       "id": "01990f3e-8a5c-7cc3-98c4-dc0c0c07398f",
         *       "title": "Buy milk",
         *       "updated_at": "2026-11-23T08:00:00.000000Z",
         *       "user_id": "TnwXORqQ6oxSnNQtCvQU5t5jHc1Cd8hv",
         *       "version": 1
         *     }
         */
        Task: {
            /** @description Where the rule began: `due` of that time, in its form. Only beside `recurrence`. */
            readonly anchor?: {
                /** Format: date */
                date?: string;
                local?: string;
                zone?: string;
            };
            completed: boolean;
            /**
             * Format: date-time
             * @description RFC 3339, UTC: when the task became completed; only there as long as it is.
             */
            readonly completed_at?: string;
            /**
             * Format: date-time
             * @description RFC 3339, UTC; never changes.
             */
            readonly created_at: string;
            /**
             * Format: date-time
             * @description RFC 3339, UTC; only there while the task is in the trash.
             */
            readonly deleted_at?: string;
            description: string | null;
            /** @description How many times it was completed since the rule began. Only beside `recurrence`. */
            readonly done?: number;
            /** @description A day, a time on the clock, or a time in a zone: these never become one another. `start` and `due` of a task are of one kind and zone, and `start` is not after `due`. */
            due?: {
                /**
                 * Format: date
                 * @example 2026-12-01
                 * @example 2026-12-02
                 */
                date: string;
            } | {
                /**
                 * Format: date-time-local
                 * @example 2026-12-01T09:00:00
                 * @example 2026-12-02T17:30:00
                 */
                local: string;
            } | {
                /**
                 * Format: date-time-local
                 * @example 2026-12-01T09:00:00
                 * @example 2026-12-02T17:30:00
                 */
                local: string;
                /**
                 * @description A name of the time zone database of IANA.
                 * @example Europe/Berlin
                 * @example Etc/UTC
                 */
                zone: string;
            };
            /**
             * Format: uuid
             * @description `UUIDv7` made by the server, or any UUID made by the caller.
             */
            readonly id: string;
            /**
             * Format: uuid
             * @description The list that the task is in; without it, the inbox. Another one is a move to its end.
             */
            list_id?: string;
            /** @description The app's own. */
            metadata?: {
                [key: string]: unknown;
            };
            /**
             * Format: date
             * @description The day of the present occurrence by the rule, wherever `due` was moved. Only beside `recurrence`.
             */
            readonly occurrence?: string;
            /** @description The place among its siblings, compared as bytes; left out of a task that nobody moved: then it is `i` and nine base-62 digits of `created_at` in microseconds. Equal ones are ordered by `id`. */
            readonly order?: string;
            /**
             * Format: uuid
             * @description The task that it is a part of, in the same list. Another one is a move to the end of its children.
             */
            parent_id?: string;
            /** @description From 1, the highest, to 9, the lowest, as iCalendar has it. */
            priority?: number;
            /**
             * @description How it comes back. It needs `due`, which is the first time. Another one starts anew at `due`.
             * @example {
             *       "from": "due",
             *       "rule": "FREQ=WEEKLY;BYDAY=MO"
             *     }
             * @example {
             *       "exclude": [
             *         "2026-12-24"
             *       ],
             *       "from": "completion",
             *       "rule": "FREQ=DAILY;INTERVAL=3"
             *     }
             */
            recurrence?: {
                /** @description Days on which it is not, whatever the rule says. */
                exclude?: string[];
                /**
                 * @description From where the next time is counted: from the one before, as if left out, or from the day of completion.
                 * @enum {string}
                 */
                from: "due" | "completion";
                /** @description An RRULE of RFC 5545 with `FREQ` of `DAILY`, `WEEKLY`, `MONTHLY` or `YEARLY`, without times of the day. It is answered in one form, with its parts in a fixed order. */
                rule: string;
            };
            /** @description What the task stands for in other programs. One task at most that is not in the trash has the same `source` and `external_id`. */
            references?: {
                external_id: string;
                source: string;
                title?: string;
                /**
                 * Format: uri
                 * @description With `https`, `http`, `mailto` or the scheme of an app; never `javascript` or `data`.
                 */
                url?: string;
            }[];
            /** @description A day, a time on the clock, or a time in a zone: these never become one another. `start` and `due` of a task are of one kind and zone, and `start` is not after `due`. */
            start?: {
                /**
                 * Format: date
                 * @example 2026-12-01
                 * @example 2026-12-02
                 */
                date: string;
            } | {
                /**
                 * Format: date-time-local
                 * @example 2026-12-01T09:00:00
                 * @example 2026-12-02T17:30:00
                 */
                local: string;
            } | {
                /**
                 * Format: date-time-local
                 * @example 2026-12-01T09:00:00
                 * @example 2026-12-02T17:30:00
                 */
                local: string;
                /**
                 * @description A name of the time zone database of IANA.
                 * @example Europe/Berlin
                 * @example Etc/UTC
                 */
                zone: string;
            };
            /** @description Each once, sorted by code point. */
            tags?: string[];
            title: string;
            /**
             * Format: date-time
             * @description RFC 3339, UTC; moves with every change and never goes back.
             */
            readonly updated_at: string;
            /** @description The owner: the identity of the token that made the task. */
            readonly user_id: string;
            /**
             * Format: int64
             * @description 1 at first, one more with each change.
             */
            readonly version: number;
        };
        /**
         * @description Some of a user's tasks, or all.
         * @example {
         *       "count": 1,
         *       "tasks": [
         *         {
         *           "completed": false,
         *           "created_at": "2026-11-23T08:00:00.000000Z",
         *           "description": null,
         *           "id": "01990f3e-8a5c-7cc3-98c4-dc0c0c07398f",
         *           "title": "Buy milk",
         *           "updated_at": "2026-11-23T08:00:00.000000Z",
         *           "user_id": "TnwXORqQ6oxSnNQtCvQU5t5jHc1Cd8hv",
         *           "version": 1
         *         }
         *       ]
         *     }
         */
        TaskList: {
            /**
             * Format: int64
             * @description How many tasks match in all, on this page or not.
             */
            count: number;
            /** @description Only there, and `true`, if a filter matches more than `count`, which is 10,000 then. */
            count_is_minimum?: boolean;
            /** @description Where the next page begins; `null` on the last one. Only with `limit`. */
            next_cursor?: string | null;
            /** @description Newest first, or as `order_by` says. */
            tasks: components["schemas"]["Task"][];
        };
        /**
         * @description A change: at least one field. One that is left out keeps its value. Fields with other names are ignored.
         * @example {
         *       "description": null,
         *       "title": "Buy oat milk"
         *     }
         */
        TaskPatch: {
            completed?: boolean;
            /** @description At most 2000 characters, kept as sent, no U+0000; `null`: none. */
            description?: string | null;
            /** @description A day, a time on the clock, or a time in a zone: these never become one another. `start` and `due` of a task are of one kind and zone, and `start` is not after `due`. */
            due?: {
                /**
                 * Format: date
                 * @example 2026-12-01
                 * @example 2026-12-02
                 */
                date: string;
            } | {
                /**
                 * Format: date-time-local
                 * @example 2026-12-01T09:00:00
                 * @example 2026-12-02T17:30:00
                 */
                local: string;
            } | {
                /**
                 * Format: date-time-local
                 * @example 2026-12-01T09:00:00
                 * @example 2026-12-02T17:30:00
                 */
                local: string;
                /**
                 * @description A name of the time zone database of IANA.
                 * @example Europe/Berlin
                 * @example Etc/UTC
                 */
                zone: string;
            } | string | null;
            /**
             * Format: uuid
             * @description The list that the task is in; without it, the inbox. Another one is a move to its end.
             */
            list_id?: string | null;
            /** @description The app's own: any object, at most 4 KiB of JSON. PUT replaces it; PATCH, and `change` in a batch, merge into it (RFC 7396). `null`: none. */
            metadata?: {
                [key: string]: unknown;
            } | null;
            /**
             * Format: uuid
             * @description The task that it is a part of, in the same list. Another one is a move to the end of its children.
             */
            parent_id?: string | null;
            /** @description From 1, the highest, to 9, the lowest, as iCalendar has it. */
            priority?: number | null;
            /** @description How it comes back. It needs `due`, which is the first time. Another one starts anew at `due`. */
            recurrence?: {
                /** @description Days on which it is not, whatever the rule says. */
                exclude?: string[];
                /**
                 * @description From where the next time is counted: from the one before, as if left out, or from the day of completion.
                 * @enum {string}
                 */
                from?: "due" | "completion";
                /** @description An RRULE of RFC 5545 with `FREQ` of `DAILY`, `WEEKLY`, `MONTHLY` or `YEARLY`, without times of the day. It is answered in one form, with its parts in a fixed order. */
                rule: string;
            } | null;
            /** @description What the task stands for in other programs. One task at most that is not in the trash has the same `source` and `external_id`. */
            references?: {
                external_id: string;
                source: string;
                title?: string | null;
                /**
                 * Format: uri
                 * @description With `https`, `http`, `mailto` or the scheme of an app; never `javascript` or `data`.
                 */
                url?: string | null;
            }[] | null;
            /** @description A day, a time on the clock, or a time in a zone: these never become one another. `start` and `due` of a task are of one kind and zone, and `start` is not after `due`. */
            start?: {
                /**
                 * Format: date
                 * @example 2026-12-01
                 * @example 2026-12-02
                 */
                date: string;
            } | {
                /**
                 * Format: date-time-local
                 * @example 2026-12-01T09:00:00
                 * @example 2026-12-02T17:30:00
                 */
                local: string;
            } | {
                /**
                 * Format: date-time-local
                 * @example 2026-12-01T09:00:00
                 * @example 2026-12-02T17:30:00
                 */
                local: string;
                /**
                 * @description A name of the time zone database of IANA.
                 * @example Europe/Berlin
                 * @example Etc/UTC
                 */
                zone: string;
            } | string | null;
            /** @description At most 50. White space around each is removed, and it is normalised (NFC); then 1 to 64 characters, no U+0000. Told each once, sorted by code point. `null` or `[]`: none. */
            tags?: string[] | null;
            /** @description White space around it is removed; then 1 to 200 characters (Unicode scalar values), of which one can be seen; no U+0000. */
            title?: string;
        };
        /**
         * @description What stands for the token, once.
         * @example {
         *       "expires_at": "2026-11-23T08:00:30.000000Z",
         *       "ticket": "n1yKpB0H5rJkV4i2mZ8cXq3tUe7wLs9dFgAoYbRvM6E"
         *     }
         */
        TicketBody: {
            /**
             * Format: date-time
             * @description RFC 3339, UTC; 30 s from now.
             */
            expires_at: string;
            ticket: string;
        };
        /**
         * @description What an undo changed.
         * @example {
         *       "changes": [
         *         {
         *           "deleted": "01990f3e-8a5c-7cc3-98c4-dc0c0c07398f",
         *           "seq": 18
         *         }
         *       ]
         *     }
         */
        Undone: {
            /** @description In the order of their numbers. */
            changes: components["schemas"]["Change"][];
        };
    };
    responses: {
        /** @description The body is not JSON, or a header or the query cannot be read */
        BadRequest: {
            headers: {
                /** @description The caller's, if it was sane, else a new one; it is in the log */
                "X-Request-Id"?: string;
                [name: string]: unknown;
            };
            content: {
                /**
                 * @example {
                 *       "error": {
                 *         "code": "BAD_REQUEST",
                 *         "message": "The body is not JSON: expected value at line 1 column 1"
                 *       }
                 *     }
                 */
                "application/json": components["schemas"]["Error"];
            };
        };
        /** @description What is there, or what is in flight, stands in the way */
        Conflict: {
            headers: {
                /** @description Seconds to wait, if a request with the same `Idempotency-Key` is in flight */
                "Retry-After"?: string;
                /** @description The caller's, if it was sane, else a new one; it is in the log */
                "X-Request-Id"?: string;
                [name: string]: unknown;
            };
            content: {
                /**
                 * @example {
                 *       "error": {
                 *         "code": "CONFLICT",
                 *         "message": "There is another task of this id: look at error.current, or take another id"
                 *       }
                 *     }
                 */
                "application/json": components["schemas"]["Error"];
            };
        };
        /** @description The cursor is too old, or of a database that was put back to an earlier state: begin again without one */
        CursorExpired: {
            headers: {
                /** @description The caller's, if it was sane, else a new one; it is in the log */
                "X-Request-Id"?: string;
                [name: string]: unknown;
            };
            content: {
                /**
                 * @example {
                 *       "error": {
                 *         "code": "CURSOR_EXPIRED",
                 *         "message": "What happened since this cursor cannot be told any more: begin again without one"
                 *       }
                 *     }
                 */
                "application/json": components["schemas"]["Error"];
            };
        };
        /** @description A fault of the server */
        InternalServerError: {
            headers: {
                /** @description The caller's, if it was sane, else a new one; it is in the log */
                "X-Request-Id"?: string;
                [name: string]: unknown;
            };
            content: {
                /**
                 * @example {
                 *       "error": {
                 *         "code": "INTERNAL_SERVER_ERROR",
                 *         "message": "Something went wrong on our side; the request id helps to find out what"
                 *       }
                 *     }
                 */
                "application/json": components["schemas"]["Error"];
            };
        };
        /** @description There is no such task, or not for this caller */
        NotFound: {
            headers: {
                /** @description The caller's, if it was sane, else a new one; it is in the log */
                "X-Request-Id"?: string;
                [name: string]: unknown;
            };
            content: {
                /**
                 * @example {
                 *       "error": {
                 *         "code": "NOT_FOUND",
                 *         "message": "Task not found"
                 *       }
                 *     }
                 */
                "application/json": components["schemas"]["Error"];
            };
        };
        /** @description The body is larger than 64 KiB */
        PayloadTooLarge: {
            headers: {
                /** @description The caller's, if it was sane, else a new one; it is in the log */
                "X-Request-Id"?: string;
                [name: string]: unknown;
            };
            content: {
                /**
                 * @example {
                 *       "error": {
                 *         "code": "PAYLOAD_TOO_LARGE",
                 *         "message": "The body is larger than 64 KiB: send less"
                 *       }
                 *     }
                 */
                "application/json": components["schemas"]["Error"];
            };
        };
        /** @description The task has none of the versions that `If-Match` names; `error.current` is the task as it is now */
        PreconditionFailed: {
            headers: {
                /** @description The tag of the task as it is now */
                ETag?: string;
                /** @description The caller's, if it was sane, else a new one; it is in the log */
                "X-Request-Id"?: string;
                [name: string]: unknown;
            };
            content: {
                /**
                 * @example {
                 *       "error": {
                 *         "code": "PRECONDITION_FAILED",
                 *         "message": "The task has changed since you read it: look at error.current and try again with its ETag"
                 *       }
                 *     }
                 */
                "application/json": components["schemas"]["Error"];
            };
        };
        /** @description The user has asked too often, or has too many streams open */
        RateLimited: {
            headers: {
                /** @description Seconds to wait before the next try */
                "Retry-After"?: string;
                /** @description The caller's, if it was sane, else a new one; it is in the log */
                "X-Request-Id"?: string;
                [name: string]: unknown;
            };
            content: {
                /**
                 * @example {
                 *       "error": {
                 *         "code": "RATE_LIMITED",
                 *         "message": "More than 6000 requests in 60 s: ask again after the time in Retry-After"
                 *       }
                 *     }
                 */
                "application/json": components["schemas"]["Error"];
            };
        };
        /** @description The database or the keys cannot be reached, or the server is overloaded */
        ServiceUnavailable: {
            headers: {
                /** @description Seconds to wait before the next try */
                "Retry-After"?: string;
                /** @description The caller's, if it was sane, else a new one; it is in the log */
                "X-Request-Id"?: string;
                [name: string]: unknown;
            };
            content: {
                /**
                 * @example {
                 *       "error": {
                 *         "code": "SERVICE_UNAVAILABLE",
                 *         "message": "The server cannot do this now; try again after the time in Retry-After"
                 *       }
                 *     }
                 */
                "application/json": components["schemas"]["Error"];
            };
        };
        /** @description There is no token, or it is not valid */
        Unauthorized: {
            headers: {
                /** @description `Bearer`; with `error="invalid_token"` where a token was sent (RFC 6750) */
                "WWW-Authenticate"?: string;
                /** @description The caller's, if it was sane, else a new one; it is in the log */
                "X-Request-Id"?: string;
                [name: string]: unknown;
            };
            content: {
                /**
                 * @example {
                 *       "error": {
                 *         "code": "UNAUTHORIZED",
                 *         "message": "Missing authentication token"
                 *       }
                 *     }
                 */
                "application/json": components["schemas"]["Error"];
            };
        };
        /** @description The body is not declared as JSON */
        UnsupportedMediaType: {
            headers: {
                /** @description The caller's, if it was sane, else a new one; it is in the log */
                "X-Request-Id"?: string;
                [name: string]: unknown;
            };
            content: {
                /**
                 * @example {
                 *       "error": {
                 *         "code": "UNSUPPORTED_MEDIA_TYPE",
                 *         "message": "The body must be JSON: send it with Content-Type: application/json"
                 *       }
                 *     }
                 */
                "application/json": components["schemas"]["Error"];
            };
        };
        /** @description What was sent breaks a rule; the message names each field and its rule */
        ValidationError: {
            headers: {
                /** @description The caller's, if it was sane, else a new one; it is in the log */
                "X-Request-Id"?: string;
                [name: string]: unknown;
            };
            content: {
                /**
                 * @example {
                 *       "error": {
                 *         "code": "VALIDATION_ERROR",
                 *         "message": "title must not be empty or only white space"
                 *       }
                 *     }
                 */
                "application/json": components["schemas"]["Error"];
            };
        };
    };
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
    remove_user: {
        parameters: {
            query: {
                /** @description The user's identity once more, so that nobody is removed by mistake. */
                confirm: string;
            };
            header?: never;
            path: {
                /**
                 * @description The identity that the token names; any other is answered with 404
                 * @example TnwXORqQ6oxSnNQtCvQU5t5jHc1Cd8hv
                 */
                user_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description There is nothing of the user any more */
            204: {
                headers: {
                    /** @description The caller's, if it was sane, else a new one; it is in the log */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            404: components["responses"]["NotFound"];
            422: components["responses"]["ValidationError"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["InternalServerError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    list_changes: {
        parameters: {
            query?: {
                /** @description `next_cursor` of the answer before, or the id of an event. Without it, a full copy begins. */
                since?: string;
                /** @description The most changes in an answer. */
                limit?: number;
                /** @description How many seconds to wait for a change if there is none. */
                wait?: number;
                /**
                 * @description Of what to tell: `task`, `list`, or both with a comma between them. A cursor knows its kinds; with more of them it is
                 *     410.
                 */
                kinds?: string;
            };
            header?: never;
            path: {
                /**
                 * @description The identity that the token names; any other is answered with 404
                 * @example TnwXORqQ6oxSnNQtCvQU5t5jHc1Cd8hv
                 */
                user_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The changes */
            200: {
                headers: {
                    /** @description The caller's, if it was sane, else a new one; it is in the log */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ChangeList"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            404: components["responses"]["NotFound"];
            410: components["responses"]["CursorExpired"];
            422: components["responses"]["ValidationError"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["InternalServerError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    undo_change: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes the request safe to repeat for 24 hours: the first answer is given again. 1 to 255 visible ASCII characters */
                "Idempotency-Key"?: string;
            };
            path: {
                /**
                 * @description The identity that the token names; any other is answered with 404
                 * @example TnwXORqQ6oxSnNQtCvQU5t5jHc1Cd8hv
                 */
                user_id: string;
                /**
                 * @description The number of the change
                 * @example 17
                 */
                seq: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What has changed */
            200: {
                headers: {
                    /** @description `true` if this is the answer to the first time */
                    "Idempotency-Replayed"?: string;
                    /** @description The caller's, if it was sane, else a new one; it is in the log */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Undone"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["Conflict"];
            422: components["responses"]["ValidationError"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["InternalServerError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    listen: {
        parameters: {
            query?: {
                /**
                 * @description The id of the last event that was heard, or a `next_cursor` of changes: what came since is sent first. The
                 *     header `Last-Event-ID` goes before it.
                 */
                last_event_id?: string;
                /** @description A ticket in place of the token, where no header can be sent. */
                ticket?: string;
                /**
                 * @description Of what to tell: `task`, `list`, or both with a comma between them. An id knows its kinds; with more of them it is
                 *     410.
                 */
                kinds?: string;
            };
            header?: {
                /** @description The `id` of the last event that was heard */
                "Last-Event-ID"?: string | null;
            };
            path: {
                /**
                 * @description The identity that the token names; any other is answered with 404
                 * @example TnwXORqQ6oxSnNQtCvQU5t5jHc1Cd8hv
                 */
                user_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The stream */
            200: {
                headers: {
                    /** @description The caller's, if it was sane, else a new one; it is in the log */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example event: ready
                     *     id: AgEABkdIRiBXcAAAAAAAAAABAAAAAAAAAAEAOr46E0c4toQ
                     *     data: {"cursor":"AgEABkdIRiBXcAAAAAAAAAABAAAAAAAAAAEAOr46E0c4toQ"}
                     */
                    "text/event-stream": string;
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            404: components["responses"]["NotFound"];
            410: components["responses"]["CursorExpired"];
            422: components["responses"]["ValidationError"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["InternalServerError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    create_ticket: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description The identity that the token names; any other is answered with 404
                 * @example TnwXORqQ6oxSnNQtCvQU5t5jHc1Cd8hv
                 */
                user_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The ticket */
            201: {
                headers: {
                    /** @description The caller's, if it was sane, else a new one; it is in the log */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TicketBody"];
                };
            };
            401: components["responses"]["Unauthorized"];
            404: components["responses"]["NotFound"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["InternalServerError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    export_user: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description The identity that the token names; any other is answered with 404
                 * @example TnwXORqQ6oxSnNQtCvQU5t5jHc1Cd8hv
                 */
                user_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description All lists and tasks. If the connection ends without a last chunk, it is not whole */
            200: {
                headers: {
                    /** @description The caller's, if it was sane, else a new one; it is in the log */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {"kind": "tickbox", "version": 1}
                     *     {"kind":"list","id":"01990f3e-8a5c-7cc3-98c4-dc0c0c07398e","name":"Home","order":"i8DpLumiHm","created_at":"2026-11-23T07:25:24.448926Z","updated_at":"2026-11-23T07:25:24.448926Z","version":1}
                     *     {"kind":"task","id":"01990f3e-8a5c-7cc3-98c4-dc0c0c07398f","user_id":"TnwXORqQ6oxSnNQtCvQU5t5jHc1Cd8hv","title":"Buy milk","description":null,"completed":false,"list_id":"01990f3e-8a5c-7cc3-98c4-dc0c0c07398e","created_at":"2026-11-23T08:00:00.000000Z","updated_at":"2026-11-23T08:00:00.000000Z","version":1}
                     */
                    "application/x-ndjson": string;
                };
            };
            401: components["responses"]["Unauthorized"];
            404: components["responses"]["NotFound"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["InternalServerError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    import_user: {
        parameters: {
            query?: {
                /** @description The program that has exported it; left out: this one. */
                from?: "todoist" | "google" | "icalendar" | "microsoft";
                /** @description A list that all tasks come into; lists of the body are left out then. */
                list_id?: string;
                /**
                 * @description The id of the import, of the caller's own, so that one that was cut off can be undone. Several that have the same are
                 *     one.
                 */
                id?: string;
                /** @description Answers what would come, and writes nothing. */
                dry_run?: boolean;
            };
            header?: never;
            path: {
                /**
                 * @description The identity that the token names; any other is answered with 404
                 * @example TnwXORqQ6oxSnNQtCvQU5t5jHc1Cd8hv
                 */
                user_id: string;
            };
            cookie?: never;
        };
        /** @description Up to 64 MiB */
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "items": [
                 *         {
                 *           "id": "list",
                 *           "items": [
                 *             {
                 *               "id": "task",
                 *               "status": "needsAction",
                 *               "title": "Buy milk"
                 *             }
                 *           ],
                 *           "title": "Home"
                 *         }
                 *       ]
                 *     }
                 */
                "application/json": Record<string, never>;
                /**
                 * @example {"kind": "tickbox", "version": 1}
                 *     {"kind":"task","id":"01990f3e-8a5c-7cc3-98c4-dc0c0c07398f","title":"Buy milk"}
                 */
                "application/x-ndjson": string;
                /**
                 * @example BEGIN:VCALENDAR
                 *     BEGIN:VTODO
                 *     UID:1
                 *     SUMMARY:Buy milk
                 *     END:VTODO
                 *     END:VCALENDAR
                 */
                "text/calendar": string;
                /**
                 * @example TYPE,CONTENT,PRIORITY,INDENT
                 *     task,Buy milk @shop,1,1
                 */
                "text/csv": string;
            };
        };
        responses: {
            /** @description What came, and what did not */
            200: {
                headers: {
                    /** @description The caller's, if it was sane, else a new one; it is in the log */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ImportReport"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["Conflict"];
            413: components["responses"]["PayloadTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["ValidationError"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["InternalServerError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    undo_import: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description The identity that the token names; any other is answered with 404
                 * @example TnwXORqQ6oxSnNQtCvQU5t5jHc1Cd8hv
                 */
                user_id: string;
                /**
                 * @description The import; what is not a UUID names none
                 * @example 01990f3e-8a5c-7cc3-98c4-dc0c0c07398d
                 */
                import_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What is gone, and what stays */
            200: {
                headers: {
                    /** @description The caller's, if it was sane, else a new one; it is in the log */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ImportReversal"];
                };
            };
            401: components["responses"]["Unauthorized"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["Conflict"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["InternalServerError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    list_lists: {
        parameters: {
            query?: {
                /** @description `true`: the trash in place of the lists. */
                deleted?: boolean;
            };
            header?: {
                /** @description Entity tags of what the caller has, such as `"3"`: if one is current, the answer is 304 */
                "If-None-Match"?: string;
            };
            path: {
                /**
                 * @description The identity that the token names; any other is answered with 404
                 * @example TnwXORqQ6oxSnNQtCvQU5t5jHc1Cd8hv
                 */
                user_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The lists */
            200: {
                headers: {
                    /** @description The version of what was sent: for If-Match and If-None-Match */
                    ETag?: string;
                    /** @description The caller's, if it was sane, else a new one; it is in the log */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Lists"];
                };
            };
            /** @description `If-None-Match` names what there is: nothing is sent again */
            304: {
                headers: {
                    /** @description The version of what there is */
                    ETag?: string;
                    /** @description The caller's, if it was sane, else a new one; it is in the log */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            404: components["responses"]["NotFound"];
            422: components["responses"]["ValidationError"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["InternalServerError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    create_list: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes the request safe to repeat for 24 hours: the first answer is given again. 1 to 255 visible ASCII characters */
                "Idempotency-Key"?: string;
            };
            path: {
                /**
                 * @description The identity that the token names; any other is answered with 404
                 * @example TnwXORqQ6oxSnNQtCvQU5t5jHc1Cd8hv
                 */
                user_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewList"];
            };
        };
        responses: {
            /** @description The same list of this `id` was there already */
            200: {
                headers: {
                    /** @description The version of what was sent: for If-Match and If-None-Match */
                    ETag?: string;
                    /** @description `true` if this is the answer to the first time */
                    "Idempotency-Replayed"?: string;
                    /** @description The caller's, if it was sane, else a new one; it is in the log */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["List"];
                };
            };
            /** @description The list was created */
            201: {
                headers: {
                    /** @description The version of what was sent: for If-Match and If-None-Match */
                    ETag?: string;
                    /** @description `true` if this is the answer to the first time */
                    "Idempotency-Replayed"?: string;
                    /** @description The path of the new list */
                    Location?: string;
                    /** @description The caller's, if it was sane, else a new one; it is in the log */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["List"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["Conflict"];
            413: components["responses"]["PayloadTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["ValidationError"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["InternalServerError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    get_list: {
        parameters: {
            query?: never;
            header?: {
                /** @description Entity tags of what the caller has, such as `"3"`: if one is current, the answer is 304 */
                "If-None-Match"?: string;
            };
            path: {
                /**
                 * @description The identity that the token names; any other is answered with 404
                 * @example TnwXORqQ6oxSnNQtCvQU5t5jHc1Cd8hv
                 */
                user_id: string;
                /**
                 * @description The list; what is not a UUID names none
                 * @example 01990f3e-8a5c-7cc3-98c4-dc0c0c07398f
                 */
                list_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The list */
            200: {
                headers: {
                    /** @description The version of what was sent: for If-Match and If-None-Match */
                    ETag?: string;
                    /** @description The caller's, if it was sane, else a new one; it is in the log */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["List"];
                };
            };
            /** @description `If-None-Match` names what there is: nothing is sent again */
            304: {
                headers: {
                    /** @description The version of what there is */
                    ETag?: string;
                    /** @description The caller's, if it was sane, else a new one; it is in the log */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            404: components["responses"]["NotFound"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["InternalServerError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    change_list: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes the request safe to repeat for 24 hours: the first answer is given again. 1 to 255 visible ASCII characters */
                "Idempotency-Key"?: string;
                /** @description Entity tags of the versions that the caller knows, such as `"3"`: if none is current, the answer is 412 */
                "If-Match"?: string;
                /** @description `*`: creates it under this id, and only if there is none; the body is that of a new one then */
                "If-None-Match"?: string;
            };
            path: {
                /**
                 * @description The identity that the token names; any other is answered with 404
                 * @example TnwXORqQ6oxSnNQtCvQU5t5jHc1Cd8hv
                 */
                user_id: string;
                /**
                 * @description The list; what is not a UUID names none
                 * @example 01990f3e-8a5c-7cc3-98c4-dc0c0c07398f
                 */
                list_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ListPatch"];
            };
        };
        responses: {
            /** @description The list as it is now */
            200: {
                headers: {
                    /** @description The version of what was sent: for If-Match and If-None-Match */
                    ETag?: string;
                    /** @description `true` if this is the answer to the first time */
                    "Idempotency-Replayed"?: string;
                    /** @description The caller's, if it was sane, else a new one; it is in the log */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["List"];
                };
            };
            /** @description The list was created */
            201: {
                headers: {
                    /** @description The version of what was sent: for If-Match and If-None-Match */
                    ETag?: string;
                    /** @description `true` if this is the answer to the first time */
                    "Idempotency-Replayed"?: string;
                    /** @description The path of the new list */
                    Location?: string;
                    /** @description The caller's, if it was sane, else a new one; it is in the log */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["List"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["Conflict"];
            412: components["responses"]["PreconditionFailed"];
            413: components["responses"]["PayloadTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["ValidationError"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["InternalServerError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    delete_list: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes the request safe to repeat for 24 hours: the first answer is given again. 1 to 255 visible ASCII characters */
                "Idempotency-Key"?: string;
                /** @description Entity tags of the versions that the caller knows, such as `"3"`: if none is current, the answer is 412 */
                "If-Match"?: string;
            };
            path: {
                /**
                 * @description The identity that the token names; any other is answered with 404
                 * @example TnwXORqQ6oxSnNQtCvQU5t5jHc1Cd8hv
                 */
                user_id: string;
                /**
                 * @description The list; what is not a UUID names none
                 * @example 01990f3e-8a5c-7cc3-98c4-dc0c0c07398f
                 */
                list_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The list is gone */
            204: {
                headers: {
                    /** @description `true` if this is the answer to the first time */
                    "Idempotency-Replayed"?: string;
                    /** @description The caller's, if it was sane, else a new one; it is in the log */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["Conflict"];
            412: components["responses"]["PreconditionFailed"];
            422: components["responses"]["ValidationError"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["InternalServerError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    patch_list: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes the request safe to repeat for 24 hours: the first answer is given again. 1 to 255 visible ASCII characters */
                "Idempotency-Key"?: string;
                /** @description Entity tags of the versions that the caller knows, such as `"3"`: if none is current, the answer is 412 */
                "If-Match"?: string;
            };
            path: {
                /**
                 * @description The identity that the token names; any other is answered with 404
                 * @example TnwXORqQ6oxSnNQtCvQU5t5jHc1Cd8hv
                 */
                user_id: string;
                /**
                 * @description The list; what is not a UUID names none
                 * @example 01990f3e-8a5c-7cc3-98c4-dc0c0c07398f
                 */
                list_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ListPatch"];
                "application/merge-patch+json": components["schemas"]["ListPatch"];
            };
        };
        responses: {
            /** @description The list as it is now */
            200: {
                headers: {
                    /** @description The version of what was sent: for If-Match and If-None-Match */
                    ETag?: string;
                    /** @description `true` if this is the answer to the first time */
                    "Idempotency-Replayed"?: string;
                    /** @description The caller's, if it was sane, else a new one; it is in the log */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["List"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["Conflict"];
            412: components["responses"]["PreconditionFailed"];
            413: components["responses"]["PayloadTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["ValidationError"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["InternalServerError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    list_history_of_list: {
        parameters: {
            query?: {
                /**
                 * @description The most changes on a page; 100 if left out.
                 * @example 50
                 */
                limit?: number;
                /** @description `next_cursor` of the page before, of the same task. */
                cursor?: string;
            };
            header?: {
                /** @description Entity tags of what the caller has, such as `"3"`: if one is current, the answer is 304 */
                "If-None-Match"?: string;
            };
            path: {
                /**
                 * @description The identity that the token names; any other is answered with 404
                 * @example TnwXORqQ6oxSnNQtCvQU5t5jHc1Cd8hv
                 */
                user_id: string;
                /**
                 * @description The list; what is not a UUID names none
                 * @example 01990f3e-8a5c-7cc3-98c4-dc0c0c07398f
                 */
                list_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The changes */
            200: {
                headers: {
                    /** @description The version of what was sent: for If-Match and If-None-Match */
                    ETag?: string;
                    /** @description The caller's, if it was sane, else a new one; it is in the log */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["History"];
                };
            };
            /** @description `If-None-Match` names what there is: nothing is sent again */
            304: {
                headers: {
                    /** @description The version of what there is */
                    ETag?: string;
                    /** @description The caller's, if it was sane, else a new one; it is in the log */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            404: components["responses"]["NotFound"];
            422: components["responses"]["ValidationError"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["InternalServerError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    move_list: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes the request safe to repeat for 24 hours: the first answer is given again. 1 to 255 visible ASCII characters */
                "Idempotency-Key"?: string;
                /** @description Entity tags of the versions that the caller knows, such as `"3"`: if none is current, the answer is 412 */
                "If-Match"?: string;
            };
            path: {
                /**
                 * @description The identity that the token names; any other is answered with 404
                 * @example TnwXORqQ6oxSnNQtCvQU5t5jHc1Cd8hv
                 */
                user_id: string;
                /**
                 * @description The list; what is not a UUID names none
                 * @example 01990f3e-8a5c-7cc3-98c4-dc0c0c07398f
                 */
                list_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["MoveList"];
            };
        };
        responses: {
            /** @description The list as it is now */
            200: {
                headers: {
                    /** @description The version of what was sent: for If-Match and If-None-Match */
                    ETag?: string;
                    /** @description `true` if this is the answer to the first time */
                    "Idempotency-Replayed"?: string;
                    /** @description The caller's, if it was sane, else a new one; it is in the log */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["List"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["Conflict"];
            412: components["responses"]["PreconditionFailed"];
            413: components["responses"]["PayloadTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["ValidationError"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["InternalServerError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    restore_list: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes the request safe to repeat for 24 hours: the first answer is given again. 1 to 255 visible ASCII characters */
                "Idempotency-Key"?: string;
                /** @description Entity tags of the versions that the caller knows, such as `"3"`: if none is current, the answer is 412 */
                "If-Match"?: string;
            };
            path: {
                /**
                 * @description The identity that the token names; any other is answered with 404
                 * @example TnwXORqQ6oxSnNQtCvQU5t5jHc1Cd8hv
                 */
                user_id: string;
                /**
                 * @description The list; what is not a UUID names none
                 * @example 01990f3e-8a5c-7cc3-98c4-dc0c0c07398f
                 */
                list_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The list as it is now */
            200: {
                headers: {
                    /** @description The version of what was sent: for If-Match and If-None-Match */
                    ETag?: string;
                    /** @description `true` if this is the answer to the first time */
                    "Idempotency-Replayed"?: string;
                    /** @description The caller's, if it was sane, else a new one; it is in the log */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["List"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["Conflict"];
            412: components["responses"]["PreconditionFailed"];
            422: components["responses"]["ValidationError"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["InternalServerError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    list_tags: {
        parameters: {
            query?: never;
            header?: {
                /** @description Entity tags of what the caller has, such as `"3"`: if one is current, the answer is 304 */
                "If-None-Match"?: string;
            };
            path: {
                /**
                 * @description The identity that the token names; any other is answered with 404
                 * @example TnwXORqQ6oxSnNQtCvQU5t5jHc1Cd8hv
                 */
                user_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The tags */
            200: {
                headers: {
                    /** @description The version of what was sent: for If-Match and If-None-Match */
                    ETag?: string;
                    /** @description The caller's, if it was sane, else a new one; it is in the log */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TagList"];
                };
            };
            /** @description `If-None-Match` names what there is: nothing is sent again */
            304: {
                headers: {
                    /** @description The version of what there is */
                    ETag?: string;
                    /** @description The caller's, if it was sane, else a new one; it is in the log */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            404: components["responses"]["NotFound"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["InternalServerError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    list_tasks: {
        parameters: {
            query?: {
                /**
                 * @description The most tasks on a page. Without it, all tasks are sent.
                 * @example 50
                 */
                limit?: number;
                /** @description `next_cursor` of the page before, of the same query; an empty one is none. */
                cursor?: string;
                /** @description Only tasks that are done (`true`) or open (`false`). */
                completed?: boolean;
                /** @description `true`: the trash in place of the list. Not together with `completed`. */
                deleted?: boolean;
                /**
                 * @description Only the tasks that this selects (AIP-160): fields, words, `AND`, `OR`, `NOT`, `today()`, `now()`.
                 * @example completed = false AND due <= today()
                 */
                filter?: string;
                /**
                 * @description Up to three of `created_at`, `updated_at`, `due`, `start`, `priority`, `title`, `order`, `completed_at`, each
                 *     with ` desc` if wanted. Tasks without the value are last; ties are newest first.
                 * @example due, priority
                 */
                order_by?: string;
                /**
                 * @description Where `today()` and the days of the filter are: a name of the IANA time zone database. Left out: UTC.
                 * @example Europe/Berlin
                 */
                zone?: string;
            };
            header?: {
                /** @description Entity tags of what the caller has, such as `"3"`: if one is current, the answer is 304 */
                "If-None-Match"?: string;
            };
            path: {
                /**
                 * @description The identity that the token names; any other is answered with 404
                 * @example TnwXORqQ6oxSnNQtCvQU5t5jHc1Cd8hv
                 */
                user_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The tasks */
            200: {
                headers: {
                    /** @description The version of what was sent: for If-Match and If-None-Match */
                    ETag?: string;
                    /** @description The next page, if there is one (RFC 8288): `<…>; rel="next"` */
                    Link?: string;
                    /** @description The caller's, if it was sane, else a new one; it is in the log */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TaskList"];
                };
            };
            /** @description `If-None-Match` names what there is: nothing is sent again */
            304: {
                headers: {
                    /** @description The version of what there is */
                    ETag?: string;
                    /** @description The caller's, if it was sane, else a new one; it is in the log */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            404: components["responses"]["NotFound"];
            410: components["responses"]["CursorExpired"];
            422: components["responses"]["ValidationError"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["InternalServerError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    create_task: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes the request safe to repeat for 24 hours: the first answer is given again. 1 to 255 visible ASCII characters */
                "Idempotency-Key"?: string;
            };
            path: {
                /**
                 * @description The identity that the token names; any other is answered with 404
                 * @example TnwXORqQ6oxSnNQtCvQU5t5jHc1Cd8hv
                 */
                user_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewTask"];
            };
        };
        responses: {
            /** @description The same task of this `id` was there already */
            200: {
                headers: {
                    /** @description The version of what was sent: for If-Match and If-None-Match */
                    ETag?: string;
                    /** @description `true` if this is the answer to the first time */
                    "Idempotency-Replayed"?: string;
                    /** @description The caller's, if it was sane, else a new one; it is in the log */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Task"];
                };
            };
            /** @description The task was created */
            201: {
                headers: {
                    /** @description The version of what was sent: for If-Match and If-None-Match */
                    ETag?: string;
                    /** @description `true` if this is the answer to the first time */
                    "Idempotency-Replayed"?: string;
                    /** @description The path of the new task */
                    Location?: string;
                    /** @description The caller's, if it was sane, else a new one; it is in the log */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Task"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["Conflict"];
            413: components["responses"]["PayloadTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["ValidationError"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["InternalServerError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    create_batch: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes the request safe to repeat for 24 hours: the first answer is given again. 1 to 255 visible ASCII characters */
                "Idempotency-Key"?: string;
            };
            path: {
                /**
                 * @description The identity that the token names; any other is answered with 404
                 * @example TnwXORqQ6oxSnNQtCvQU5t5jHc1Cd8hv
                 */
                user_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Batch"];
            };
        };
        responses: {
            /** @description What came of each operation */
            200: {
                headers: {
                    /** @description `true` if this is the answer to the first time */
                    "Idempotency-Replayed"?: string;
                    /** @description The caller's, if it was sane, else a new one; it is in the log */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["BatchResults"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["Conflict"];
            412: components["responses"]["PreconditionFailed"];
            413: components["responses"]["PayloadTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["ValidationError"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["InternalServerError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    get_task: {
        parameters: {
            query?: never;
            header?: {
                /** @description Entity tags of what the caller has, such as `"3"`: if one is current, the answer is 304 */
                "If-None-Match"?: string;
            };
            path: {
                /**
                 * @description The identity that the token names; any other is answered with 404
                 * @example TnwXORqQ6oxSnNQtCvQU5t5jHc1Cd8hv
                 */
                user_id: string;
                /**
                 * @description The task; what is not a UUID names none
                 * @example 01990f3e-8a5c-7cc3-98c4-dc0c0c07398f
                 */
                task_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The task */
            200: {
                headers: {
                    /** @description The version of what was sent: for If-Match and If-None-Match */
                    ETag?: string;
                    /** @description The caller's, if it was sane, else a new one; it is in the log */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Task"];
                };
            };
            /** @description `If-None-Match` names what there is: nothing is sent again */
            304: {
                headers: {
                    /** @description The version of what there is */
                    ETag?: string;
                    /** @description The caller's, if it was sane, else a new one; it is in the log */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            404: components["responses"]["NotFound"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["InternalServerError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    change_task: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes the request safe to repeat for 24 hours: the first answer is given again. 1 to 255 visible ASCII characters */
                "Idempotency-Key"?: string;
                /** @description Entity tags of the versions that the caller knows, such as `"3"`: if none is current, the answer is 412 */
                "If-Match"?: string;
                /** @description `*`: creates it under this id, and only if there is none; the body is that of a new one then */
                "If-None-Match"?: string;
            };
            path: {
                /**
                 * @description The identity that the token names; any other is answered with 404
                 * @example TnwXORqQ6oxSnNQtCvQU5t5jHc1Cd8hv
                 */
                user_id: string;
                /**
                 * @description The task; what is not a UUID names none
                 * @example 01990f3e-8a5c-7cc3-98c4-dc0c0c07398f
                 */
                task_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["TaskPatch"];
            };
        };
        responses: {
            /** @description The task as it is now */
            200: {
                headers: {
                    /** @description The version of what was sent: for If-Match and If-None-Match */
                    ETag?: string;
                    /** @description `true` if this is the answer to the first time */
                    "Idempotency-Replayed"?: string;
                    /** @description The caller's, if it was sane, else a new one; it is in the log */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Task"];
                };
            };
            /** @description The task was created */
            201: {
                headers: {
                    /** @description The version of what was sent: for If-Match and If-None-Match */
                    ETag?: string;
                    /** @description `true` if this is the answer to the first time */
                    "Idempotency-Replayed"?: string;
                    /** @description The path of the new task */
                    Location?: string;
                    /** @description The caller's, if it was sane, else a new one; it is in the log */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Task"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["Conflict"];
            412: components["responses"]["PreconditionFailed"];
            413: components["responses"]["PayloadTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["ValidationError"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["InternalServerError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    delete_task: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes the request safe to repeat for 24 hours: the first answer is given again. 1 to 255 visible ASCII characters */
                "Idempotency-Key"?: string;
                /** @description Entity tags of the versions that the caller knows, such as `"3"`: if none is current, the answer is 412 */
                "If-Match"?: string;
            };
            path: {
                /**
                 * @description The identity that the token names; any other is answered with 404
                 * @example TnwXORqQ6oxSnNQtCvQU5t5jHc1Cd8hv
                 */
                user_id: string;
                /**
                 * @description The task; what is not a UUID names none
                 * @example 01990f3e-8a5c-7cc3-98c4-dc0c0c07398f
                 */
                task_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The task is gone */
            204: {
                headers: {
                    /** @description `true` if this is the answer to the first time */
                    "Idempotency-Replayed"?: string;
                    /** @description The caller's, if it was sane, else a new one; it is in the log */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["Conflict"];
            412: components["responses"]["PreconditionFailed"];
            422: components["responses"]["ValidationError"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["InternalServerError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    patch_task: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes the request safe to repeat for 24 hours: the first answer is given again. 1 to 255 visible ASCII characters */
                "Idempotency-Key"?: string;
                /** @description Entity tags of the versions that the caller knows, such as `"3"`: if none is current, the answer is 412 */
                "If-Match"?: string;
            };
            path: {
                /**
                 * @description The identity that the token names; any other is answered with 404
                 * @example TnwXORqQ6oxSnNQtCvQU5t5jHc1Cd8hv
                 */
                user_id: string;
                /**
                 * @description The task; what is not a UUID names none
                 * @example 01990f3e-8a5c-7cc3-98c4-dc0c0c07398f
                 */
                task_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["TaskPatch"];
                "application/merge-patch+json": components["schemas"]["TaskPatch"];
            };
        };
        responses: {
            /** @description The task as it is now */
            200: {
                headers: {
                    /** @description The version of what was sent: for If-Match and If-None-Match */
                    ETag?: string;
                    /** @description `true` if this is the answer to the first time */
                    "Idempotency-Replayed"?: string;
                    /** @description The caller's, if it was sane, else a new one; it is in the log */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Task"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["Conflict"];
            412: components["responses"]["PreconditionFailed"];
            413: components["responses"]["PayloadTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["ValidationError"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["InternalServerError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    complete_task: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes the request safe to repeat for 24 hours: the first answer is given again. 1 to 255 visible ASCII characters */
                "Idempotency-Key"?: string;
                /** @description Entity tags of the versions that the caller knows, such as `"3"`: if none is current, the answer is 412 */
                "If-Match"?: string;
            };
            path: {
                /**
                 * @description The identity that the token names; any other is answered with 404
                 * @example TnwXORqQ6oxSnNQtCvQU5t5jHc1Cd8hv
                 */
                user_id: string;
                /**
                 * @description The task; what is not a UUID names none
                 * @example 01990f3e-8a5c-7cc3-98c4-dc0c0c07398f
                 */
                task_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Completion"];
            };
        };
        responses: {
            /** @description The task as it is now */
            200: {
                headers: {
                    /** @description The version of what was sent: for If-Match and If-None-Match */
                    ETag?: string;
                    /** @description `true` if this is the answer to the first time */
                    "Idempotency-Replayed"?: string;
                    /** @description The caller's, if it was sane, else a new one; it is in the log */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Task"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["Conflict"];
            412: components["responses"]["PreconditionFailed"];
            413: components["responses"]["PayloadTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["ValidationError"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["InternalServerError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    list_history: {
        parameters: {
            query?: {
                /**
                 * @description The most changes on a page; 100 if left out.
                 * @example 50
                 */
                limit?: number;
                /** @description `next_cursor` of the page before, of the same task. */
                cursor?: string;
            };
            header?: {
                /** @description Entity tags of what the caller has, such as `"3"`: if one is current, the answer is 304 */
                "If-None-Match"?: string;
            };
            path: {
                /**
                 * @description The identity that the token names; any other is answered with 404
                 * @example TnwXORqQ6oxSnNQtCvQU5t5jHc1Cd8hv
                 */
                user_id: string;
                /**
                 * @description The task; what is not a UUID names none
                 * @example 01990f3e-8a5c-7cc3-98c4-dc0c0c07398f
                 */
                task_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The changes */
            200: {
                headers: {
                    /** @description The version of what was sent: for If-Match and If-None-Match */
                    ETag?: string;
                    /** @description The caller's, if it was sane, else a new one; it is in the log */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["History"];
                };
            };
            /** @description `If-None-Match` names what there is: nothing is sent again */
            304: {
                headers: {
                    /** @description The version of what there is */
                    ETag?: string;
                    /** @description The caller's, if it was sane, else a new one; it is in the log */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            404: components["responses"]["NotFound"];
            422: components["responses"]["ValidationError"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["InternalServerError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    move_task: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes the request safe to repeat for 24 hours: the first answer is given again. 1 to 255 visible ASCII characters */
                "Idempotency-Key"?: string;
                /** @description Entity tags of the versions that the caller knows, such as `"3"`: if none is current, the answer is 412 */
                "If-Match"?: string;
            };
            path: {
                /**
                 * @description The identity that the token names; any other is answered with 404
                 * @example TnwXORqQ6oxSnNQtCvQU5t5jHc1Cd8hv
                 */
                user_id: string;
                /**
                 * @description The task; what is not a UUID names none
                 * @example 01990f3e-8a5c-7cc3-98c4-dc0c0c07398f
                 */
                task_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Move"];
            };
        };
        responses: {
            /** @description The task as it is now */
            200: {
                headers: {
                    /** @description The version of what was sent: for If-Match and If-None-Match */
                    ETag?: string;
                    /** @description `true` if this is the answer to the first time */
                    "Idempotency-Replayed"?: string;
                    /** @description The caller's, if it was sane, else a new one; it is in the log */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Task"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["Conflict"];
            412: components["responses"]["PreconditionFailed"];
            413: components["responses"]["PayloadTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["ValidationError"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["InternalServerError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    list_occurrences: {
        parameters: {
            query?: {
                /**
                 * @description The most occurrences; 10 if left out.
                 * @example 12
                 */
                limit?: number;
            };
            header?: {
                /** @description Entity tags of what the caller has, such as `"3"`: if one is current, the answer is 304 */
                "If-None-Match"?: string;
            };
            path: {
                /**
                 * @description The identity that the token names; any other is answered with 404
                 * @example TnwXORqQ6oxSnNQtCvQU5t5jHc1Cd8hv
                 */
                user_id: string;
                /**
                 * @description The task; what is not a UUID names none
                 * @example 01990f3e-8a5c-7cc3-98c4-dc0c0c07398f
                 */
                task_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The occurrences */
            200: {
                headers: {
                    /** @description The version of what was sent: for If-Match and If-None-Match */
                    ETag?: string;
                    /** @description The caller's, if it was sane, else a new one; it is in the log */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Occurrences"];
                };
            };
            /** @description `If-None-Match` names what there is: nothing is sent again */
            304: {
                headers: {
                    /** @description The version of what there is */
                    ETag?: string;
                    /** @description The caller's, if it was sane, else a new one; it is in the log */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            404: components["responses"]["NotFound"];
            422: components["responses"]["ValidationError"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["InternalServerError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    restore_task: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes the request safe to repeat for 24 hours: the first answer is given again. 1 to 255 visible ASCII characters */
                "Idempotency-Key"?: string;
                /** @description Entity tags of the versions that the caller knows, such as `"3"`: if none is current, the answer is 412 */
                "If-Match"?: string;
            };
            path: {
                /**
                 * @description The identity that the token names; any other is answered with 404
                 * @example TnwXORqQ6oxSnNQtCvQU5t5jHc1Cd8hv
                 */
                user_id: string;
                /**
                 * @description The task; what is not a UUID names none
                 * @example 01990f3e-8a5c-7cc3-98c4-dc0c0c07398f
                 */
                task_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The task as it is now */
            200: {
                headers: {
                    /** @description The version of what was sent: for If-Match and If-None-Match */
                    ETag?: string;
                    /** @description `true` if this is the answer to the first time */
                    "Idempotency-Replayed"?: string;
                    /** @description The caller's, if it was sane, else a new one; it is in the log */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Task"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["Conflict"];
            412: components["responses"]["PreconditionFailed"];
            422: components["responses"]["ValidationError"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["InternalServerError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    skip_task: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes the request safe to repeat for 24 hours: the first answer is given again. 1 to 255 visible ASCII characters */
                "Idempotency-Key"?: string;
            };
            path: {
                /**
                 * @description The identity that the token names; any other is answered with 404
                 * @example TnwXORqQ6oxSnNQtCvQU5t5jHc1Cd8hv
                 */
                user_id: string;
                /**
                 * @description The task; what is not a UUID names none
                 * @example 01990f3e-8a5c-7cc3-98c4-dc0c0c07398f
                 */
                task_id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                /**
                 * @example {
                 *       "occurrence": "2026-12-01"
                 *     }
                 */
                "application/json": components["schemas"]["Skipping"] | null;
            };
        };
        responses: {
            /** @description The task as it is now */
            200: {
                headers: {
                    /** @description `true` if this is the answer to the first time */
                    "Idempotency-Replayed"?: string;
                    /** @description The caller's, if it was sane, else a new one; it is in the log */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Task"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["Conflict"];
            413: components["responses"]["PayloadTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["ValidationError"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["InternalServerError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    get_health: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The process lives */
            200: {
                headers: {
                    /** @description The caller's, if it was sane, else a new one; it is in the log */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Health"];
                };
            };
            500: components["responses"]["InternalServerError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    get_readiness: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Requests can be served */
            200: {
                headers: {
                    /** @description The caller's, if it was sane, else a new one; it is in the log */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Readiness"];
                };
            };
            500: components["responses"]["InternalServerError"];
            /** @description The database or the keys that verify tokens cannot be reached */
            503: {
                headers: {
                    /** @description Seconds to wait before the next try */
                    "Retry-After"?: string;
                    /** @description The caller's, if it was sane, else a new one; it is in the log */
                    "X-Request-Id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "checks": {
                     *         "database": "unavailable",
                     *         "keys": "ok"
                     *       },
                     *       "status": "unavailable"
                     *     }
                     */
                    "application/json": components["schemas"]["Readiness"];
                };
            };
        };
    };
}
