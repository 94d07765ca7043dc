// Texts as the server handles them: by code points, and by the white space of Unicode.

/** As the server trims: the white space of Unicode at both ends. */
export function trimmed(text: string): string {
  return text.replace(/^\p{White_Space}+|\p{White_Space}+$/gu, "");
}

/** The order of two texts by code points, which UTF-16 has in another one. */
export function compareText(a: string, b: string): number {
  let at = 0;
  while (at < a.length && a[at] === b[at]) at += 1;
  if (at >= a.length || at >= b.length) return a.length - b.length;
  const place = (unit: number) => (unit >= 0xe000 ? unit - 0x800 : unit >= 0xd800 ? unit + 0x2000 : unit);
  return place(a.charCodeAt(at)) - place(b.charCodeAt(at));
}
