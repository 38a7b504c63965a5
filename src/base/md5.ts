// MD5 (RFC 1321), for lists of hashes that know nothing better. It proves nothing against a forger.

import { createBlockHash, type BlockHash } from './block-hash.ts';

const START = [0x6745_2301, 0xefcd_ab89, 0x98ba_dcfe, 0x1032_5476];
const SHIFTS = [
  [7, 12, 17, 22],
  [5, 9, 14, 20],
  [4, 11, 16, 23],
  [6, 10, 15, 21],
];
const SINES = Int32Array.from({ length: 64 }, (_, i) => Math.floor(Math.abs(Math.sin(i + 1)) * 2 ** 32) | 0);
/** Left shift and word of each of the 64 steps. */
const SHIFT = Int32Array.from({ length: 64 }, (_, i) => SHIFTS[i >> 4]![i & 3]!);
const WORD = Int32Array.from({ length: 64 }, (_, i) => [i, 5 * i + 1, 3 * i + 5, 7 * i][i >> 4]! & 15);

/** MD5 of bytes that come piece by piece. */
export function createMd5(): BlockHash {
  const w = new Int32Array(16);
  return createBlockHash(START, true, (state, view, start, blocks) => {
    for (let block = 0; block < blocks; block++) {
      const at = start + block * 64;
      for (let i = 0; i < 16; i++) w[i] = view.getInt32(at + i * 4, true);
      let [a = 0, b = 0, c = 0, d = 0] = state;
      for (let i = 0; i < 64; i++) {
        let mix: number;
        if (i < 16) mix = (b & c) | (~b & d);
        else if (i < 32) mix = (b & d) | (c & ~d);
        else if (i < 48) mix = b ^ c ^ d;
        else mix = c ^ (b | ~d);
        const sum = (a + mix + SINES[i]! + w[WORD[i]!]!) | 0;
        const by = SHIFT[i]!;
        a = d;
        d = c;
        c = b;
        b = (b + ((sum << by) | (sum >>> (32 - by)))) | 0;
      }
      state[0] = (state[0]! + a) | 0;
      state[1] = (state[1]! + b) | 0;
      state[2] = (state[2]! + c) | 0;
      state[3] = (state[3]! + d) | 0;
    }
  });
}
