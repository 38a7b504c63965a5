// The line for a packed log that did not come out whole.

import type { Problem } from '../model/problem.ts';
import type { UnpackEnd } from './unpack-protocol.ts';

/** Says what kept a log from being unpacked whole; `size` is what came out of it in bytes. Undefined when nothing did. */
export function unpackProblem(end: UnpackEnd | 'lost' | 'dropped', size: number): Problem | undefined {
  const only = size === 0 ? 'nothing could be read' : `its first ${size} bytes are read`;
  const onDisk = 'Unpack it on disk and drop the folder.';
  switch (end) {
    case 'whole':
    case 'dropped':
      return undefined;
    case 'damaged':
      return {
        code: 'archive-damaged',
        severity: 'warning',
        detail: `packed data is damaged; ${only}`,
        hint: 'Copy the archive again if its source still exists.',
      };
    case 'mismatch':
      return {
        code: 'archive-damaged',
        severity: 'warning',
        detail: 'size or checksum differ from what the archive says; all of it is read',
        hint: 'Copy the archive again if its source still exists.',
      };
    case 'limit':
      return { code: 'archive-limit', severity: 'error', detail: `too large when unpacked; ${only}`, hint: onDisk };
    case 'bomb': {
      const detail = `unpacks to more than 500 times its size, as made to fill a disk; ${only}`;
      return { code: 'archive-limit', severity: 'error', detail, hint: 'Treat the archive as hostile.' };
    }
    case 'lost':
      return { code: 'worker-lost', severity: 'error', detail: `unpacking failed twice; ${only}`, hint: onDisk };
  }
}
