// How far a scan is and how fast: bytes settled per file, the rate over the last seconds, the time left. Knows no
// timers: whoever reports asks for the state.

import { ensureDefined } from '../base/assert.ts';
import type { FileProgress, ScanProgress } from './scanner.ts';

/** The rate is taken over this many seconds: long enough to be calm, short enough to follow a change of file. */
const RATE_WINDOW_MS = 5_000;
const SAMPLE_EVERY_MS = 250;

export class ProgressMeter {
  readonly #files: FileProgress[];
  readonly #placeByFile = new Map<number, number>();
  readonly #samples: { time: number; bytes: number }[];
  #total: number;
  #done = 0;

  constructor(files: readonly { number: number; size: number }[], now: number) {
    this.#files = files.map(({ number, size }, place) => {
      this.#placeByFile.set(number, place);
      return { file: number, bytesDone: 0, bytesTotal: size, state: 'waiting' };
    });
    this.#total = files.reduce((sum, { size }) => sum + size, 0);
    this.#samples = [{ time: now, bytes: 0 }];
  }

  get bytesDone(): number {
    return this.#done;
  }

  /** Adds settled bytes to a file (never beyond its size). */
  add(file: number, bytes: number): void {
    const place = ensureDefined(this.#placeByFile.get(file), 'file of the scan');
    const before = this.#files[place]!;
    const bytesDone = Math.min(before.bytesTotal, before.bytesDone + bytes);
    this.#done += bytesDone - before.bytesDone;
    this.#files[place] = { ...before, bytesDone };
  }

  /** The size of a packed file is known now; until then it was what the archive claimed. */
  resize(file: number, size: number): void {
    const place = ensureDefined(this.#placeByFile.get(file), 'file of the scan');
    const before = this.#files[place]!;
    const bytesDone = Math.min(before.bytesDone, size);
    this.#total += size - before.bytesTotal;
    this.#done += bytesDone - before.bytesDone;
    this.#files[place] = { ...before, bytesDone, bytesTotal: size };
  }

  /** Sets the state of a file; a finished file is settled to its last byte. */
  setState(file: number, state: FileProgress['state']): void {
    const place = ensureDefined(this.#placeByFile.get(file), 'file of the scan');
    const before = this.#files[place]!;
    if (before.state === 'failed' && state === 'done') return;
    this.#files[place] = { ...before, state };
    if (state === 'done' || state === 'failed') this.add(file, before.bytesTotal);
  }

  /** Marks every file that is not finished as cancelled. */
  cancelRest(): void {
    for (const { file, state } of [...this.#files]) {
      if (state === 'waiting' || state === 'scanning') this.setState(file, 'cancelled');
    }
  }

  /** The state at a time in milliseconds. Rates need two samples at least a quarter of a second apart. */
  report(now: number): ScanProgress {
    const samples = this.#samples;
    if (now - samples.at(-1)!.time >= SAMPLE_EVERY_MS) samples.push({ time: now, bytes: this.#done });
    while (samples.length > 2 && now - samples[1]!.time >= RATE_WINDOW_MS) samples.shift();
    const first = samples[0]!;
    const elapsed = now - first.time;
    const bytesPerSecond = elapsed >= SAMPLE_EVERY_MS ? ((this.#done - first.bytes) / elapsed) * 1_000 : 0;
    return {
      bytesDone: this.#done,
      bytesTotal: this.#total,
      bytesPerSecond,
      secondsLeft: bytesPerSecond > 0 ? (this.#total - this.#done) / bytesPerSecond : undefined,
      files: [...this.#files],
    };
  }
}
