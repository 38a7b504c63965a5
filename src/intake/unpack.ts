// Unpacks one compressed stream into a temporary Blob with a ceiling. The browser keeps large Blobs on disk, so the
// page's memory holds a few megabytes at a time. Damage ends the unpacking but keeps what came before it.

/** Chunks are gathered to this size before they become part of a Blob: thousands of tiny parts are slow to slice. */
const PART_BYTES = 8 * 1_024 * 1_024;

type Reader = ReadableStreamDefaultReader<Uint8Array<ArrayBuffer>>;

export interface Unpacked {
  readonly blob: Blob;
  /** `whole`; `damaged` when the data broke off; `limit` when the ceiling cut it. */
  readonly end: 'whole' | 'damaged' | 'limit';
}

/** Opens a packed file's content from its start. May throw where the container is damaged. */
export type OpenStream = () =>
  ReadableStream<Uint8Array<ArrayBuffer>> | Promise<ReadableStream<Uint8Array<ArrayBuffer>>>;

export interface StreamHead {
  readonly head: Uint8Array;
  /** The data broke off before the wanted bytes were there. */
  readonly isDamaged: boolean;
}

/** Reads the first bytes of a stream, at most `count`, and drops the rest; fewer where the data ends or breaks off. Never rejects. */
export async function readStreamHead(open: OpenStream, count: number): Promise<StreamHead> {
  const head = new Uint8Array(count);
  let isDamaged = false;
  let filled = 0;
  let reader: Reader | undefined;
  try {
    reader = (await open()).getReader();
    while (filled < count) {
      const { done, value } = await reader.read();
      if (done) break;
      const part = value.subarray(0, count - filled);
      head.set(part, filled);
      filled += part.length;
    }
  } catch {
    // Damaged from here on: what was read is the answer.
    isDamaged = true;
  } finally {
    await cancelQuietly(reader);
  }
  return { head: head.subarray(0, filled), isDamaged };
}

/** Unpacks a stream into a Blob of at most `limit` bytes. Never rejects. */
export async function unpackStream(open: OpenStream, limit: number): Promise<Unpacked> {
  const parts: Blob[] = [];
  let gathered: Uint8Array<ArrayBuffer>[] = [];
  let gatheredBytes = 0;
  let total = 0;
  let end: Unpacked['end'] = 'whole';
  let reader: Reader | undefined;
  try {
    reader = (await open()).getReader();
    for (;;) {
      const { done, value } = await reader.read();
      if (done) break;
      const kept = total + value.length > limit ? value.subarray(0, limit - total) : value;
      total += kept.length;
      gathered.push(kept);
      gatheredBytes += kept.length;
      if (gatheredBytes >= PART_BYTES) {
        parts.push(new Blob(gathered));
        gathered = [];
        gatheredBytes = 0;
      }
      if (kept.length < value.length) {
        end = 'limit';
        break;
      }
    }
  } catch {
    end = 'damaged';
  } finally {
    await cancelQuietly(reader);
  }
  return { blob: new Blob([...parts, ...gathered]), end };
}

async function cancelQuietly(reader: Reader | undefined): Promise<void> {
  // Cancelling a stream that has already failed rejects with that failure; it has been dealt with.
  await reader?.cancel().catch(() => undefined);
}
