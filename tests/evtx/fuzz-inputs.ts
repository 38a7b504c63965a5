// What the fuzzer mutates: short chunks (the first records of a chunk) of built logs and, where the shared corpus is
// there, of real logs with every tag of its manifest. Short, so that a case costs microseconds.

import { readFileSync } from 'node:fs';
import { ValueType } from '../../src/model/shape.ts';
import { buildLog, writeInstanceRecord, type EventSpec } from '../builders/evtx-builder.ts';
import { hasShared, sharedRoot } from '../corpus/shared.ts';

export interface FuzzInput {
  readonly name: string;
  /** A chunk from its header on, cut behind its last record. */
  readonly chunk: Uint8Array;
  /** Places of its records. */
  readonly records: readonly { readonly at: number; readonly size: number }[];
}

const HEADER = 512;
const FILE_HEADER = 4_096;
const CHUNK = 65_536;

/** The first records of a chunk, as many as fit into `most` bytes (at least one); undefined when there is none. */
export function shortChunk(name: string, chunk: Uint8Array, most: number): FuzzInput | undefined {
  const view = new DataView(chunk.buffer, chunk.byteOffset, chunk.byteLength);
  const records: { at: number; size: number }[] = [];
  let at = HEADER;
  while (at + 28 <= chunk.length && view.getUint32(at, true) === 0x2a2a) {
    const size = view.getUint32(at + 4, true);
    if (size < 28 || at + size > chunk.length || view.getUint32(at + size - 4, true) !== size) break;
    if (records.length > 0 && at + size > most) break;
    records.push({ at, size });
    at += size;
  }
  if (records.length === 0) return undefined;
  const cut = chunk.slice(0, at);
  new DataView(cut.buffer).setUint32(48, at, true);
  return { name, chunk: cut, records };
}

const GUID = '0f1e2d3c-0001-0002-0003-040506070809';
const sub = (index: number, type: number = ValueType.String, optional = false) => ({ sub: index, type, optional });

/** Every kind of token and value that builders can write. */
const built: EventSpec[] = [
  {
    data: [
      ['A', 'one'],
      ['B', 2],
      [null, 'three'],
    ],
  },
  { form: 'literal', data: [['A', 'one & "two"']] },
  { embed: '0c', data: [['C', 'x'.repeat(60)]] },
  { embed: 'elements', data: [['D', 'y']] },
  { userData: { name: 'U', content: [{ name: 'V', content: ['w', 5n] }] } },
  { data: [[null, { type: ValueType.String | ValueType.Array, value: ['a', '', 'c'] }]] },
  {
    data: [
      ['S', { type: ValueType.Sid, value: 'S-1-5-21-1-2-3-500' }],
      ['G', { type: ValueType.Guid, value: GUID }],
    ],
  },
  {
    body: writeInstanceRecord(
      {
        guid: GUID,
        root: {
          name: 'Event',
          content: [
            { name: 'A', dependency: 0, attributes: [['k', sub(0), 'x']], content: [sub(1, ValueType.UInt64, true)] },
            {
              name: 'B',
              content: ['t', { cdata: 'c' }, { charRef: 0x41 }, { entity: 'amp' }, { instruction: ['p', 'q'] }],
            },
            { name: 'C', content: [sub(2, ValueType.BinXml), sub(3, ValueType.BinXml, true)] },
          ],
        },
      },
      [
        { type: ValueType.FileTime, value: '2024-01-01T00:00:00Z' },
        { type: ValueType.UInt64, value: 5n },
        { embed: (writer) => writer.element({ name: 'E', content: ['x'] }, false) },
        { type: ValueType.UInt32 | ValueType.Array, value: [1, 2, 3] },
      ],
    ),
  },
];

/** All inputs: built ones always, one of every manifest tag where the corpus is there. */
export function fuzzInputs(): FuzzInput[] {
  const inputs: (FuzzInput | undefined)[] = [];
  const rotated = (by: number): EventSpec[] => built.map((_, i) => built[(i + by) % built.length]!);
  for (let by = 0; by < built.length; by += 3) {
    const log = buildLog({ records: [...rotated(by), ...rotated(by)] });
    inputs.push(shortChunk(`built ${by}`, log.subarray(FILE_HEADER, FILE_HEADER + CHUNK), 12_000));
  }
  if (hasShared) {
    const manifest = JSON.parse(readFileSync(`${sharedRoot}evtx/manifest.json`, 'utf8')) as {
      file: string;
      tags: string[];
    }[];
    const seen = new Set<string>();
    for (const { file, tags } of manifest) {
      if (tags.every((tag) => seen.has(tag))) continue;
      for (const tag of tags) seen.add(tag);
      // Not a Buffer: its slice() is a view.
      const log = new Uint8Array(readFileSync(`${sharedRoot}evtx/${file}`));
      for (const chunk of [0, 1]) {
        const at = FILE_HEADER + chunk * CHUNK;
        if (at + CHUNK > log.length) break;
        inputs.push(shortChunk(`${file} chunk ${chunk}`, log.subarray(at, at + CHUNK), chunk === 0 ? 9_000 : 16_000));
      }
    }
  }
  return inputs.filter((input) => input !== undefined);
}
