// Reading a run from disk, slice by slice: what the threads of both passes have in common.

import { closeSync, openSync } from 'node:fs';
import { SCRATCH_BYTES } from '../evtx/limits.ts';
import { CHUNK_BYTES } from '../pool/run-plan.ts';
import type { Slice } from '../scan/slice-scanner.ts';
import type { PhaseClock } from './cpu-clock.ts';
import { readAt } from './log-file.ts';
import type { ThreadMessage, ThreadRun } from './thread-protocol.ts';

/**
 * Reads a run and has each slice dealt with in turn, all in one buffer; then sends that the run is over. A file that
 * cannot be read is sent as such; what `take` throws comes out.
 */
export function readRun(
  run: ThreadRun,
  clock: PhaseClock,
  post: (message: ThreadMessage) => void,
  take: (slice: Omit<Slice, 'recovered'>) => void,
): void {
  try {
    readSlices(run, clock, take);
  } catch (cause) {
    const detail = readErrorText(cause);
    if (detail === undefined) throw cause;
    post({ kind: 'unreadable', detail });
  }
  post({ kind: 'end' });
}

function readSlices(run: ThreadRun, clock: PhaseClock, take: (slice: Omit<Slice, 'recovered'>) => void): void {
  const sliceBytes = run.chunksPerSlice * CHUNK_BYTES;
  const bytes = new Uint8Array(Math.min(sliceBytes, run.byteLength) + SCRATCH_BYTES);
  const descriptor = openSync(run.file.diskPath, 'r');
  try {
    const end = run.start + run.byteLength;
    for (let fileOffset = run.start; fileOffset < end; fileOffset += sliceBytes) {
      const wanted = Math.min(sliceBytes, end - fileOffset);
      const byteLength = clock.measure('read', () => readAt(descriptor, bytes, wanted, fileOffset));
      if (byteLength > 0) take(sliceOf(bytes, byteLength, fileOffset));
      // Less than the file's size promised: it was cut while we read it, and nothing comes behind.
      if (byteLength < wanted) throw new DOMException('the file became shorter while it was read', 'NotReadableError');
    }
  } finally {
    closeSync(descriptor);
  }
}

function sliceOf(bytes: Uint8Array, byteLength: number, fileOffset: number): Omit<Slice, 'recovered'> {
  const firstChunk = Math.floor(fileOffset / CHUNK_BYTES);
  return { bytes, byteLength, chunkCount: Math.ceil(byteLength / CHUNK_BYTES), firstChunk, fileOffset };
}

/** What the system says about a file that cannot be read, or undefined when the error is a bug of ours. */
function readErrorText(cause: unknown): string | undefined {
  if (cause instanceof DOMException) return cause.message;
  return cause instanceof Error && 'syscall' in cause ? cause.message : undefined;
}
