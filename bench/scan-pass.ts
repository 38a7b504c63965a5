// One measurement in a process of its own: loads a rule program, scans a log pass by pass, prints one JSON line.
// Usage: scan-pass PROGRAM LOG PASSES [read | team N]. With `read` it only reads, for the cost of reading; with `team` N
// threads share the log, and only the wall time is told.

import { closeSync, openSync, readFileSync, readSync, statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
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

export interface TeamFigures {
  readonly passes: readonly {
    readonly wallMilliseconds: number;
    readonly records: number;
    readonly findings: number;
  }[];
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

/** Slices that a thread of a team takes at a time. */
const TAKEN = 4;

interface ThreadTask {
  readonly program: string;
  readonly log: string;
  /** Number of the next stretch to take, by pass. */
  readonly next: Int32Array;
}

interface Count {
  readonly records: number;
  readonly findings: number;
}

function loadScanner(path: string): ReturnType<typeof createSliceScanner> {
  const file = readFileSync(path);
  const buffer = new ArrayBuffer(file.length);
  new Uint8Array(buffer).set(file);
  return createSliceScanner({ program: loadProgram(buffer) });
}

/** Scans what others leave of a log, pass by pass, each begun by a message. */
function serveTeam({ program, log, next }: ThreadTask): void {
  const scanner = loadScanner(program);
  const file = openSync(log, 'r');
  const size = statSync(log).size;
  const bytes = new Uint8Array(SLICE + SCRATCH_BYTES);
  parentPort!.on('message', (pass: number) => {
    let records = 0;
    let findings = 0;
    for (;;) {
      const first = FILE_HEADER_SIZE + Atomics.add(next, pass, 1) * TAKEN * SLICE;
      if (first >= size) break;
      for (let at = first; at < Math.min(size, first + TAKEN * SLICE); at += SLICE) {
        const byteLength = Math.min(SLICE, size - at);
        readSync(file, bytes, 0, byteLength, at);
        const place = { firstChunk: Math.floor(at / CHUNK_SIZE), chunkCount: Math.ceil(byteLength / CHUNK_SIZE) };
        const result = scanner.scanSlice({ bytes, byteLength, ...place, fileOffset: at, recovered: false });
        records += result.account.recordsRead;
        findings += result.rows.length;
      }
    }
    parentPort!.postMessage({ records, findings } satisfies Count);
  });
  parentPort!.postMessage('ready');
}

async function measureTeam(program: string, log: string, passCount: number, threads: number): Promise<TeamFigures> {
  const next = new Int32Array(new SharedArrayBuffer(4 * passCount));
  const team = Array.from({ length: threads }, () => {
    return new Worker(fileURLToPath(import.meta.url), { workerData: { program, log, next } satisfies ThreadTask });
  });
  const answers = (): Promise<unknown[]> =>
    Promise.all(
      team.map((thread) => new Promise((resolve, reject) => thread.once('message', resolve).once('error', reject))),
    );
  await answers();
  const passes: TeamFigures['passes'][number][] = [];
  for (let pass = 0; pass < passCount; pass++) {
    const started = performance.now();
    const done = answers();
    for (const thread of team) thread.postMessage(pass);
    const counts = (await done) as Count[];
    const sum = (of: keyof Count): number => counts.reduce((total, count) => total + count[of], 0);
    passes.push({
      wallMilliseconds: performance.now() - started,
      records: sum('records'),
      findings: sum('findings'),
    });
  }
  await Promise.all(team.map((thread) => thread.terminate()));
  return { passes };
}

function measureThread(programPath: string, logPath: string, passCount: number, onlyReads: boolean): ProcessFigures {
  const idleRssBytes = process.memoryUsage().rss;
  const started = performance.now();
  const scanner = loadScanner(programPath);
  const loadMilliseconds = performance.now() - started;

  const log = openSync(logPath, 'r');
  const size = statSync(logPath).size;
  const bytes = new Uint8Array(SLICE + SCRATCH_BYTES);
  const passes: PassFigures[] = [];
  for (let pass = 0; pass < passCount; pass++) {
    const before = threadCpu();
    let firstCpuMilliseconds = 0;
    let records = 0;
    let findings = 0;
    for (let at = FILE_HEADER_SIZE; at < size; at += SLICE) {
      const byteLength = Math.min(SLICE, size - at);
      readSync(log, bytes, 0, byteLength, at);
      if (!onlyReads) {
        const firstChunk = Math.floor(at / CHUNK_SIZE);
        const chunkCount = Math.ceil(byteLength / CHUNK_SIZE);
        const result = scanner.scanSlice({
          bytes,
          byteLength,
          chunkCount,
          firstChunk,
          fileOffset: at,
          recovered: false,
        });
        records += result.account.recordsRead;
        findings += result.rows.length;
      }
      if (firstCpuMilliseconds === 0 && at + byteLength >= FIRST) firstCpuMilliseconds = threadCpu() - before;
    }
    passes.push({ cpuMilliseconds: threadCpu() - before, firstCpuMilliseconds, records, findings });
  }
  closeSync(log);
  return {
    loadMilliseconds,
    programBytes: statSync(programPath).size,
    bytes: size,
    passes,
    peakRssBytes: peakRss(),
    idleRssBytes,
  };
}

if (!isMainThread) serveTeam(workerData as ThreadTask);
else {
  const [programPath, logPath, passCount, mode, threads] = process.argv.slice(2);
  if (programPath === undefined || logPath === undefined) {
    throw new Error('usage: scan-pass PROGRAM LOG PASSES [read | team N]');
  }
  const figures =
    mode === 'team'
      ? await measureTeam(programPath, logPath, Number(passCount), Number(threads))
      : measureThread(programPath, logPath, Number(passCount), mode === 'read');
  console.log(JSON.stringify(figures));
}
