// Which worker reads what next. A plan holds, per file, the stretches of chunks that nobody has taken yet; workers
// take runs from it and give back what they could not finish. It knows nothing of workers, messages or time, and a
// chunk is in exactly one place: pending, in one run, or settled.

import { assertTrue, ensureDefined } from '../base/assert.ts';

export const CHUNK_BYTES = 65_536;
const HEADER_BYTES = 4_096;

/** 2 MiB per slice: small enough for a lively progress bar, large enough that messages do not count. */
const CHUNKS_PER_SLICE = 32;
const SHORTEST_RUN = 16 * CHUNK_BYTES;
/** Opening a stream costs per run; from 16 MiB on that is below one per cent (design.md section 1). */
const LONGEST_RUN = 256 * CHUNK_BYTES;

/** A stretch that a worker has taken. `attempts` counts the workers that died on it. */
export interface PlannedRun {
  readonly file: number;
  readonly start: number;
  readonly byteLength: number;
  readonly chunksPerSlice: number;
  readonly open: boolean;
  readonly attempts: number;
}

interface Stretch {
  readonly start: number;
  readonly end: number;
  readonly attempts: number;
}

interface FileState {
  readonly size: number;
  readonly telling: boolean;
  opening: 'closed' | 'pending' | 'opened';
  /** Workers lost while judging the header. */
  openAttempts: number;
  dataOffset: number;
  pending: Stretch[];
  /** Runs that are out with a worker. */
  out: number;
}

/** Logs whose findings an analyst wants to see first, by name. */
const TELLING = /(^|[^a-z])(security|sysmon|powershell|system)([^a-z]|$)/i;

/** Whether a path names one of the logs in which most attacks show: Security, Sysmon, PowerShell, System. */
export function isTellingLog(path: string): boolean {
  return TELLING.test(path.slice(Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\')) + 1));
}

export class RunPlan {
  readonly #files = new Map<number, FileState>();
  /** Telling logs first, then the largest first. */
  readonly #order: readonly number[];
  readonly #workers: number;
  /** Files before this place of the order have been taken to be opened: keeps taking cheap with many thousand files. */
  #unopened = 0;
  /** Files with pending stretches. */
  readonly #open = new Set<number>();
  /** Files whose header a worker died on, to be judged once more. */
  readonly #toReopen = new Set<number>();

  constructor(files: readonly { number: number; path: string; size: number }[], workers: number) {
    const ranked = files.map((file) => ({ ...file, telling: isTellingLog(file.path) }));
    ranked.sort((a, b) => Number(b.telling) - Number(a.telling) || b.size - a.size || a.number - b.number);
    for (const { number, size, telling } of ranked) {
      const state: FileState = {
        size,
        telling,
        opening: 'closed',
        openAttempts: 0,
        dataOffset: HEADER_BYTES,
        pending: [],
        out: 0,
      };
      this.#files.set(number, state);
    }
    this.#order = ranked.map((file) => file.number);
    this.#workers = workers;
  }

  /** A plan over some stretches of opened files: the rest of them is settled. */
  static ofStretches(
    files: readonly {
      readonly number: number;
      readonly path: string;
      readonly size: number;
      readonly stretches: readonly { readonly start: number; readonly end: number }[];
    }[],
    workers: number,
  ): RunPlan {
    const plan = new RunPlan(files, workers);
    plan.#unopened = files.length;
    for (const { number, stretches } of files) {
      plan.#state(number).opening = 'opened';
      for (const { start, end } of stretches) plan.#putBack(number, { start, end, attempts: 0 });
    }
    return plan;
  }

  /** Whether every byte of every file has been settled. */
  get finished(): boolean {
    return this.#order.every((file) => this.isFileFinished(file));
  }

  isFileFinished(file: number): boolean {
    const state = this.#state(file);
    return state.opening === 'opened' && state.pending.length === 0 && state.out === 0;
  }

  /**
   * Takes the next run for a worker that last worked on file `previous`, or undefined when nothing can be taken now.
   * A worker stays with its file while there is something left (its memos know that host), then opens the next file,
   * then takes from the tail of the file with most left. Stretches that have killed a worker come last.
   */
  take(previous: number | undefined): PlannedRun | undefined {
    for (const telling of [true, false]) {
      const run = this.#takeFrom(previous, telling);
      if (run !== undefined) return run;
    }
    return this.#takeRetry();
  }

  /** The header of a file was judged: its chunks, if any, can be read from `dataOffset` on. */
  opened(run: PlannedRun, dataOffset: number, scannable: boolean): PlannedRun {
    const state = this.#state(run.file);
    assertTrue(run.open && state.opening === 'pending', 'a header was judged twice');
    state.opening = 'opened';
    state.dataOffset = dataOffset;
    const end = scannable ? state.size : dataOffset;
    const runEnd = Math.max(dataOffset, Math.min(end, dataOffset + run.byteLength));
    if (runEnd < end) this.#putBack(run.file, { start: runEnd, end, attempts: 0 });
    return { ...run, start: dataOffset, byteLength: runEnd - dataOffset, open: false };
  }

  /** The run is over: everything in it is settled. */
  finish(run: PlannedRun): void {
    this.#state(run.file).out -= 1;
  }

  /**
   * A worker died after `settled` bytes of the run. The slice it was in goes back chunk by chunk, the rest as it was.
   * Gives the chunks (as stretches) that have now killed two workers: they are not tried again.
   */
  giveBack(run: PlannedRun, settled: number): { readonly start: number; readonly end: number }[] {
    const state = this.#state(run.file);
    state.out -= 1;
    if (run.open) {
      state.openAttempts += 1;
      state.opening = 'closed';
      if (state.openAttempts < 2) {
        this.#toReopen.add(run.file);
        return [];
      }
      state.opening = 'opened';
      return [{ start: 0, end: state.size }];
    }
    const start = run.start + settled;
    const end = run.start + run.byteLength;
    if (start >= end) return [];
    const sliceEnd = Math.min(end, start + run.chunksPerSlice * CHUNK_BYTES);
    if (sliceEnd < end) this.#putBack(run.file, { start: sliceEnd, end, attempts: run.attempts });
    if (run.attempts > 0) return [{ start, end: sliceEnd }];
    for (let at = start; at < sliceEnd; at += CHUNK_BYTES) {
      this.#putBack(run.file, { start: at, end: Math.min(sliceEnd, at + CHUNK_BYTES), attempts: 1 });
    }
    return [];
  }

  /** The file cannot be read any more: forgets what is pending. Gives the number of bytes that nobody will read. */
  abandon(file: number): number {
    const state = this.#state(file);
    const bytes = state.pending.reduce((sum, stretch) => sum + stretch.end - stretch.start, 0);
    state.pending = [];
    state.opening = 'opened';
    this.#open.delete(file);
    return bytes;
  }

  #putBack(file: number, stretch: Stretch): void {
    this.#state(file).pending.push(stretch);
    this.#open.add(file);
  }

  #takeFrom(previous: number | undefined, telling: boolean): PlannedRun | undefined {
    if (previous !== undefined && this.#state(previous).telling === telling) {
      const run = this.#cut(previous, 'head');
      if (run !== undefined) return run;
    }
    const unopened = this.#order[this.#unopened];
    if (unopened !== undefined && this.#state(unopened).telling === telling) {
      this.#unopened += 1;
      return this.#openRun(unopened);
    }
    let fullest: number | undefined;
    let most = 0;
    for (const file of this.#open) {
      const state = this.#state(file);
      const rest = freshBytes(state);
      if (state.telling === telling && rest > most) [most, fullest] = [rest, file];
    }
    return fullest === undefined ? undefined : this.#cut(fullest, 'tail');
  }

  #openRun(file: number): PlannedRun {
    const state = this.#state(file);
    state.opening = 'pending';
    state.out += 1;
    const byteLength = this.#runLength(state.size);
    return { file, start: 0, byteLength, chunksPerSlice: CHUNKS_PER_SLICE, open: true, attempts: state.openAttempts };
  }

  #cut(file: number, where: 'head' | 'tail'): PlannedRun | undefined {
    const state = this.#state(file);
    const index = state.pending.findIndex((stretch) => stretch.attempts === 0);
    const stretch = state.pending[index];
    if (stretch === undefined) return undefined;
    const chunks = Math.ceil((stretch.end - stretch.start) / CHUNK_BYTES);
    const length = Math.min(chunks * CHUNK_BYTES, this.#runLength(freshBytes(state)));
    const border = where === 'head' ? stretch.start + length : stretch.start + chunks * CHUNK_BYTES - length;
    const left = { ...stretch, end: Math.min(border, stretch.end) };
    const right = { ...stretch, start: border };
    const [taken, rest] = where === 'head' ? [left, right] : [right, left];
    state.pending.splice(index, 1, ...(rest.start < rest.end ? [rest] : []));
    if (state.pending.length === 0) this.#open.delete(file);
    state.out += 1;
    const { start, attempts } = taken;
    return { file, start, byteLength: taken.end - start, chunksPerSlice: CHUNKS_PER_SLICE, open: false, attempts };
  }

  #takeRetry(): PlannedRun | undefined {
    for (const file of this.#toReopen) {
      this.#toReopen.delete(file);
      return this.#openRun(file);
    }
    for (const file of this.#open) {
      const state = this.#state(file);
      const stretch = state.pending.shift();
      if (state.pending.length === 0) this.#open.delete(file);
      if (stretch === undefined) continue;
      state.out += 1;
      const { start, end, attempts } = stretch;
      return { file, start, byteLength: end - start, chunksPerSlice: 1, open: false, attempts };
    }
    return undefined;
  }

  /** A share of what is left, so that workers finish together: whole chunks, between 1 and 16 MiB. */
  #runLength(rest: number): number {
    const share = Math.ceil(rest / (this.#workers * 2 * CHUNK_BYTES)) * CHUNK_BYTES;
    return Math.max(SHORTEST_RUN, Math.min(LONGEST_RUN, share));
  }

  #state(file: number): FileState {
    return ensureDefined(this.#files.get(file), 'file of the plan');
  }
}

/** Bytes of a file that no worker has tried yet. */
function freshBytes(state: FileState): number {
  let bytes = 0;
  for (const stretch of state.pending) if (stretch.attempts === 0) bytes += stretch.end - stretch.start;
  return bytes;
}
