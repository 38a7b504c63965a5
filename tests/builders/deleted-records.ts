// Deleted records in built logs, as Windows leaves them behind.

import { recordOffset, setFreeOffset } from './damage.ts';
import { chunkOffset } from './evtx-builder.ts';

/** F63: the free-space offset of a chunk lies before record `keep`, so that this one and all behind it are unallocated. */
export function unallocate(log: Uint8Array, chunk: number, keep: number): Uint8Array {
  return setFreeOffset(log, chunk, recordOffset(log, chunk, keep) - chunkOffset(chunk));
}

/** F64: the GUIDs of all template definitions of a chunk were overwritten; records still name their ids. */
export function overwriteTemplates(log: Uint8Array, chunk: number): Uint8Array {
  const start = chunkOffset(chunk);
  const view = new DataView(log.buffer, log.byteOffset, log.byteLength);
  for (let at = start + 512; at + 10 < start + 65_536; at++) {
    if (log[at] !== 0x0c || log[at + 1] !== 1) continue;
    const definition = view.getUint32(at + 6, true);
    if (definition + 24 < 65_536 && view.getUint32(start + definition + 4, true) === view.getUint32(at + 2, true)) {
      view.setUint32(start + definition + 4, 0, true);
    }
  }
  return log;
}
