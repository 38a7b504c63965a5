// A bank of template definitions as bytes: what `--templates` keeps and what workers give each other. Only the container
// is known here; what a definition means, and whether it is sound, is for src/evtx/carve to judge each time it is read.

const MAGIC = 0x4c54_4e57; // "WNTL"
const VERSION = 1;
const HEADER_BYTES = 12;
/** A definition starts with 4 bytes, its GUID and its size (F34). */
const DEFINITION_HEADER = 24;
/** A definition with the names it refers to fits into one chunk. */
const MOST_BYTES = 65_536;
/** Definitions of a bank: 788 were met in 816 real logs. */
export const MAX_BANK_DEFINITIONS = 20_000;

/** The bank of some definitions, in their order. */
export function packTemplates(definitions: Iterable<Uint8Array>): Uint8Array<ArrayBuffer> {
  const list = [...definitions];
  const out = new Uint8Array(list.reduce((sum, { length }) => sum + 4 + length, HEADER_BYTES));
  const view = new DataView(out.buffer);
  view.setUint32(0, MAGIC, true);
  view.setUint32(4, VERSION, true);
  view.setUint32(8, list.length, true);
  let at = HEADER_BYTES;
  for (const definition of list) {
    view.setUint32(at, definition.length, true);
    out.set(definition, at + 4);
    at += 4 + definition.length;
  }
  return out;
}

/**
 * The definitions of a bank (copies), as far as it is whole; undefined when the bytes are no bank of this version. At
 * most MAX_BANK_DEFINITIONS.
 */
export function unpackTemplates(bytes: Uint8Array): Uint8Array[] | undefined {
  if (bytes.length < HEADER_BYTES) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (view.getUint32(0, true) !== MAGIC || view.getUint32(4, true) !== VERSION) return undefined;
  const definitions: Uint8Array[] = [];
  const count = Math.min(view.getUint32(8, true), MAX_BANK_DEFINITIONS);
  for (let at = HEADER_BYTES; definitions.length < count && at + 4 <= bytes.length;) {
    const length = view.getUint32(at, true);
    at += 4;
    if (length < DEFINITION_HEADER || length > MOST_BYTES || length > bytes.length - at) break;
    definitions.push(bytes.slice(at, at + length));
    at += length;
  }
  return definitions;
}

/** What two meetings of one template have in common: GUID and size of the definition at byte `at`. */
export function templateKey(bytes: Uint8Array, at = 0): string {
  return String.fromCharCode(...bytes.subarray(at + 4, at + DEFINITION_HEADER));
}
