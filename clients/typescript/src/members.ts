// What a task is made of. Generated from the openapi.json of this repository, so do not edit it:
// `npm run generate` writes it anew, `npm run check:generated` says whether it is current.

/** What the server alone says of a task. Everything else is somebody's content, also what this client does not know. */
export const READ_ONLY: readonly string[] = ["anchor", "completed_at", "created_at", "deleted_at", "done", "id", "occurrence", "order", "updated_at", "user_id", "version"];

/** The content of a new task of which nothing was said. Members that are not named here are left out then. */
export const EMPTY = {
  title: "",
  description: null,
  completed: false,
} as const;

/** The members of which each side may change a part: sets of texts, and objects of the app's own. */
export const MERGED: Readonly<Record<string, "set" | "object" | undefined>> = {
  metadata: "object",
  tags: "set",
};
