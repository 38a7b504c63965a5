// CPU time of the calling thread, for the phases of `--stats`. On a busy machine wall time would blame the scan for
// what its neighbours do.

import { readFileSync } from 'node:fs';

const SCHEDSTAT = '/proc/thread-self/schedstat';

/** CPU milliseconds of this thread so far, or undefined where the system does not tell (not Linux, Node before 23.9). */
export function threadCpuMilliseconds(): number | undefined {
  const { threadCpuUsage } = process as { threadCpuUsage?: () => { user: number; system: number } };
  if (threadCpuUsage !== undefined) {
    const { user, system } = threadCpuUsage.call(process);
    return (user + system) / 1_000;
  }
  try {
    const nanoseconds = Number(readFileSync(SCHEDSTAT, 'latin1').split(' ')[0]);
    return Number.isFinite(nanoseconds) ? nanoseconds / 1e6 : undefined;
  } catch {
    return undefined;
  }
}

export type PhaseName = 'read' | 'scan' | 'render';
export type PhaseTimes = Record<PhaseName, number>;

/**
 * Splits the CPU time of a thread among the phases it went through. The system tells a thread's CPU time in steps of
 * some 4 ms, too coarse for one slice, so it is asked for once at each end and shared out by the wall time of the phases.
 */
export class PhaseClock {
  readonly #wall: PhaseTimes = { read: 0, scan: 0, render: 0 };
  readonly #cpuAtStart = threadCpuMilliseconds();

  /** Does synchronous work as part of a phase. */
  measure<T>(phase: PhaseName, work: () => T): T {
    const start = performance.now();
    try {
      return work();
    } finally {
      this.#wall[phase] += performance.now() - start;
    }
  }

  /** CPU milliseconds per phase so far; wall time of the phases where CPU time is not told. */
  read(): PhaseTimes {
    const { read, scan, render } = this.#wall;
    const now = threadCpuMilliseconds();
    const wall = read + scan + render;
    if (now === undefined || this.#cpuAtStart === undefined || wall === 0) return { read, scan, render };
    // Never more than the wall time of the phases: the rest went into starting up and into messages.
    const share = Math.min(1, (now - this.#cpuAtStart) / wall);
    return { read: read * share, scan: scan * share, render: render * share };
  }
}
