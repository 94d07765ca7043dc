// Finding words in texts, as the server does it (`src/domain/search.rs`): words are runs of letters and digits, without
// regard to case and accents.

/** Accents and points of Latin, Greek, Cyrillic, Hebrew and Arabic, and those for symbols. Vowel signs are letters. */
const ACCENTS =
  /[\u0300-\u036f\u0591-\u05bd\u05bf-\u05c7\u064b-\u065f\u0670\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]/g;

/** Scripts that are written without spaces between words, or that join particles to them. */
const UNSPACED =
  "\\u0e00-\\u0eff\\u1000-\\u109f\\u1100-\\u11ff\\u1780-\\u17ff\\u3005-\\u3007\\u3040-\\u31ff\\u3400-\\u4dbf" +
  "\\u4e00-\\u9fff\\ua960-\\ua97f\\uac00-\\ud7ff\\uf900-\\ufaff\\u{20000}-\\u{3ffff}";
const PART = "[\\p{Alphabetic}\\p{N}\\p{M}]";
/** Runs of letters and digits, cut where a script without spaces (in the first group) begins or ends. */
const WORD = new RegExp(`((?:(?=${PART})[${UNSPACED}])+)|(?:(?![${UNSPACED}])${PART})+`, "gu");

/** A text without regard to case, accents and ways to write the same character. */
export function fold(text: string): string {
  const plain = (text: string) => text.normalize("NFKD").replace(ACCENTS, "");
  // Down, up and down, because ẞ meets ß only below, and ß meets ss only above; a last sigma is a sigma.
  const cased = plain(text).toLowerCase().toUpperCase().toLowerCase().replaceAll("ς", "σ");
  return plain(cased).normalize("NFC");
}

type Term = (folded: string, words: string[]) => boolean;

/** Whether every word occurs in one of the texts; `undefined` where there is nothing to look for. */
export function parseSearch(text: string): ((texts: readonly string[]) => boolean) | undefined {
  const folded = fold(text);
  const terms: Term[] = [];
  for (const match of folded.matchAll(WORD)) {
    const [word, unspaced] = match;
    if (unspaced !== undefined) terms.push((folded) => folded.includes(word));
    else if (folded[match.index + word.length] === "*") terms.push((_, words) => words.some((own) => own.startsWith(word)));
    else terms.push((_, words) => words.includes(word));
  }
  const rest = folded.replace(/^\p{White_Space}+|\p{White_Space}+$/gu, "");
  if (terms.length === 0 && /[^*]/.test(rest)) terms.push((folded) => folded.includes(rest));
  if (terms.length === 0) return undefined;
  return (texts) => {
    const all = texts.map(fold).map((folded) => [folded, folded.match(WORD) ?? []] as const);
    return terms.every((term) => all.some(([folded, words]) => term(folded, words)));
  };
}
