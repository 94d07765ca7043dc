// The words of the API, taken from the generated types.

import type { components, operations, paths } from "./openapi.js";

type Schemas = components["schemas"];

/** A task, as the server keeps it. */
export type Task = Schemas["Task"];
/** A list of tasks, as the server keeps it. */
export type List = Schemas["List"];
/** A list to be made. With an `id` of your own the same list is never made twice. */
export type NewList = Schemas["NewList"];
/** What is to be changed of a list: a field that is left out keeps its value. */
export type ListPatch = Schemas["ListPatch"];
/** Lists in their order, each with the number of its open tasks. */
export type Lists = Schemas["Lists"];
/** Where a task goes: beside the first of both that is a sibling there; what else is left out stays. */
export type Target = Optional<Schemas["Move"]>;
/** Which occurrence of a task that repeats is meant, and on which day it is done. */
export type Occasion = Optional<Schemas["Skipping"]>;
/** When a task is due, now and later. */
export type Occurrences = Schemas["Occurrences"];
/** Where a list goes, among the others. */
export type Beside = Optional<Schemas["MoveList"]>;
/** A task to be made. With an `id` of your own the same task is never made twice. */
export type NewTask = Schemas["NewTask"];
/** What is to be changed of a task: a field that is left out keeps its value. */
export type TaskPatch = Schemas["TaskPatch"];
/** Tasks, newest first, or as `order_by` says. */
export type TaskList = Schemas["TaskList"];
/** Tags, and how many tasks have each. */
export type TagList = Schemas["TagList"];
/** One operation of a batch. */
export type BatchOperation = Schemas["BatchOperation"];
/** What came of one operation of a batch. */
export type BatchResult = Omit<Schemas["BatchResult"], "error"> & { error?: ErrorBody };
export interface BatchResults {
  results: BatchResult[];
  dry_run?: boolean;
}
export type ErrorBody = Schemas["ErrorBody"];
export type Health = Schemas["Health"];
export type Readiness = Schemas["Readiness"];

export type ListQuery = Query<"list_tasks">;
type Query<O extends keyof operations> = Optional<NonNullable<operations[O]["parameters"]["query"]>>;
type Optional<O> = { [K in keyof O]?: O[K] | undefined };

/** A task in its present state, or one that is gone. */
export type Change = Schemas["Change"];
export type Changes = Schemas["ChangeList"];
export type ChangesQuery = Query<"list_changes">;

/** What was once done to a task. */
export type PastChange = Schemas["PastChange"];
export type History = Schemas["History"];
export type HistoryQuery = Query<"list_history">;
export type Undone = Schemas["Undone"];

export type Ticket = Schemas["TicketBody"];

export type ImportQuery = Query<"import_user">;
/** What an import has brought, and what it has not. */
export type ImportReport = Schemas["ImportReport"];
/** What has gone of an import that was taken back, and what has stayed. */
export type ImportReversal = Schemas["ImportReversal"];

/** What people write into a task. */
export type Field = keyof Task & keyof TaskPatch;
export type Fields = Pick<Task, Field>;
/** A change of a task, in the form in which the server answers it; `null` removes what may be missing. */
export type Patch = { [F in Field]?: NonNullable<Task[F]> | Extract<TaskPatch[F], null> };

/** Every route and method of the API: the client must have a method for each. */
export type Route = { [P in keyof paths]: { [M in Method]: paths[P][M] extends object ? `${Uppercase<M>} ${P}` : never }[Method] }[keyof paths];
type Method = "get" | "post" | "put" | "patch" | "delete";
