// The core of a scan worker: src/scan behind the interface that the pool serves. No messages here, no threads.

import { loadProgram } from '../src/engine/program.ts';
import { CHUNK_SIZE } from '../src/evtx/limits.ts';
import type { CorrelationHit } from '../src/pool/scanner.ts';
import type { CorrelationJob, ScanCore } from '../src/pool/protocol.ts';
import { correlateScan, type FiredCorrelation } from '../src/scan/correlate-scan.ts';
import { createEvidenceReader } from '../src/intake/read-evidence.ts';
import type { ReadableBytes } from '../src/base/readable-bytes.ts';
import { openLog, OPENING_BYTES } from '../src/scan/open-log.ts';
import { readRecord } from '../src/scan/read-record.ts';
import { readSlices } from '../src/scan/read-slices.ts';
import { SliceBuffer, sliceHeld } from '../src/scan/slice-held.ts';
import { createRowReader, type RowReader } from '../src/scan/row-reader.ts';
import { createSliceScanner } from '../src/scan/slice-scanner.ts';
import { joinRecords, readBytes } from './join-core.ts';
import { createRecoveryCore } from './recovery-core.ts';

/** Makes the core from a rule program. It keeps its memos from run to run. */
export function createScanCore(program: ArrayBuffer): ScanCore {
  const scanner = createSliceScanner({ program: loadProgram(program) });
  const readEvidence = createEvidenceReader();
  let rowReader: RowReader | undefined;
  const recoveryCore = createRecoveryCore(scanner);
  const scratch = new SliceBuffer();
  return {
    async openFile(bytes, size = bytes.size, held) {
      return openLog(held ?? (await readBytes(readEvidence(bytes), 0, OPENING_BYTES)), size);
    },
    async *scanRun(
      { blob: bytes, start, byteLength, chunksPerSlice, index = false, rowsOnly = false, recovery },
      signal,
      held,
    ) {
      const stretch = { fileOffset: start, byteLength, chunksPerSlice, signal };
      const part = held === undefined ? ('data' in bytes ? bytes : undefined) : { data: held, offset: 0 };
      const slices = part === undefined ? readSlices(readEvidence(bytes), stretch) : sliceHeld(part, scratch, stretch);
      if (rowsOnly) {
        const reader = (rowReader ??= createRowReader());
        for await (const slice of slices) {
          const rows = await reader.readRows(slice, signal);
          if (rows === undefined) return;
          const report = { start: slice.fileOffset, byteLength: slice.byteLength, ...rows };
          yield { ...report, rows: [], problems: [], kinds: [], correlation: undefined };
        }
        return;
      }
      const surveyor = await recoveryCore.startRun(recovery);
      const recovered = recovery?.kind === 'judge' ? 'only' : false;
      for await (const slice of slices) {
        const result = await scanner.scanSliceInSteps({ ...slice, recovered, index }, signal);
        if (result === undefined) return;
        const { rows, account, problems, kinds } = result;
        // What is recovered is not correlated.
        const correlation = recovered === false ? result.correlation : undefined;
        const { joins } = result;
        const indexed = result.index === undefined ? {} : { index: result.index };
        const report = { start: slice.fileOffset, byteLength: slice.byteLength, rows, account, problems, kinds, joins };
        yield surveyor === undefined
          ? { ...report, ...indexed, correlation }
          : { ...report, ...indexed, correlation, survey: surveyor.surveySlice(slice) };
      }
    },
    join: (job) => joinRecords(job, readEvidence),
    async correlate(job) {
      const { fired, problems } = correlateScan(job.rules, job.parts);
      const hits: CorrelationHit[] = [];
      const sources = job.files.map(({ blob }) => readEvidence(blob));
      // Read by place: a packed log is then unpacked once for all of them.
      const byPlace = [...fired.entries()].toSorted(
        ([, { completedBy: a }], [, { completedBy: b }]) => a.rank - b.rank || a.offset - b.offset,
      );
      for (const [at, one] of byPlace) hits[at] = await hitOf(one, job, sources);
      return { hits, problems };
    },
  };
}

/** A fired correlation with the event that completed it, read again from its file. */
async function hitOf(
  { rule, groupBy, count, firstTime, lastTime, completedBy, records }: FiredCorrelation,
  { files }: CorrelationJob,
  sources: readonly ReadableBytes[],
): Promise<CorrelationHit> {
  const { number } = files[completedBy.rank]!;
  const blob = sources[completedBy.rank]!;
  const { chunkOffset } = completedBy;
  const row = readRecord(await readBytes(blob, chunkOffset, CHUNK_SIZE), chunkOffset, completedBy.offset);
  if (row === undefined) throw new DOMException('the file changed while it was scanned', 'NotReadableError');
  const named = records.map(({ rank, recordId, offset }) => ({ file: files[rank]!.number, recordId, offset }));
  const completing = { file: number, row: { ...row, rule } };
  return { rule, completedBy: completing, firstTime, lastTime, count, groupBy, records: named };
}
