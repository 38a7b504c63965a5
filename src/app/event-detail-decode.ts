// Everything that can be decoded out of an event's values: base64 and hex to text, compressed data inside, again and
// again to a depth. Inflating is the browser's work (DecompressionStream) and needs waiting; the rest is in analysis.

import { findEncodedParts } from '../analysis/decode-base64.ts';
import { kindOfBytes, readBytesAsText } from '../analysis/decode-bytes.ts';
import type { EventField } from '../analysis/event-fields.ts';
import { readStreamHead } from '../base/read-stream.ts';

export interface DecodedPart {
  /** Field that holds it. */
  readonly field: string;
  /** What was done, outermost first: `base64`, `gzip`, `UTF-16`. */
  readonly steps: readonly string[];
  readonly text: string;
  /** The text is longer than what is shown. */
  readonly isCut: boolean;
}

/** Decoded text kept of one part, in characters. */
export const MAX_DECODED = 200_000;
/** Parts per event. */
const MAX_PARTS = 30;
/** Base64 within base64, as droppers do it; deeper ones are not met in practice. */
const MAX_DEPTH = 4;
/** Bytes that one stream may inflate to: 42 KB can hide terabytes. */
const MAX_INFLATED = 2 * 1_024 * 1_024;

/** Decoded parts of the fields, in their order; [] when nothing is encoded. Never rejects. */
export async function decodeFields(fields: readonly EventField[]): Promise<readonly DecodedPart[]> {
  const found: DecodedPart[] = [];
  for (const field of fields) {
    if (field.section === 'System') continue;
    await decodeText(field.value, field.name, [], found);
  }
  return found;
}

async function decodeText(text: string, field: string, steps: readonly string[], found: DecodedPart[]): Promise<void> {
  if (steps.length >= MAX_DEPTH * 3) return;
  const isRawDeflate = /DeflateStream/i.test(text);
  for (const part of findEncodedParts(text)) {
    if (found.length >= MAX_PARTS) return;
    const name = part.isPowerShellCommand ? 'PowerShell encoded command' : part.kind;
    await decodeBytes(part.bytes, isRawDeflate, field, [...steps, name], found);
  }
}

async function decodeBytes(
  bytes: Uint8Array,
  isRawDeflate: boolean,
  field: string,
  steps: readonly string[],
  found: DecodedPart[],
): Promise<void> {
  const kind = kindOfBytes(bytes);
  const format = kind === 'gzip' ? 'gzip' : kind === 'zlib' ? 'deflate' : undefined;
  const plain = readBytesAsText(bytes);
  if (plain !== undefined) {
    found.push({
      field,
      steps: [...steps, plain.encoding],
      text: plain.text.slice(0, MAX_DECODED),
      isCut: plain.text.length > MAX_DECODED,
    });
    await decodeText(plain.text.slice(0, MAX_DECODED), field, [...steps, plain.encoding], found);
    return;
  }
  if (format !== undefined || isRawDeflate) {
    const inflated = await inflate(bytes, format ?? 'deflate-raw');
    if (inflated !== undefined) {
      await decodeBytes(inflated, false, field, [...steps, format === 'gzip' ? 'gzip' : 'deflate'], found);
      return;
    }
  }
  if (kind === 'program' || kind === 'zip') {
    const what = kind === 'program' ? 'a program (begins with MZ)' : 'a zip archive';
    found.push({ field, steps, text: `${bytes.length} bytes: ${what}. Not shown.`, isCut: false });
  }
}

/** Inflated bytes up to the limit; undefined when the data is broken from its beginning or the browser cannot. */
async function inflate(bytes: Uint8Array, format: CompressionFormat): Promise<Uint8Array | undefined> {
  const source = new Blob([bytes as Uint8Array<ArrayBuffer>]);
  const open = () => source.stream().pipeThrough(new DecompressionStream(format));
  const { head, isDamaged } = await readStreamHead(open, MAX_INFLATED);
  // Broken or cut data: what came before the fault is shown.
  return isDamaged && head.length === 0 ? undefined : head;
}
