// The real logs of the shared corpus with what the reference says about their records, for the tests of renderers and
// recovery. Empty without the corpus.

import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { sharedRoot } from '../corpus/shared.ts';

interface ManifestEntry {
  readonly file: string;
  readonly golden: string;
  readonly goldenSlack: string | null;
}

/** A record of `golden/`: chunk, offset in the chunk, class, tree, text of evtx_dump. */
export interface GoldenRecord {
  readonly c: number;
  readonly o: number;
  readonly st: 'alloc' | 'resync' | 'rust_only_torn';
  readonly t?: unknown;
  readonly j?: string;
  readonly err?: string;
}

/** A record of `golden-slack/`: recovered from unallocated space. */
export interface GoldenSlackRecord {
  readonly c: number;
  readonly o: number;
  readonly how: 'in-chunk-template' | 'same-file-template' | 'template-db';
  readonly kind: 'new' | 'dup';
  readonly t: unknown;
}

export interface GoldenLog {
  readonly file: string;
  bytes(): Uint8Array;
  records(): GoldenRecord[];
  slack(): GoldenSlackRecord[];
}

const root = sharedRoot ?? '';

function linesOf<T>(path: string): T[] {
  const text = gunzipSync(readFileSync(path)).toString('utf8');
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as T);
}

function entries(): ManifestEntry[] {
  return root === '' ? [] : (JSON.parse(readFileSync(`${root}evtx/manifest.json`, 'utf8')) as ManifestEntry[]);
}

export const goldenLogs: readonly GoldenLog[] = entries().map((entry) => ({
  file: entry.file,
  bytes: () => readFileSync(`${root}evtx/${entry.file}`),
  records: () => linesOf<GoldenRecord>(`${root}golden/${entry.golden}`),
  slack: () =>
    entry.goldenSlack === null ? [] : linesOf<GoldenSlackRecord>(`${root}golden-slack/${entry.goldenSlack}`),
}));

/** `chunk:offset`, the place of a record in its file. */
export function placeOf(record: { readonly c: number; readonly o: number }): string {
  return `${record.c}:${record.o}`;
}
