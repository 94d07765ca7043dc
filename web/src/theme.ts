// Light or dark: as the device says, or as somebody wants it here.

import { keep, kept } from "./setting.js";

export type Theme = "system" | "light" | "dark";

export const theme = (): Theme => kept<Theme>("theme") ?? "system";

export function setTheme(next: Theme): void {
  keep("theme", next === "system" ? undefined : next);
  applyTheme();
}

export function applyTheme(): void {
  const now = theme();
  const { dataset } = document.documentElement;
  if (now === "system") delete dataset["theme"];
  else dataset["theme"] = now;
}
