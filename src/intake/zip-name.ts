// Names of zip entries: from bytes in the code page of whoever packed, to a path that can be shown. A name is never used to
// open or write anything; still a path must not seem to lead elsewhere or read backwards.

/** The longest path that is kept (UTF-16 units); a zip allows 65,535 bytes. */
const MAX_PATH_UNITS = 1_024;

/** Characters 0x80 to 0xFF of the code pages of DOS that TextDecoder does not know: American and Western European. */
const CP437 =
  'ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜ¢£¥₧ƒáíóúñÑªº¿⌐¬½¼¡«»░▒▓│┤╡╢╖╕╣║╗╝╜╛┐└┴┬├─┼╞╟╚╔╩╦╠═╬╧╨╤╥╙╘╒╓╫╪┘┌█▄▌▐▀αßΓπΣσµτΦΘΩδ∞φε∩≡±≥≤⌠⌡÷≈°∙·√ⁿ²■\u00A0';
const CP850 =
  'ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜø£Ø×ƒáíóúñÑªº¿®¬½¼¡«»░▒▓│┤ÁÂÀ©╣║╗╝¢¥┐└┴┬├─┼ãÃ╚╔╩╦╠═╬¤ðÐÊËÈıÍÎÏ┘┌█▄¦Ì▀ÓßÔÒõÕµþÞÚÛÙýÝ¯´\u00AD±‗¾¶§÷¸°¨·¹³²■\u00A0';

/** Left-to-right and right-to-left marks, embeddings, overrides and isolates. */
const BIDI_CONTROLS = /[\u061C\u200E\u200F\u202A-\u202E\u2066-\u2069]/;

/**
 * The text of a name without the UTF-8 flag. UTF-8 is taken where it is valid (macOS does not set the flag); otherwise the
 * most plausible of Shift-JIS, CP866, CP850 and CP437, which is what the name looks like in letters.
 */
export function decodeZipName(bytes: Uint8Array): string {
  // The end of a long name is kept: it tells files apart, and what they are.
  const name = bytes.subarray(-4 * MAX_PATH_UNITS);
  if (name.every((byte) => byte < 0x80)) return String.fromCharCode(...name);
  const unicode = decodeStrictly(name, 'utf-8');
  if (unicode !== undefined) return unicode;
  const japanese = decodeStrictly(name, 'shift_jis');
  if (japanese !== undefined && isJapanese(japanese)) return japanese;
  const cyrillic = decodeStrictly(name, 'ibm866');
  if (cyrillic !== undefined && isCyrillic(cyrillic)) return cyrillic;
  const american = decodeByTable(name, CP437);
  const european = decodeByTable(name, CP850);
  return oddCharacters(european) < oddCharacters(american) ? european : american;
}

function decodeStrictly(bytes: Uint8Array, encoding: string): string | undefined {
  try {
    return new TextDecoder(encoding, { fatal: true }).decode(bytes);
  } catch {
    // Not this encoding, or one that this platform does not have.
    return undefined;
  }
}

function decodeByTable(bytes: Uint8Array, table: string): string {
  let text = '';
  for (const byte of bytes) text += byte < 0x80 ? String.fromCharCode(byte) : table[byte - 0x80]!;
  return text;
}

/** Kana or ideographs, and nothing but these beside ASCII; half-width kana alone are what Latin letters turn into. */
function isJapanese(text: string): boolean {
  return /[\u3041-\u30FF\u4E00-\u9FFF]/u.test(text) && !/[^\0-~\u3000-\u30FF\u4E00-\u9FFF\uFF01-\uFF9F]/u.test(text);
}

/** Cyrillic words of at least three letters, none of them mixed with Latin ones. */
function isCyrillic(text: string): boolean {
  return (
    /\p{Script=Cyrillic}{3}/u.test(text) &&
    !/[^\0-~\p{Script=Cyrillic}№]/u.test(text) &&
    !/\p{Script=Cyrillic}[A-Za-z]|[A-Za-z]\p{Script=Cyrillic}/u.test(text)
  );
}

/** Characters that file names do not have: lines, blocks, signs; and Greek, which only CP437 has among Latin. */
function oddCharacters(text: string): number {
  return (text.match(/[^\0-~\p{Script=Latin}°§²³€£¡¿«»ªº·´¨]/gu) ?? []).length;
}

export interface ShownName {
  readonly path: string;
  /** The name leads out of the archive, is longer than any path, or holds characters that turn text round. */
  readonly isTricky: boolean;
}

/**
 * The path to show for an entry: slashes one way, nothing that leads up, bounded, without controls of writing direction, and
 * Velociraptor's percent signs turned back (`C%3A`, `%5C%5C.%5CC%3A`, `%254Operational`).
 */
export function shownName(name: string): ShownName {
  const raw = name.slice(-8 * MAX_PATH_UNITS).replaceAll('\\', '/');
  const plain = isPercentEncoded(raw) ? decodePercents(raw) : raw;
  const steps = plain.split('/');
  const kept = steps.filter((step) => step !== '' && step !== '.' && step !== '..');
  const isTricky = steps.includes('..') || name.length > MAX_PATH_UNITS || BIDI_CONTROLS.test(plain);
  const full = kept.join('/').replace(new RegExp(BIDI_CONTROLS, 'g'), '\uFFFD');
  // The end of a long path is what tells files apart.
  const path = full.length <= MAX_PATH_UNITS ? full : `…${full.slice(1 - MAX_PATH_UNITS)}`;
  return { path: path === '' ? '(no name)' : path, isTricky };
}

function isPercentEncoded(path: string): boolean {
  return /(^|\/)uploads\//.test(path) || /%3A|%5C/i.test(path);
}

function decodePercents(path: string): string {
  const decoded = path.replace(/%([0-9A-Fa-f]{2})/g, (text, hex: string) => {
    const unit = Number.parseInt(hex, 16);
    return unit >= 0x20 && unit < 0x7f ? String.fromCharCode(unit) : text;
  });
  return decoded.replaceAll('\\', '/');
}
