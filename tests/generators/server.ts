// Where the server is, and who calls; and the title that clients have refused which count in UTF-16.
function variable(name: string): string {
  const value = process.env[name];
  if (value === undefined) throw new Error(`${name} is not set`);
  return value;
}

export const url = variable("TICKBOX_URL");
export const user = variable("TICKBOX_USER");
export const token = variable("TICKBOX_TOKEN");
export const longTitle = "🎉".repeat(200);

export function expect(what: unknown, wanted: unknown): void {
  if (what !== wanted) throw new Error(`got ${String(what)}, wanted ${String(wanted)}`);
}
