// Files of other programs, and the window that takes them.

export const dialogOf = (page) => page.getByRole("dialog", { name: "Import and export" });
export const button = (page, name) => dialogOf(page).getByRole("button", { name });

export const TODOIST = [
  "TYPE,CONTENT,DESCRIPTION,PRIORITY,INDENT,AUTHOR,RESPONSIBLE,DATE,DATE_LANG,TIMEZONE",
  "task,Paint the wall @home,In white,1,1,,,2026-12-24,en,",
  "task,Buy paint,,4,2,,,,,",
  "task,Water the plants,,4,1,,,every day,en,",
].join("\n");
/** A list of Google's, with so many tasks. */
export const errands = (many) => {
  const items = Array.from({ length: many }, (_, number) => ({
    ...{ id: `t${number}`, title: "Post the letter", status: "needsAction" },
  }));
  return JSON.stringify({ items: [{ kind: "tasks#taskList", id: "l", title: "Errands", items }] });
};
export const MICROSOFT = JSON.stringify({
  value: [
    {
      ...{ id: "L", displayName: "Tasks" },
      tasks: [{ id: "T", title: "Call the bank", status: "notStarted", importance: "high" }],
    },
  ],
});
export const CALENDAR = ["BEGIN:VCALENDAR", "BEGIN:VTODO", "UID:1", "SUMMARY:Wash the car"].concat([
  "END:VTODO",
  "END:VCALENDAR",
  "",
]);

const uuid = (number) => `01990f3e-8a5c-7cc3-98c4-${String(number).padStart(12, "0")}`;
/** An export of so many tasks. */
export const ours = (many) =>
  [
    '{"kind":"tickbox","version":1}',
    ...Array.from({ length: many }, (_, number) =>
      JSON.stringify({ kind: "task", id: uuid(number), title: `Task ${number}` }),
    ),
  ].join("\n");

export async function open(page) {
  await page.getByRole("button", { name: "Import and export" }).click();
  await dialogOf(page).waitFor();
}

export async function choose(page, name, text) {
  const buffer = Buffer.from(text);
  const file = { name, mimeType: "application/octet-stream", buffer };
  await dialogOf(page).locator('input[type="file"]').setInputFiles(file);
}

/** What the browser itself says of answers of such a status is no fault of the page. */
export function allow(visitor, status) {
  visitor.faults = visitor.faults.filter((text) => !text.includes(`status of ${status}`));
}

/** Drops a file on the page as it is, whatever it is. */
export function drop(page, name, text) {
  return page.evaluate(
    ([name, text]) => {
      const dataTransfer = new DataTransfer();
      const content = typeof text === "number" ? new Uint8Array(text) : text;
      dataTransfer.items.add(new File([content], name));
      const event = (type) =>
        new DragEvent(type, { dataTransfer, bubbles: true, cancelable: true });
      document.body.dispatchEvent(event("dragover"));
      document.body.dispatchEvent(event("drop"));
    },
    [name, text],
  );
}

/** An import that is no dry run. */
export const isReal = (url) => url.pathname.endsWith("/import") && !url.searchParams.has("dry_run");
