// The side of an unpack worker: unpacks a log in one pass and sends it in parts, whose memory moves to the page. Knows flow
// control and ceilings; how bytes are unpacked is the caller's.

import { chunksOf, partBehind } from '../base/read-stream.ts';
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
  postMessage(message: UnpackMessage, transfer: Transferable[]): void;
  addEventListener(type: 'message', listener: (event: MessageEvent<UnpackRequest>) => void): void;
}

const PART = 4 * 1_024 * 1_024;
/** The first parts are small, so that scanning begins at once: four chunks, as many as the first slice of a loose log. */
const FIRST_PARTS = [4_096 + 256 * 1_024, 1_024 * 1_024];
const PARTS_IN_FLIGHT = 2;

/** Deflate shrinks at most 1,032 times. A log shrinks that much only as long as it is short and next to empty. */
const BOMB_RATIO = 500;
const BOMB_BYTES = 256 * 1_024 * 1_024;

/** Answers requests at an endpoint until that closes. */
export function serveUnpacker(endpoint: UnpackEndpoint, unpacker: Unpacker): void {
  let inFlight = 0;
  let taken: () => void = () => undefined;
  const spares: Uint8Array<ArrayBuffer>[] = [];
  const send = async (bytes: Uint8Array<ArrayBuffer>, keep: boolean): Promise<void> => {
    const blob = keep ? new Blob([bytes]) : undefined;
    endpoint.postMessage({ kind: 'part', bytes, blob }, [bytes.buffer]);
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
      if (data.spare?.byteLength === PART) spares.push(new Uint8Array(data.spare));
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
    unpackInParts(
      data,
      unpacker,
      (part) => send(part, data.keep),
      () => spares.pop(),
    ).then((end) => endpoint.postMessage({ kind: 'end', end }, []), failed);
  });
}

export type UnpackOrder = Omit<Extract<UnpackRequest, { kind: 'unpack' }>, 'kind' | 'keep'>;

/** Unpacks a log in one pass and hands it over in parts of up to 4 MiB. Rejects with what `send` throws, and nothing else. `spare` gives memory of a part. */
export async function unpackInParts(
  request: UnpackOrder,
  unpacker: Unpacker,
  send: (part: Uint8Array<ArrayBuffer>) => Promise<void>,
  spare: () => Uint8Array<ArrayBuffer> | undefined = () => undefined,
): Promise<UnpackEnd> {
  const { packed, limit } = request;
  const parts = new PartWriter(request.skip, send, spare);
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
  readonly #send: (part: Uint8Array<ArrayBuffer>) => Promise<void>;
  readonly #spare: () => Uint8Array<ArrayBuffer> | undefined;
  #done: number;
  readonly #nextSizes = [...FIRST_PARTS];
  #part: Uint8Array<ArrayBuffer>;
  #bytes = 0;
  position = 0;

  constructor(
    done: number,
    send: (part: Uint8Array<ArrayBuffer>) => Promise<void>,
    spare: () => Uint8Array<ArrayBuffer> | undefined,
  ) {
    this.#done = done;
    this.#send = send;
    this.#spare = spare;
    this.#part = this.#nextPart();
  }

  #nextPart(): Uint8Array<ArrayBuffer> {
    const size = this.#nextSizes.shift();
    return size === undefined ? (this.#spare() ?? new Uint8Array(PART)) : new Uint8Array(size);
  }

  async write(chunk: Uint8Array<ArrayBuffer>): Promise<void> {
    let fresh = partBehind(chunk, this.position, this.#done);
    this.position += chunk.length;
    this.#done += fresh.length;
    while (fresh.length > 0) {
      const fitting = fresh.subarray(0, this.#part.length - this.#bytes);
      this.#part.set(fitting, this.#bytes);
      this.#bytes += fitting.length;
      fresh = fresh.subarray(fitting.length);
      if (this.#bytes === this.#part.length) await this.finish();
    }
  }

  /** The same bytes come once more, from the first on. */
  startAgain(): void {
    this.position = 0;
  }

  /** Sends what is gathered. */
  async finish(): Promise<void> {
    if (this.#bytes === 0) return;
    const part = this.#part;
    const bytes = this.#bytes === part.length ? part : part.slice(0, this.#bytes);
    this.#bytes = 0;
    await this.#send(bytes);
    // What was sent has moved away, unless it was a short copy.
    this.#part = this.#nextPart();
  }
}
