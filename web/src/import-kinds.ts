// Which files can be brought along, and how they are told apart: by how they begin, else by their
// names.

export type Kind = "todoist" | "microsoft" | "google" | "icalendar" | "tickbox";

/** Each with its name, and where people find such a file. */
export const KINDS: Readonly<Record<Kind, readonly [name: string, where: string]>> = {
  todoist: ["Todoist", "a project’s menu, Export as a template, CSV"],
  microsoft: ["Microsoft To Do", "what Microsoft Graph answers, JSON"],
  google: ["Google Tasks", "Takeout, Tasks.json"],
  icalendar: ["iCalendar", ".ics of Apple Reminders, Nextcloud, tasks.org, …"],
  tickbox: ["tickbox", "what Download my tasks gives, .ndjson"],
};

export const SUFFIXES = ".csv,.json,.ics,.ndjson,.jsonl";

/** As much as the server takes at once. */
const MOST = 64 * 1024 * 1024;
const HEAD = 64 * 1024;

/** Why a file cannot be sent at all, in words. */
export class Unfit extends Error {}

/** What a file is, if it can be told. Throws `Unfit` for what is certainly nothing. */
export async function recognize(file: File): Promise<Kind | undefined> {
  const head = await file
    .slice(0, HEAD)
    .text()
    .catch(() => {
      throw new Unfit("It cannot be read. If it is a folder, choose a file in it.");
    });
  if (file.size === 0) throw new Unfit("The file is empty.");
  if (head.startsWith("PK\u0003\u0004"))
    throw new Unfit("This is an archive: unpack it, and choose the file in it (Tasks.json).");
  if (file.size > MOST)
    throw new Unfit(`It is too large: ${sayBytes(file.size)}. The server takes 64 MB at once.`);
  return byContent(head.replace(/^\uFEFF/, "").trimStart()) ?? byName(file.name.toLowerCase());
}

function byContent(head: string): Kind | undefined {
  if (/^BEGIN:VCALENDAR/i.test(head)) return "icalendar";
  if (/^[[{]/.test(head)) return byNames(head);
  const [first = ""] = head.split(/\r?\n/, 1);
  const columns = first.split(/[,;\t]/).map((name) => name.replace(/"/g, "").trim().toUpperCase());
  return columns.includes("TYPE") && columns.includes("CONTENT") ? "todoist" : undefined;
}

/** By names that only one of them has. */
function byNames(head: string): Kind | undefined {
  const [first = ""] = head.split("\n", 1);
  if (/^\{.*"kind"\s*:\s*"(tickbox|task|list)"/.test(first)) return "tickbox";
  if (/"kind"\s*:\s*"tasks#/.test(head)) return "google";
  if (/"@odata\.|"(displayName|dueDateTime|importance|createdDateTime)"\s*:/.test(head))
    return "microsoft";
  return /"items"\s*:\s*\[/.test(head) ? "google" : undefined;
}

function byName(name: string): Kind | undefined {
  if (name.endsWith(".ics")) return "icalendar";
  if (/\.(ndjson|jsonl)$/.test(name)) return "tickbox";
  return /^tasks.*\.json$/.test(name) ? "google" : undefined;
}

/** `640 bytes`, `12 kB`, `3.4 MB`. */
export function sayBytes(bytes: number): string {
  if (bytes < 1000) return `${bytes} bytes`;
  if (bytes < 1_000_000) return `${Math.round(bytes / 1000)} kB`;
  return `${(bytes / 1_000_000).toFixed(1)} MB`;
}
