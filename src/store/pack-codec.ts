// A rule pack as bytes: a 32-bit little-endian length, that many bytes of head (JSON, UTF-8: file names and lengths,
// verdicts), then the files back to back, all behind the mask. Files are kept as bytes, because what is wrong with a
// file's encoding is for the compiler to say.

import type { RulePackContent, RulePackFile } from '../model/rule-pack.ts';
import type { RuleVerdict } from '../model/rule-set.ts';
import { maskBytes } from '../base/mask.ts';

interface Head {
  readonly files: readonly (readonly [file: string, length: number])[];
  readonly verdicts: readonly RuleVerdict[];
}

const LENGTH_BYTES = 4;

/** Gives the masked bytes of a pack. */
export function encodePack({ files, verdicts }: RulePackContent, seed: number): Uint8Array<ArrayBuffer> {
  const head: Head = { files: files.map(({ file, bytes }) => [file, bytes.length]), verdicts };
  const headBytes = new TextEncoder().encode(JSON.stringify(head));
  const total = files.reduce((sum, { bytes }) => sum + bytes.length, LENGTH_BYTES + headBytes.length);
  const packed = new Uint8Array(total);
  new DataView(packed.buffer).setUint32(0, headBytes.length, true);
  packed.set(headBytes, LENGTH_BYTES);
  let at = LENGTH_BYTES + headBytes.length;
  for (const { bytes } of files) {
    packed.set(bytes, at);
    at += bytes.length;
  }
  maskBytes(packed, seed);
  return packed;
}

/** Gives the pack in masked bytes, which stay as they are. Throws when they are damaged. */
export function decodePack(masked: Uint8Array, seed: number): RulePackContent {
  const packed = masked.slice();
  maskBytes(packed, seed);
  if (packed.length < LENGTH_BYTES) throw new Error('the rule pack is cut off');
  const headEnd = LENGTH_BYTES + new DataView(packed.buffer).getUint32(0, true);
  const headText = new TextDecoder('utf-8', { fatal: true }).decode(packed.subarray(LENGTH_BYTES, headEnd));
  const head = JSON.parse(headText) as Head;
  const files: RulePackFile[] = [];
  let at = headEnd;
  for (const [file, length] of head.files) {
    if (at + length > packed.length) throw new Error('the rule pack is cut off');
    files.push({ file, bytes: packed.slice(at, at + length) });
    at += length;
  }
  return { files, verdicts: head.verdicts };
}
