// Unpacks one compressed stream into a temporary Blob with a ceiling. The browser keeps large Blobs on disk, so the
// page's memory holds a few megabytes at a time. Damage ends the unpacking but keeps what came before it.

import { chunksOf, type OpenStream } from '../base/read-stream.ts';

/** Chunks are gathered to this size before they become part of a Blob: thousands of tiny parts are slow to slice. */
const PART_BYTES = 8 * 1_024 * 1_024;

export interface Unpacked {
  readonly blob: Blob;
  /** `whole`; `damaged` when the data broke off; `limit` when the ceiling cut it. */
  readonly end: 'whole' | 'damaged' | 'limit';
}

/** Unpacks a stream into a Blob of at most `limit` bytes. Never rejects. */
export async function unpackStream(open: OpenStream, limit: number): Promise<Unpacked> {
  const parts: Blob[] = [];
  let gathered: Uint8Array<ArrayBuffer>[] = [];
  let gatheredBytes = 0;
  let total = 0;
  let end: Unpacked['end'] = 'whole';
  try {
    for await (const chunk of chunksOf(await open())) {
      const kept = chunk.subarray(0, limit - total);
      total += kept.length;
      gathered.push(kept);
      gatheredBytes += kept.length;
      if (gatheredBytes >= PART_BYTES) {
        parts.push(new Blob(gathered));
        gathered = [];
        gatheredBytes = 0;
      }
      if (kept.length < chunk.length) {
        end = 'limit';
        break;
      }
    }
  } catch {
    end = 'damaged';
  }
  return { blob: new Blob([...parts, ...gathered]), end };
}
