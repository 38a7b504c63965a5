// Texts of short values, by their bytes: most values of a log have been seen before (user names, SIDs, GUIDs, statuses),
// and finding a text costs half of making it. One way a slot, bytes are compared, so a collision costs time and nothing
// else. At most SLOTS texts of at most MOST_BYTES bytes of value are kept alive.

/** Bytes of the longest value that is kept. */
export const MOST_BYTES = 128;
const SLOTS = 8_192;

const keys = new DataView(new ArrayBuffer(SLOTS * MOST_BYTES));
/** Type and length of the value in a slot; 0 = free. */
const kinds = new Int32Array(SLOTS);
const texts: string[] = Array.from({ length: SLOTS }, () => '');
// Values come from files: an unknown start value keeps a crafted file from aiming at one slot.
const seed = (Math.random() * 0x7fff_ffff) | 0;
let missed = 0;

/** The text of an equal value, or undefined; then keepText() may bring it. `length` is 1 to MOST_BYTES. */
export function findText(view: DataView, type: number, offset: number, length: number): string | undefined {
  const kind = (type << 8) | length;
  const end = offset + length;
  let hash = seed ^ kind;
  let at = offset;
  for (; at + 4 <= end; at += 4) hash = Math.imul(hash ^ view.getInt32(at, true), 0x85eb_ca6b) ^ (hash >>> 15);
  for (; at < end; at++) hash = Math.imul(hash ^ view.getUint8(at), 0x85eb_ca6b) ^ (hash >>> 15);
  const slot = (hash ^ (hash >>> 14)) & (SLOTS - 1);
  missed = slot;
  if (kinds[slot] !== kind) return undefined;
  at = offset;
  let known = slot * MOST_BYTES;
  for (; at + 4 <= end; at += 4, known += 4) {
    if (view.getInt32(at, true) !== keys.getInt32(known, true)) return undefined;
  }
  for (; at < end; at++, known++) if (view.getUint8(at) !== keys.getUint8(known)) return undefined;
  return texts[slot];
}

/** Keeps the text of the value that findText() has just not found. */
export function keepText(view: DataView, type: number, offset: number, length: number, text: string): string {
  const slot = missed;
  kinds[slot] = (type << 8) | length;
  for (let i = 0; i < length; i++) keys.setUint8(slot * MOST_BYTES + i, view.getUint8(offset + i));
  texts[slot] = text;
  return text;
}
