// What SHA-256, SHA-1 and MD5 have in common: blocks of 64 bytes, a one bit, zeros, and the length in bits at the end.

import { hexText } from './hex-text.ts';

export interface BlockHash {
  /** Takes the next piece; the bytes may be overwritten afterwards. */
  update(bytes: Uint8Array): BlockHash;
  /** Ends the message and gives the hash as lower-case hex; nothing can be added after that. */
  hex(): string;
}

/** Folds `blocks` whole blocks from `at` on into the state. */
export type Compress = (state: Int32Array, view: DataView, at: number, blocks: number) => void;

/** Gives a hash from its first state and its compression. `littleEndian` is the order of length and result (MD5). */
export function createBlockHash(start: ArrayLike<number>, littleEndian: boolean, compress: Compress): BlockHash {
  const state = Int32Array.from(Array.from(start, (word) => word | 0));
  const rest = new Uint8Array(128);
  const restView = new DataView(rest.buffer);
  let held = 0;
  let length = 0;

  const hash: BlockHash = {
    update(bytes) {
      length += bytes.length;
      let at = 0;
      if (held > 0) {
        at = Math.min(64 - held, bytes.length);
        rest.set(bytes.subarray(0, at), held);
        held += at;
        if (held < 64) return hash;
        compress(state, restView, 0, 1);
        held = 0;
      }
      const blocks = Math.floor((bytes.length - at) / 64);
      if (blocks > 0) compress(state, new DataView(bytes.buffer, bytes.byteOffset, bytes.length), at, blocks);
      at += blocks * 64;
      rest.set(bytes.subarray(at), 0);
      held = bytes.length - at;
      return hash;
    },
    hex() {
      const end = held < 56 ? 64 : 128;
      rest.fill(0, held, end);
      rest[held] = 0x80;
      const high = Math.floor(length / 0x2000_0000);
      const low = (length << 3) >>> 0;
      restView.setUint32(end - 8, littleEndian ? low : high, littleEndian);
      restView.setUint32(end - 4, littleEndian ? high : low, littleEndian);
      compress(state, restView, 0, end / 64);
      const out = new DataView(new ArrayBuffer(state.length * 4));
      state.forEach((word, at) => out.setInt32(at * 4, word, littleEndian));
      return hexText(new Uint8Array(out.buffer));
    },
  };
  return hash;
}
