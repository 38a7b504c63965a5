// A scan core over made-up files: chunk n of a file gives one row at its offset. A chunk can be told to misbehave
// by a byte at its start, so that tests decide where a worker dies without touching the pool.

import { createEvidenceReader } from '../../src/intake/read-evidence.ts';
import { emptyFileAccount } from '../../src/model/coverage.ts';
import type { FindingRow } from '../../src/model/finding.ts';
import type { CreateScanCore, SliceReport } from '../../src/pool/protocol.ts';
import type { ScanFile, ScanListener, ScanProgress } from '../../src/pool/scanner.ts';
import type { Problem } from '../../src/model/problem.ts';

const CHUNK = 65_536;

export const Chunk = { Good: 0, Throws: 1, Hangs: 2, HangsOnce: 3 } as const;

/** A file of a header and chunks; each chunk is marked with what the core shall do on it. */
export function fakeFile(number: number, path: string, chunks: readonly number[]): ScanFile {
  const bytes = new Uint8Array(4_096 + chunks.length * CHUNK);
  chunks.forEach((mark, index) => {
    bytes[4_096 + index * CHUNK] = mark;
  });
  return { number, path, blob: new Blob([bytes]) };
}

export function fakeRow(offset: number): FindingRow {
  const event = ['Event', [], '', []] as const;
  const facts = { recordId: String(offset), time: '', channel: 'c', provider: 'p', eventId: 1, computer: 'h' };
  return { rule: 0, offset, size: 64, recordClass: 'allocated', event, ...facts };
}

/** Makes cores that share what they have seen (`HangsOnce` hangs once in all, not once per worker). */
export function fakeCores(): CreateScanCore {
  const hung = new Set<string>();
  const readEvidence = createEvidenceReader();
  return () => ({
    openFile: () => Promise.resolve({ dataOffset: 4_096, scannable: true, problems: [] }),
    correlate: ({ files, parts: given }) => {
      const parts = [...given];
      const records = parts.map(({ rank }) => ({ file: files[rank]!.number, recordId: '', offset: 0 }));
      const completedBy = { file: 0, row: fakeRow(0) };
      return Promise.resolve({
        hits: [{ rule: 1, completedBy, firstTime: '', lastTime: '', count: parts.length, groupBy: [], records }],
        problems: [],
      });
    },
    async *scanRun(run, signal, held) {
      const sliceBytes = run.chunksPerSlice * CHUNK;
      for (let at = run.start; at < run.start + run.byteLength; at += sliceBytes) {
        if (signal.aborted) return;
        const end = Math.min(at + sliceBytes, run.start + run.byteLength);
        const bytes =
          held?.subarray(at, end) ?? new Uint8Array(await readEvidence(run.blob).slice(at, end).arrayBuffer());
        const rows: FindingRow[] = [];
        for (let chunk = 0; chunk < bytes.length; chunk += CHUNK) {
          const mark = bytes[chunk]!;
          if (mark === Chunk.Throws) throw new TypeError('impossible state in the core');
          const once = `${run.blob.size}:${at + chunk}`;
          if (mark === Chunk.Hangs || (mark === Chunk.HangsOnce && !hung.has(once))) {
            hung.add(once);
            await new Promise(() => undefined);
          }
          rows.push(fakeRow(at + chunk));
        }
        const account = { ...emptyFileAccount(), bytes: end - at, chunksUsed: rows.length, recordsRead: rows.length };
        yield {
          start: at,
          byteLength: end - at,
          rows,
          account,
          problems: [],
          kinds: [],
          correlation: undefined,
        } satisfies SliceReport;
      }
    },
  });
}

/** A listener that keeps everything. */
export class Recorder implements ScanListener {
  readonly offsets = new Map<number, number[]>();
  readonly problems: Problem[] = [];
  readonly reports: ScanProgress[] = [];
  records = 0;
  progress(progress: ScanProgress): void {
    this.reports.push(progress);
  }
  found({ file, rows }: Parameters<ScanListener['found']>[0]): void {
    const offsets = this.offsets.get(file) ?? [];
    offsets.push(...rows.map((row) => row.offset));
    this.offsets.set(file, offsets);
  }
  correlated(): void {
    // No test here looks at correlations.
  }
  problem(problem: Problem): void {
    this.problems.push(problem);
  }
  account(_file: number, part: { recordsRead: number }): void {
    this.records += part.recordsRead;
  }
  sorted(file: number): number[] {
    return [...(this.offsets.get(file) ?? [])].sort((a, b) => a - b);
  }
}

/** Offsets of the chunks of a fake file. */
export function chunkOffsets(count: number, without: readonly number[] = []): number[] {
  return Array.from({ length: count }, (_, index) => index)
    .filter((index) => !without.includes(index))
    .map((index) => 4_096 + index * CHUNK);
}
