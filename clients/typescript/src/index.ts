// The public names, and nothing else.

export { createClient } from "./client.js";
export type { CallOptions, ChangeOptions, Client, ClientOptions, RawAnswer, RawRequest, WriteOptions } from "./client.js";
export { TickboxError, type LocalCode } from "./errors.js";
export type { EventsOptions, ServerEvent } from "./events.js";
export { parseFilter, type Filter, type Filterable, type Moment } from "./filter.js";
export type { OnConflict } from "./flush.js";
export type { Live, Status } from "./follow.js";
export { timeId } from "./ids.js";
export { indexedDb, type IndexedDbOptions } from "./indexeddb.js";
export { forgetLastUser, lastUser } from "./last-user.js";
export type { Operation } from "./operations.js";
export { orderOf } from "./order.js";
export type { Query } from "./query.js";
export type { Refused } from "./queue.js";
export type { Conflict, Resolution } from "./resolve.js";
export type { RetryPolicy } from "./retry.js";
export { parseOrder } from "./sorting.js";
export { memory, type Storage } from "./storage.js";
export { createStore, type Store, type StoreOptions } from "./store.js";
export { FilterError } from "./syntax.js";
export type { TokenSource } from "./tokens.js";
export type * from "./types.js";
export type { AskUnsent } from "./wiping.js";
export type { NewTaskFields } from "./writes.js";
