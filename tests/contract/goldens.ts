// The golden records of the shared corpus, per log.

import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { sharedRoot } from '../corpus/shared.ts';

export interface CorpusLog {
  readonly file: string;
  readonly path: string;
  readonly allocated: number;
  readonly afterResync: number;
  readonly golden: string;
}

export interface GoldenRecord {
  readonly c: number;
  readonly o: number;
  readonly st: 'alloc' | 'resync' | 'rust_only_torn';
  readonly t: unknown;
  readonly j: string;
}

/** Every log of the corpus; empty without it. */
export function loadCorpusLogs(): readonly CorpusLog[] {
  if (sharedRoot === undefined) return [];
  const manifest = JSON.parse(readFileSync(`${sharedRoot}evtx/manifest.json`, 'utf8')) as Omit<CorpusLog, 'path'>[];
  return manifest.map((entry) => ({ ...entry, path: `${sharedRoot}evtx/${entry.file}` }));
}

/** The golden records of a log in file order. */
export function loadGoldens(log: CorpusLog): readonly GoldenRecord[] {
  if (sharedRoot === undefined) return [];
  const text = gunzipSync(readFileSync(`${sharedRoot}golden/${log.golden}`)).toString('utf8');
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as GoldenRecord)
    .sort((a, b) => a.c - b.c || a.o - b.o);
}
