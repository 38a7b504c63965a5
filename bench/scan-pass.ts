// One measurement in a process of its own: loads a rule program, scans a log pass by pass, prints one JSON line.
// Usage: scan-pass PROGRAM LOG PASSES [read]. With `read` it only reads, for the cost of reading.

import { closeSync, openSync, readFileSync, readSync, statSync } from 'node:fs';
import { loadProgram } from '../src/engine/program.ts';
import { CHUNK_SIZE, FILE_HEADER_SIZE, SCRATCH_BYTES } from '../src/evtx/limits.ts';
import { createSliceScanner } from '../src/scan/slice-scanner.ts';

const SLICE = 32 * CHUNK_SIZE;
const FIRST = 33e6;

export interface PassFigures {
  readonly cpuMilliseconds: number;
  readonly firstCpuMilliseconds: number;
  readonly records: number;
  readonly findings: number;
}

export interface ProcessFigures {
  readonly loadMilliseconds: number;
  readonly programBytes: number;
  readonly bytes: number;
  readonly passes: readonly PassFigures[];
  readonly peakRssBytes: number;
  /** Before the program was loaded. */
  readonly idleRssBytes: number;
}

/** CPU milliseconds of this thread so far. */
function threadCpu(): number {
  try {
    return Number(readFileSync('/proc/thread-self/schedstat', 'utf8').split(' ')[0]) / 1e6;
  } catch {
    const { user, system } = process.cpuUsage();
    return (user + system) / 1e3;
  }
}

/** Highest resident size of this process. Not resourceUsage().maxRSS, which begins with that of the parent. */
function peakRss(): number {
  try {
    const peak = /VmHWM:\s+(\d+) kB/.exec(readFileSync('/proc/self/status', 'utf8'))?.[1];
    return Number(peak) * 1_024;
  } catch {
    return process.memoryUsage().rss;
  }
}

const [programPath, logPath, passCount, mode] = process.argv.slice(2);
if (programPath === undefined || logPath === undefined) throw new Error('usage: scan-pass PROGRAM LOG PASSES [read]');
const idleRssBytes = process.memoryUsage().rss;
const file = readFileSync(programPath);
const buffer = new ArrayBuffer(file.length);
new Uint8Array(buffer).set(file);
const started = performance.now();
const scanner = createSliceScanner({ program: loadProgram(buffer) });
const loadMilliseconds = performance.now() - started;

const log = openSync(logPath, 'r');
const size = statSync(logPath).size;
const bytes = new Uint8Array(SLICE + SCRATCH_BYTES);
const passes: PassFigures[] = [];
for (let pass = 0; pass < Number(passCount); pass++) {
  const before = threadCpu();
  let firstCpuMilliseconds = 0;
  let records = 0;
  let findings = 0;
  for (let at = FILE_HEADER_SIZE; at < size; at += SLICE) {
    const byteLength = Math.min(SLICE, size - at);
    readSync(log, bytes, 0, byteLength, at);
    if (mode !== 'read') {
      const firstChunk = Math.floor(at / CHUNK_SIZE);
      const chunkCount = Math.ceil(byteLength / CHUNK_SIZE);
      const result = scanner.scanSlice({ bytes, byteLength, chunkCount, firstChunk, fileOffset: at, recovered: false });
      records += result.account.recordsRead;
      findings += result.rows.length;
    }
    if (firstCpuMilliseconds === 0 && at + byteLength >= FIRST) firstCpuMilliseconds = threadCpu() - before;
  }
  passes.push({ cpuMilliseconds: threadCpu() - before, firstCpuMilliseconds, records, findings });
}
closeSync(log);
const figures: ProcessFigures = {
  loadMilliseconds,
  programBytes: buffer.byteLength,
  bytes: size,
  passes,
  peakRssBytes: peakRss(),
  idleRssBytes,
};
console.log(JSON.stringify(figures));
