// The side of an unpack worker: unpacks a log in one pass and sends it in parts, each a Blob, which browsers keep on disk
// when there is much of it. Knows flow control and ceilings; how bytes are unpacked is the caller's.

import { chunksOf } from '../base/read-stream.ts';
import type { PackedLog } from '../model/packed-log.ts';
import type { UnpackEnd, UnpackMessage, UnpackRequest } from './unpack-protocol.ts';

type Stream = ReadableStream<Uint8Array<ArrayBuffer>>;

export interface Unpacker {
  /** Unpacks and verifies; the stream errors where the data is damaged. */
  open(packed: PackedLog): Stream;
  /** Unpacks what open() breaks off without verifying it; undefined where there is no other way. */
  openUnverified(packed: PackedLog): Stream | undefined;
}

/** What a worker's own scope offers, and a message port. */
export interface UnpackEndpoint {
  postMessage(message: UnpackMessage): void;
  addEventListener(type: 'message', listener: (event: MessageEvent<UnpackRequest>) => void): void;
}

/** The first part is small, so that scanning begins at once. */
const FIRST_PART = 1_024 * 1_024;
const PART = 8 * 1_024 * 1_024;
const PARTS_IN_FLIGHT = 2;

/** Deflate shrinks at most 1,032 times. A log shrinks that much only as long as it is short and next to empty. */
const BOMB_RATIO = 500;
const BOMB_BYTES = 256 * 1_024 * 1_024;

/** Answers requests at an endpoint until that closes. */
export function serveUnpacker(endpoint: UnpackEndpoint, unpacker: Unpacker): void {
  let inFlight = 0;
  let taken: () => void = () => undefined;
  const send = async (blob: Blob): Promise<void> => {
    endpoint.postMessage({ kind: 'part', blob });
    inFlight += 1;
    while (inFlight >= PARTS_IN_FLIGHT) {
      await new Promise<void>((resolve) => {
        taken = resolve;
      });
    }
  };
  endpoint.addEventListener('message', ({ data }) => {
    if (data.kind === 'taken') {
      inFlight -= 1;
      taken();
      return;
    }
    inFlight = 0;
    const failed = (error: unknown): void => {
      // A bug: thrown where no promise holds it, so that the page hears of it as an error of the worker.
      setTimeout(() => {
        throw error;
      });
    };
    unpackInParts(data, unpacker, send).then((end) => endpoint.postMessage({ kind: 'end', end }), failed);
  });
}

export type UnpackOrder = Omit<Extract<UnpackRequest, { kind: 'unpack' }>, 'kind'>;

/** Unpacks a log in one pass and hands it over in parts of some 8 MiB. Rejects with what `send` throws, and nothing else. */
export async function unpackInParts(
  request: UnpackOrder,
  unpacker: Unpacker,
  send: (part: Blob) => Promise<void>,
): Promise<UnpackEnd> {
  const { packed, limit } = request;
  const parts = new PartWriter(request.skip, send);
  const most = Math.min(limit, Math.max(BOMB_BYTES, packed.blob.size * BOMB_RATIO));
  const cut = most < limit ? 'bomb' : 'limit';
  let end: Poured | 'mismatch' = await pour(unpacker.open(packed), parts, most);
  if (end === 'damaged') {
    const second = unpacker.openUnverified(packed);
    if (second !== undefined) {
      parts.startAgain();
      // Sound to its end this way: then only what stands behind the data is wrong.
      if ((await pour(second, parts, most)) === 'whole') end = 'mismatch';
    }
  }
  await parts.finish();
  return end === 'limit' ? cut : end;
}

type Poured = 'whole' | 'damaged' | 'limit';

async function pour(stream: Stream, parts: PartWriter, most: number): Promise<Poured> {
  const chunks = chunksOf(stream);
  try {
    for (;;) {
      let next;
      try {
        next = await chunks.next();
      } catch {
        return 'damaged';
      }
      if (next.done === true) return 'whole';
      const kept = next.value.subarray(0, most - parts.position);
      await parts.write(kept);
      if (kept.length < next.value.length) return 'limit';
    }
  } finally {
    await chunks.return(undefined);
  }
}

/** Gathers chunks to parts; what lies before `done` is there already. */
class PartWriter {
  readonly #send: (part: Blob) => Promise<void>;
  #done: number;
  #gathered: Uint8Array<ArrayBuffer>[] = [];
  #bytes = 0;
  #wanted = FIRST_PART;
  position = 0;

  constructor(done: number, send: (part: Blob) => Promise<void>) {
    this.#done = done;
    this.#send = send;
  }

  async write(chunk: Uint8Array<ArrayBuffer>): Promise<void> {
    const fresh = chunk.subarray(Math.max(0, Math.min(chunk.length, this.#done - this.position)));
    this.position += chunk.length;
    if (fresh.length === 0) return;
    this.#gathered.push(fresh);
    this.#bytes += fresh.length;
    this.#done += fresh.length;
    if (this.#bytes >= this.#wanted) await this.finish();
  }

  /** The same bytes come once more, from the first on. */
  startAgain(): void {
    this.position = 0;
  }

  /** Sends what is gathered. */
  async finish(): Promise<void> {
    if (this.#bytes === 0) return;
    const part = new Blob(this.#gathered);
    this.#gathered = [];
    this.#bytes = 0;
    this.#wanted = PART;
    await this.#send(part);
  }
}
