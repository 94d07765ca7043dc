// What goes wrong, in one class: an answer that is a refusal, or no answer at all.

import type { ImportReport, Task } from "./types.js";

/** Codes of failures that have no answer of the server behind them; their `status` is 0. */
export type LocalCode =
  /** The server could not be reached, or the answer broke off. */
  | "NETWORK"
  /** No answer in time. */
  | "TIMEOUT"
  /** The token function failed, or gave nothing. */
  | "NO_TOKEN"
  /** The token is somebody else's: nothing was sent. */
  | "WRONG_USER"
  /** The answer is not one of a tickbox server: a captive portal, perhaps. */
  | "BAD_ANSWER"
  /** The store is closed: what would be done with it now would never be sent. */
  | "CLOSED";

interface Facts {
  status: number;
  code: string;
  message: string;
  requestId?: string | undefined;
  fields?: readonly string[] | undefined;
  details?: unknown;
  current?: Task | undefined;
  index?: number | undefined;
  conflictingSeq?: number | undefined;
  import?: ImportReport | undefined;
  retryAfter?: number | undefined;
  cause?: unknown;
}

export class TickboxError extends Error {
  override readonly name = "TickboxError";
  /** The HTTP status, or 0 if there was no answer. */
  readonly status: number;
  /** For programs: the server's `error.code`, or one of {@link LocalCode}. */
  readonly code: string;
  /** Finds the request in the server's log. */
  readonly requestId: string | undefined;
  /** With 422: the names of what breaks a rule. Empty with all others. */
  readonly fields: readonly string[];
  /** More that helps; servers send it in development only. With 422: `{ fields: [{ field, rule }] }`. */
  readonly details: unknown;
  /** With 412, and with 409 of a create: the task as it is. */
  readonly current: Task | undefined;
  /** In an atomic batch: which operation was refused. */
  readonly index: number | undefined;
  /** When an undo is refused: the later change that stands in the way. */
  readonly conflictingSeq: number | undefined;
  /** When an import could not be read further: what had come until then. */
  readonly import: ImportReport | undefined;
  /** How long the server wants to be left alone, in milliseconds. */
  readonly retryAfter: number | undefined;

  constructor(facts: Facts) {
    super(facts.message, facts.cause === undefined ? undefined : { cause: facts.cause });
    this.status = facts.status;
    this.code = facts.code;
    this.requestId = facts.requestId;
    this.fields = facts.fields ?? [];
    this.details = facts.details;
    this.current = facts.current;
    this.index = facts.index;
    this.conflictingSeq = facts.conflictingSeq;
    this.import = facts.import;
    this.retryAfter = facts.retryAfter;
  }

  static local(code: LocalCode, message: string, cause?: unknown): TickboxError {
    return new TickboxError({ status: 0, code, message, cause });
  }

  /** From the answer of a server, whatever it is. */
  static of(status: number, text: string, requestId?: string, retryAfter?: number): TickboxError {
    let body: Record<string, unknown> = {};
    try {
      const parsed = JSON.parse(text) as { error?: Record<string, unknown> } | null;
      body = parsed?.error ?? {};
    } catch {
      // A proxy answers in HTML.
    }
    const { code, message, fields, details, current, index, conflicting_seq: seq } = body;
    return new TickboxError({
      status,
      code: typeof code === "string" ? code : "BAD_ANSWER",
      message: typeof message === "string" ? message : `The server answers ${status}`,
      requestId,
      fields: Array.isArray(fields) ? fields.map(String) : undefined,
      details,
      current: current as Task | undefined,
      import: body["import"] as ImportReport | undefined,
      index: typeof index === "number" ? index : undefined,
      conflictingSeq: typeof seq === "number" ? seq : undefined,
      retryAfter,
    });
  }

  /** Whether the same request may well succeed later, without anybody changing anything. */
  get temporary(): boolean {
    if (this.status === 0) return this.code !== "WRONG_USER" && this.code !== "CLOSED";
    if (this.status === 409) return this.retryAfter !== undefined;
    return this.status >= 500 || [401, 408, 425, 429].includes(this.status);
  }
}

/** Whatever was thrown, as a {@link TickboxError}. */
export function asTickboxError(error: unknown): TickboxError {
  if (error instanceof TickboxError) return error;
  const message = error instanceof Error ? error.message : String(error);
  return TickboxError.local("NETWORK", message, error);
}
