// Which worker reads what next. A plan holds, per file, the stretches of chunks that nobody has taken yet; workers
// take runs from it and give back what they could not finish. It knows nothing of workers, messages or time, and a
// chunk is in exactly one place: pending, in one run, or settled. Longer than other files because taking, grouping and
// giving back change the same stretches.

import { assertTrue, ensureDefined } from '../base/assert.ts';

export const CHUNK_BYTES = 65_536;
export const HEADER_BYTES = 4_096;

/** 2 MiB per slice: small enough for a lively progress bar, large enough that messages do not count. */
const CHUNKS_PER_SLICE = 32;
const SHORTEST_RUN = 16 * CHUNK_BYTES;
/** Opening a stream costs per run; from 16 MiB on that is below one per cent (design.md section 1). */
const LONGEST_RUN = 256 * CHUNK_BYTES;
/** Files up to this size are read whole, and together with others: by themselves they cost more to read than to scan. */
const SMALL_FILE = SHORTEST_RUN;
/** Small files read and reported together: enough to make both cheap, few enough to lose and do again. */
const GROUP_BYTES = SHORTEST_RUN;
const GROUP_FILES = 64;
/** Runs in a log that is being unpacked, where what is left now says nothing: some 15 ms of work, copied for the worker. */
const PART_RUN = 64 * CHUNK_BYTES;

/** A stretch that a worker has taken. `attempts` counts the workers that died on it. */
export interface PlannedRun {
  readonly file: number;
  readonly start: number;
  readonly byteLength: number;
  readonly chunksPerSlice: number;
  readonly open: boolean;
  readonly attempts: number;
  /** A small file as a whole, which may share a group with others. */
  readonly whole: boolean;
}

interface Stretch {
  readonly start: number;
  readonly end: number;
  readonly attempts: number;
}

interface FileState {
  /** Bytes that are there: all of them, or of a packed file those unpacked so far. */
  size: number;
  isWhole: boolean;
  readonly isPacked: boolean;
  /** End of what has been planned of a file that is still being unpacked. */
  planned: number;
  /** False when nothing in the file can be read, or can be read any more. */
  isReadable: boolean;
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

/** What the order of files depends on. */
interface RankedFile {
  readonly number: number;
  readonly path: string;
  readonly size: number;
  readonly doneBefore?: boolean;
}

/** The order in which files are wanted: telling logs first, then the largest; behind them what was read before. */
export function inOrderOfInterest<T extends RankedFile>(files: readonly T[]): T[] {
  const ranked = files.map((file) => ({ file, tier: tierOf(file) }));
  ranked.sort((a, b) => a.tier - b.tier || b.file.size - a.file.size || a.file.number - b.file.number);
  return ranked.map(({ file }) => file);
}

function tierOf({ path, doneBefore = false }: RankedFile): number {
  if (doneBefore) return 2;
  return isTellingLog(path) ? 0 : 1;
}

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
  /** Packed files of which enough is there to be opened. */
  readonly #supplied = new Set<number>();
  /** Files with pending stretches. */
  readonly #open = new Set<number>();
  /** Files whose header a worker died on, to be judged once more. */
  readonly #toReopen = new Set<number>();
  /** Files that were taken and not begun: they are taken again like any other. */
  readonly #returned = new Set<number>();
  /** Bytes of small files that nobody has taken yet. */
  #smallBytes = 0;

  /** `packed` files have no bytes until supply() says so. */
  constructor(files: readonly (RankedFile & { readonly packed?: boolean })[], workers: number) {
    const ranked = inOrderOfInterest(files);
    for (const { number, path, size, packed = false, doneBefore = false } of ranked) {
      const state: FileState = {
        size: packed ? 0 : size,
        isWhole: !packed,
        isPacked: packed,
        planned: 0,
        isReadable: true,
        telling: !doneBefore && isTellingLog(path),
        opening: 'closed',
        openAttempts: 0,
        dataOffset: HEADER_BYTES,
        pending: [],
        out: 0,
      };
      this.#files.set(number, state);
    }
    this.#order = ranked.filter(({ packed = false }) => !packed).map((file) => file.number);
    for (const file of this.#order) this.#smallBytes += this.#smallSize(file);
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
    plan.#smallBytes = 0;
    for (const { number, stretches } of files) {
      plan.#state(number).opening = 'opened';
      for (const { start, end } of stretches) plan.#putBack(number, { start, end, attempts: 0 });
    }
    return plan;
  }

  /** Whether every byte of every file has been settled. */
  get finished(): boolean {
    for (const file of this.#files.keys()) if (!this.isFileFinished(file)) return false;
    return true;
  }

  isFileFinished(file: number): boolean {
    const state = this.#state(file);
    const isAllThere = state.isWhole || !state.isReadable;
    return state.opening === 'opened' && state.pending.length === 0 && state.out === 0 && isAllThere;
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

  /**
   * Takes what a worker does next in one go, in groups that are read and reported at once: like take(), and with a small
   * file the small files after it, up to a share of what is left of them.
   */
  takeGroups(previous: number | undefined): PlannedRun[][] | undefined {
    const smallBytes = this.#smallBytes;
    const first = this.take(previous);
    if (first === undefined) return undefined;
    const group = [first];
    const groups = [group];
    if (!first.whole) return groups;
    const share = this.#runLength(smallBytes);
    const { telling } = this.#state(first.file);
    let groupBytes = this.#state(first.file).size;
    for (let bytes = groupBytes; bytes < share;) {
      const file = this.#nextUnopened();
      if (file === undefined || this.#smallSize(file) === 0 || this.#state(file).telling !== telling) break;
      const { size } = this.#state(file);
      bytes += size;
      const isFull = groupBytes + size > GROUP_BYTES || groups.at(-1)!.length >= GROUP_FILES;
      groupBytes = isFull ? size : groupBytes + size;
      const run = this.#openRun(this.#takeUnopened(file));
      if (isFull) groups.push([run]);
      else groups.at(-1)!.push(run);
    }
    return groups;
  }

  /** The run was taken and nothing of it begun: it is taken again as if for the first time. */
  giveBackUntouched(run: PlannedRun): void {
    const state = this.#state(run.file);
    assertTrue(run.open, 'only files that were to be opened come back untouched');
    state.out -= 1;
    state.opening = 'closed';
    this.#smallBytes += this.#smallSize(run.file);
    this.#returned.add(run.file);
  }

  /** Of a packed file `size` bytes are there now; the last chunk of them waits for its rest unless they are all. */
  supply(file: number, size: number, isWhole: boolean): void {
    const state = this.#state(file);
    assertTrue(!state.isWhole && size >= state.size, 'a packed file became shorter');
    state.size = size;
    state.isWhole = isWhole;
    if (state.opening === 'opened') this.#planSupplied(file);
    else if (state.opening === 'closed' && state.openAttempts === 0) {
      if (isWhole || size >= HEADER_BYTES + CHUNK_BYTES) this.#supplied.add(file);
    }
  }

  #planSupplied(file: number): void {
    const state = this.#state(file);
    const end = readableEnd(state);
    if (!state.isReadable || end <= state.planned) return;
    this.#putBack(file, { start: state.planned, end, attempts: 0 });
    state.planned = end;
  }

  /** The header of a file was judged: its chunks, if any, can be read from `dataOffset` on. */
  opened(run: PlannedRun, dataOffset: number, scannable: boolean): PlannedRun {
    const state = this.#state(run.file);
    assertTrue(run.open && state.opening === 'pending', 'a header was judged twice');
    state.opening = 'opened';
    state.dataOffset = dataOffset;
    state.isReadable = scannable;
    const end = scannable ? readableEnd(state) : dataOffset;
    state.planned = Math.max(end, dataOffset);
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
      state.isReadable = false;
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
    state.isReadable = false;
    this.#open.delete(file);
    return bytes;
  }

  #putBack(file: number, stretch: Stretch): void {
    const { pending } = this.#state(file);
    const last = pending.at(-1);
    const joins = last?.end === stretch.start && last.attempts === 0 && stretch.attempts === 0;
    // What is unpacked bit by bit is still read in long runs.
    if (joins) pending[pending.length - 1] = { ...last, end: stretch.end };
    else pending.push(stretch);
    this.#open.add(file);
  }

  #takeFrom(previous: number | undefined, telling: boolean): PlannedRun | undefined {
    if (previous !== undefined && this.#state(previous).telling === telling) {
      const run = this.#cut(previous, 'head');
      if (run !== undefined) return run;
    }
    for (const file of this.#supplied) {
      if (this.#state(file).telling !== telling) continue;
      this.#supplied.delete(file);
      return this.#openRun(file);
    }
    const unopened = this.#nextUnopened();
    if (unopened !== undefined && this.#state(unopened).telling === telling) {
      return this.#openRun(this.#takeUnopened(unopened));
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

  /** The file to be opened next. */
  #nextUnopened(): number | undefined {
    for (const file of this.#returned) return file;
    return this.#order[this.#unopened];
  }

  #takeUnopened(file: number): number {
    if (!this.#returned.delete(file)) this.#unopened += 1;
    this.#smallBytes -= this.#smallSize(file);
    return file;
  }

  /** Bytes of a file that is read whole, 0 for others. */
  #smallSize(file: number): number {
    const { size, isWhole } = this.#state(file);
    return isWhole && size <= SMALL_FILE ? size : 0;
  }

  #openRun(file: number): PlannedRun {
    const state = this.#state(file);
    state.opening = 'pending';
    state.out += 1;
    const there = state.isWhole ? state.size : wholeChunks(state.size - HEADER_BYTES);
    const byteLength = Math.min(this.#runLength(state.size), Math.max(there, CHUNK_BYTES));
    const { openAttempts: attempts } = state;
    const whole = this.#smallSize(file) > 0 && attempts === 0;
    return { file, start: 0, byteLength, chunksPerSlice: CHUNKS_PER_SLICE, open: true, attempts, whole };
  }

  #cut(file: number, where: 'head' | 'tail'): PlannedRun | undefined {
    const state = this.#state(file);
    const index = state.pending.findIndex((stretch) => stretch.attempts === 0);
    const stretch = state.pending[index];
    if (stretch === undefined) return undefined;
    const chunks = Math.ceil((stretch.end - stretch.start) / CHUNK_BYTES);
    const wanted = state.isPacked ? PART_RUN : this.#runLength(freshBytes(state));
    const length = Math.min(chunks * CHUNK_BYTES, wanted);
    const border = where === 'head' ? stretch.start + length : stretch.start + chunks * CHUNK_BYTES - length;
    const left = { ...stretch, end: Math.min(border, stretch.end) };
    const right = { ...stretch, start: border };
    const [taken, rest] = where === 'head' ? [left, right] : [right, left];
    state.pending.splice(index, 1, ...(rest.start < rest.end ? [rest] : []));
    if (state.pending.length === 0) this.#open.delete(file);
    state.out += 1;
    const { start, attempts } = taken;
    const byteLength = taken.end - start;
    return { file, start, byteLength, chunksPerSlice: CHUNKS_PER_SLICE, open: false, attempts, whole: false };
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
      return { file, start, byteLength: end - start, chunksPerSlice: 1, open: false, attempts, whole: false };
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

function wholeChunks(bytes: number): number {
  return Math.floor(Math.max(0, bytes) / CHUNK_BYTES) * CHUNK_BYTES;
}

/** Where reading has to end for now: at the end of the file, or of the last whole chunk that is unpacked. */
function readableEnd({ size, isWhole, dataOffset }: FileState): number {
  return isWhole ? size : dataOffset + wholeChunks(size - dataOffset);
}

/** Bytes of a file that no worker has tried yet. */
function freshBytes(state: FileState): number {
  let bytes = 0;
  for (const stretch of state.pending) if (stretch.attempts === 0) bytes += stretch.end - stretch.start;
  return bytes;
}
