// Unpacks the packed logs of a scan, in workers of their own, while what is there of them is scanned. Telling logs first,
// then the largest, a few at a time. It runs ahead of the scan by a bounded number of bytes; a worker that dies costs a
// repeat of the log it was at, and never a byte twice.

import { randomHex } from '../base/hex-text.ts';
import type { EvidenceBytes, PackedLog } from '../model/packed-log.ts';
import { MAX_UNPACKED_BYTES, MAX_UNPACKED_TOTAL } from '../model/packed-log.ts';
import type { Problem } from '../model/problem.ts';
import { unpackProblem } from './unpack-problem.ts';
import type { UnpackEnd, UnpackMessage, UnpackRequest } from './unpack-protocol.ts';

/** What an unpack worker must offer: a Worker does. */
export interface UnpackWorker {
  postMessage(message: UnpackRequest, transfer: Transferable[]): void;
  addEventListener(type: 'message', listener: (event: MessageEvent<UnpackMessage>) => void): void;
  addEventListener(type: 'error' | 'messageerror', listener: (event: Event) => void): void;
  terminate(): void;
}

export interface PackedFile {
  readonly number: number;
  readonly packed: PackedLog;
}

export interface UnpackTools {
  start(): UnpackWorker | Promise<UnpackWorker>;
  /** Logs unpacked at the same time. */
  readonly parallel: number;
  /** The next bytes of a file; theirs is the memory. */
  part(file: number, bytes: Uint8Array<ArrayBuffer>): void;
  /** No more will come: the file from now on, as it can be read by place. */
  whole(file: number, bytes: EvidenceBytes): void;
  problem(file: number, problem: Problem): void;
}

/** Bytes unpacked and not yet scanned at which the unpacking waits: enough to keep every scan worker busy. */
const MOST_AHEAD = 16 * 1_024 * 1_024;
/**
 * Bytes of unpacked logs that are kept as Blobs; what is beyond is unpacked again when it is looked at. Chromium keeps
 * Blobs in memory up to about 500 MB, and the next ones cannot be read at all: the scan of a log of 500 MB lost its end.
 */
const MOST_KEPT = 192 * 1_024 * 1_024;
/** A part takes 30 ms; a worker that is silent for so long has died without a word. */
const SILENCE_LIMIT_MS = 60_000;
const ATTEMPTS = 2;
const MOST_SPARES = 6;

export class UnpackPass {
  readonly #queue: PackedFile[];
  readonly #tools: UnpackTools;
  readonly #workers = new Set<UnpackWorker>();
  /** What to do with what a worker says about the log that it is at. */
  readonly #listeners = new Map<UnpackWorker, { message(message: UnpackMessage): void; lose(): void }>();
  /** Bytes supplied and not scanned, by file. */
  readonly #ahead = new Map<number, number>();
  readonly #dropped = new Set<number>();
  #budget = MAX_UNPACKED_TOTAL;
  #keepable = MOST_KEPT;
  readonly #spares: ArrayBuffer[] = [];
  #cancelled = false;
  #waiting: (() => void)[] = [];
  readonly #losers = new Set<() => void>();

  /** `files` in the order in which they are wanted. */
  constructor(files: readonly PackedFile[], tools: UnpackTools) {
    this.#queue = [...files];
    this.#tools = tools;
  }

  /**
   * Settles when every file is unpacked, or the pass was cancelled. Rejects when workers cannot be started. The workers
   * live on until cancel(): the bytes of a Blob may be fetched from the worker that made it some time after it was sent.
   */
  async run(): Promise<void> {
    const lanes = Math.min(this.#tools.parallel, this.#queue.length);
    try {
      await Promise.all(Array.from({ length: lanes }, () => this.#drive()));
    } catch (error) {
      this.cancel();
      throw error;
    }
  }

  /** Bytes of a file were scanned. */
  scanned(file: number, bytes: number): void {
    const ahead = this.#ahead.get(file);
    if (ahead === undefined) return;
    this.#ahead.set(file, Math.max(0, ahead - bytes));
    this.#wake();
  }

  /** Memory of parts that nobody needs any more: given back, it is neither fetched nor collected anew for each part. */
  recycle(buffers: readonly ArrayBuffer[]): void {
    for (const buffer of buffers) if (this.#spares.length < MOST_SPARES) this.#spares.push(buffer);
  }

  /** Lets go memory that waits to be used again. */
  release(): void {
    this.#spares.length = 0;
  }

  /** Nobody reads the file any more. */
  drop(file: number): void {
    this.#dropped.add(file);
    this.#ahead.delete(file);
    this.#wake();
  }

  cancel(): void {
    this.#cancelled = true;
    for (const worker of this.#workers) worker.terminate();
    this.#workers.clear();
    for (const lose of [...this.#losers]) lose();
    this.#wake();
  }

  /** Asked anew after each wait. */
  #isCancelled(): boolean {
    return this.#cancelled;
  }

  async #drive(): Promise<void> {
    let worker: UnpackWorker | undefined;
    for (let file = this.#queue.shift(); file !== undefined && !this.#cancelled; file = this.#queue.shift()) {
      const log = new GrowingLog(this.#reserve(file.packed));
      let end: UnpackEnd | 'lost' | 'dropped' = 'lost';
      for (let attempt = 0; attempt < ATTEMPTS && end === 'lost' && !this.#isCancelled(); attempt++) {
        worker ??= await this.#startWorker();
        end = await this.#unpack(worker, file, log);
        if (end === 'lost' || end === 'dropped') {
          worker.terminate();
          this.#workers.delete(worker);
          worker = undefined;
        }
      }
      if (this.#isCancelled()) return;
      this.#tools.whole(file.number, log.kept ?? { ...file.packed, size: log.size, key: randomHex(16) });
      const problem = unpackProblem(end, log.size);
      if (problem !== undefined) this.#tools.problem(file.number, problem);
    }
  }

  /** Room for a log of this size among those that are kept; 0 when there is not enough. */
  #reserve({ size }: PackedLog): number {
    if (size > this.#keepable) return 0;
    this.#keepable -= size;
    return size;
  }

  async #startWorker(): Promise<UnpackWorker> {
    const worker = await this.#tools.start();
    worker.addEventListener('message', ({ data }) => this.#listeners.get(worker)?.message(data));
    worker.addEventListener('error', () => this.#listeners.get(worker)?.lose());
    worker.addEventListener('messageerror', () => this.#listeners.get(worker)?.lose());
    if (this.#cancelled) worker.terminate();
    else this.#workers.add(worker);
    return worker;
  }

  /** Unpacks one file behind the parts that are there; adds to them. */
  #unpack(worker: UnpackWorker, file: PackedFile, log: GrowingLog): Promise<UnpackEnd | 'lost' | 'dropped'> {
    const { number, packed } = file;
    const skip = log.size;
    const limit = Math.min(MAX_UNPACKED_BYTES, this.#budget + skip);
    return new Promise((resolve, reject) => {
      let timer: ReturnType<typeof setTimeout> | undefined;
      let isOver = false;
      const settle = (end: UnpackEnd | 'lost' | 'dropped'): void => {
        isOver = true;
        clearTimeout(timer);
        this.#losers.delete(lose);
        resolve(end);
      };
      const lose = (): void => settle('lost');
      const watch = (): void => {
        clearTimeout(timer);
        timer = setTimeout(lose, SILENCE_LIMIT_MS);
      };
      const take = async (message: UnpackMessage): Promise<void> => {
        if (message.kind === 'end') {
          settle(message.end);
          return;
        }
        clearTimeout(timer);
        const { bytes, blob } = message;
        log.add(bytes.length, blob);
        this.#budget -= bytes.length;
        this.#ahead.set(number, (this.#ahead.get(number) ?? 0) + bytes.length);
        this.#tools.part(number, bytes);
        while (this.#isFarAhead() && !this.#cancelled && !this.#dropped.has(number)) {
          await new Promise<void>((wake) => this.#waiting.push(wake));
        }
        if (isOver) return;
        if (this.#dropped.has(number)) settle('dropped');
        else {
          const spare = this.#spares.pop();
          worker.postMessage({ kind: 'taken', spare }, spare === undefined ? [] : [spare]);
          watch();
        }
      };
      // Messages of a log come one after the other: a part waits until the one before it was let through.
      let turn = Promise.resolve();
      this.#losers.add(lose);
      this.#listeners.set(worker, {
        message: (message) => {
          turn = turn.then(() => (isOver ? undefined : take(message)));
          turn.catch(reject);
        },
        lose,
      });
      watch();
      worker.postMessage({ kind: 'unpack', packed, skip, limit, keep: log.kept !== undefined }, []);
    });
  }

  #isFarAhead(): boolean {
    let ahead = 0;
    for (const bytes of this.#ahead.values()) ahead += bytes;
    return ahead > MOST_AHEAD;
  }

  #wake(): void {
    for (const wake of this.#waiting.splice(0)) wake();
  }
}

/** What came out of a log so far, and all of it as a Blob as long as it stays within what it claimed to be. */
class GrowingLog {
  readonly #room: number;
  #parts: Blob[] | undefined;
  size = 0;

  /** @param room bytes that may be kept. */
  constructor(room: number) {
    this.#room = room;
    this.#parts = room > 0 ? [] : undefined;
  }

  get kept(): Blob | undefined {
    return this.#parts && new Blob(this.#parts);
  }

  add(bytes: number, blob: Blob | undefined): void {
    this.size += bytes;
    if (blob === undefined || this.size > this.#room) this.#parts = undefined;
    else this.#parts?.push(blob);
  }
}
