// Reading a stream to its end or to a bound. Every stream of a Blob has to be read through here or through a held reader
// of its own (held-reader.ts): Chromium collects one that only a pending read refers to.

import { holdReader } from './held-reader.ts';

/** Yields the chunks of a stream. Throws what the stream errors with; a caller that ends early cancels it. */
export async function* chunksOf(
  stream: ReadableStream<Uint8Array<ArrayBuffer>>,
): AsyncGenerator<Uint8Array<ArrayBuffer>, undefined> {
  const reader = stream.getReader();
  const release = holdReader(reader);
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      yield value;
    }
  } finally {
    // Cancelling a stream that has failed rejects with that failure; it was thrown already.
    await reader.cancel().catch(() => undefined);
    release();
  }
}

/** The chunks of a generator as a stream that asks for the next one when it is wanted. Cancelling ends the generator. */
export function streamOf(
  chunks: AsyncGenerator<Uint8Array<ArrayBuffer>, undefined>,
): ReadableStream<Uint8Array<ArrayBuffer>> {
  return new ReadableStream<Uint8Array<ArrayBuffer>>(
    {
      async pull(controller) {
        const { done, value } = await chunks.next();
        if (done === true) controller.close();
        else controller.enqueue(value);
      },
      async cancel() {
        await chunks.return(undefined);
      },
    },
    { highWaterMark: 0 },
  );
}

/** What of a chunk that begins at `at` lies behind the first `count` bytes of its stream: those were read before. */
export function partBehind(chunk: Uint8Array<ArrayBuffer>, at: number, count: number): Uint8Array<ArrayBuffer> {
  return chunk.subarray(Math.max(0, Math.min(chunk.length, count - at)));
}

/** Opens a stream from its start. May throw where what is behind it is damaged. */
export type OpenStream = () =>
  ReadableStream<Uint8Array<ArrayBuffer>> | Promise<ReadableStream<Uint8Array<ArrayBuffer>>>;

export interface StreamHead {
  readonly head: Uint8Array<ArrayBuffer>;
  /** The data broke off before the wanted bytes were there. */
  readonly isDamaged: boolean;
}

/** Reads the first bytes of a stream, at most `count`, and drops the rest; fewer where the data ends or breaks off. Never rejects. */
export async function readStreamHead(open: OpenStream, count: number): Promise<StreamHead> {
  const parts: Uint8Array<ArrayBuffer>[] = [];
  let filled = 0;
  let isDamaged = false;
  try {
    for await (const chunk of chunksOf(await open())) {
      const part = chunk.subarray(0, count - filled);
      parts.push(part);
      filled += part.length;
      if (filled === count) break;
    }
  } catch {
    // Damaged from here on: what was read is the answer.
    isDamaged = true;
  }
  const head = new Uint8Array(filled);
  let at = 0;
  for (const part of parts) {
    head.set(part, at);
    at += part.length;
  }
  return { head, isDamaged };
}
