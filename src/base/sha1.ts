// SHA-1 (FIPS 180-4), for lists of hashes that know nothing better. It proves nothing against a forger.

import { createBlockHash, type BlockHash } from './block-hash.ts';

const START = [0x6745_2301, 0xefcd_ab89, 0x98ba_dcfe, 0x1032_5476, 0xc3d2_e1f0];

/** SHA-1 of bytes that come piece by piece. */
export function createSha1(): BlockHash {
  const w = new Int32Array(80);
  return createBlockHash(START, false, (state, view, start, blocks) => {
    for (let block = 0; block < blocks; block++) {
      const at = start + block * 64;
      for (let i = 0; i < 16; i++) w[i] = view.getInt32(at + i * 4);
      for (let i = 16; i < 80; i++) w[i] = rotate(w[i - 3]! ^ w[i - 8]! ^ w[i - 14]! ^ w[i - 16]!, 1);
      let [a = 0, b = 0, c = 0, d = 0, e = 0] = state;
      for (let i = 0; i < 80; i++) {
        let mix: number;
        if (i < 20) mix = ((b & c) | (~b & d)) + 0x5a82_7999;
        else if (i < 40) mix = (b ^ c ^ d) + 0x6ed9_eba1;
        else if (i < 60) mix = ((b & c) | (b & d) | (c & d)) + 0x8f1b_bcdc;
        else mix = (b ^ c ^ d) + 0xca62_c1d6;
        const next = (rotate(a, 5) + mix + e + w[i]!) | 0;
        e = d;
        d = c;
        c = rotate(b, 30);
        b = a;
        a = next;
      }
      state[0] = (state[0]! + a) | 0;
      state[1] = (state[1]! + b) | 0;
      state[2] = (state[2]! + c) | 0;
      state[3] = (state[3]! + d) | 0;
      state[4] = (state[4]! + e) | 0;
    }
  });
}

function rotate(word: number, by: number): number {
  return (word << by) | (word >>> (32 - by));
}
