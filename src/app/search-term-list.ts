// A list of indicators, pasted or dropped as a text file, as terms of one search: addresses, hashes, names, one a line.
// Lists come out of reports and tickets: with comments, quotes, CSV tails and defanged addresses.

/** What the search takes in one pass. */
export const MAX_TERMS = 10_000;
/** Shorter terms are in nearly every event. */
export const MIN_TERM_LENGTH = 3;
/** Longer lines are no indicators. */
const MAX_TERM_LENGTH = 1_000;
/** Bytes of a list file that are read; 10,000 SHA-512 hashes are 1.3 MB. */
export const MAX_LIST_BYTES = 8 * 1_024 * 1_024;

export interface TermList {
  readonly terms: readonly string[];
  /** Lines that name a term again. */
  readonly repeated: number;
  /** Lines whose term is too short or too long to search for. */
  readonly unfit: number;
  /** Terms beyond the first 10,000. */
  readonly beyond: number;
}

/** Reads one term a line. Blank lines and lines that begin with # are left out; case does not tell terms apart. */
export function parseTermList(text: string): TermList {
  const terms = new Map<string, string>();
  let repeated = 0;
  let unfit = 0;
  let beyond = 0;
  for (const line of text.replace(/^\ufeff/, '').split(/\r\n|\r|\n/)) {
    if (line.trim() === '' || /^\s*#/.test(line)) continue;
    const term = termOf(line);
    if (term.length < MIN_TERM_LENGTH || term.length > MAX_TERM_LENGTH) unfit++;
    else if (terms.has(term.toLowerCase())) repeated++;
    else if (terms.size >= MAX_TERMS) beyond++;
    else terms.set(term.toLowerCase(), term);
  }
  return { terms: [...terms.values()], repeated, unfit, beyond };
}

/** Decodes a list file: UTF-16 by its mark (lists saved on Windows), else UTF-8. Rejects when the file cannot be read. */
export async function loadListText(file: Blob): Promise<string> {
  const bytes = new Uint8Array(await file.slice(0, MAX_LIST_BYTES).arrayBuffer());
  const encoding =
    bytes[0] === 0xff && bytes[1] === 0xfe ? 'utf-16le' : bytes[0] === 0xfe && bytes[1] === 0xff ? 'utf-16be' : 'utf-8';
  return new TextDecoder(encoding).decode(bytes);
}

function termOf(line: string): string {
  const quoted = /^\s*"((?:[^"]|"")*)"/.exec(line)?.[1]?.replaceAll('""', '"');
  // The first cell of a CSV line; a tab or semicolon is never part of an indicator, a comma may be part of a name.
  const plain = (quoted ?? line.split(/[\t;]|,(?=\S*$|\s)/)[0] ?? '').trim();
  // Reports write addresses so that nobody follows them by mistake: 10[.]0[.]0[.]1, hxxp://, name(at)host.
  return plain
    .replace(/\[\.\]|\(\.\)|\[dot\]/gi, '.')
    .replace(/\[:\]/g, ':')
    .replace(/\[@\]|\[at\]/gi, '@')
    .replace(/^hxxp/i, 'http');
}
