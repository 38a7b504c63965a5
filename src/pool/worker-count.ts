// How many scan workers a machine gets. Knows the two figures a browser tells and what a worker costs.

const MOST_WORKERS = 8;
/** Budget of a scan worker with its memos (reference/engine-algorithms.md, section 10), with room for its buffers. */
const WORKER_MEGABYTES = 160;
/** Share of the machine's memory that a tab may reasonably take. */
const MEMORY_SHARE = 0.25;

/**
 * Gives the number of workers for a machine: its cores, at most eight, at most what a quarter of its memory holds,
 * at least one. `deviceMemory` is in GiB as browsers round it (0.25 … 8); undefined where it is not told.
 */
export function workerCountFor(machine: { readonly cores: number; readonly deviceMemory: number | undefined }): number {
  const byMemory =
    machine.deviceMemory === undefined
      ? MOST_WORKERS
      : (machine.deviceMemory * 1_024 * MEMORY_SHARE) / WORKER_MEGABYTES;
  return Math.max(1, Math.floor(Math.min(machine.cores, byMemory, MOST_WORKERS)));
}

/** Workers that the machine at hand gets. */
export function workersOfThisMachine(): number {
  // Chromium only, and rounded there.
  const { deviceMemory } = navigator as Navigator & { readonly deviceMemory?: number };
  return workerCountFor({ cores: navigator.hardwareConcurrency, deviceMemory });
}
