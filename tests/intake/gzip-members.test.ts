// gzip files of several members. Browsers unpack one member only, so their way is imitated here: Node's own gunzip takes
// them all.

import { gunzipSync, gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { openGzip } from '../../src/intake/gzip-members.ts';

type Chunk = Uint8Array<ArrayBuffer>;

let tries = 0;

/** One member as a browser unpacks it: what follows is an error, and takes the last bytes with it. */
function strictGunzip(member: Blob): ReadableStream<Chunk> {
  tries++;
  return new ReadableStream<Chunk>({
    async start(controller) {
      const bytes = new Uint8Array(await member.arrayBuffer());
      const end = memberEnd(bytes);
      if (end === undefined) {
        controller.error(new TypeError('incorrect data'));
        return;
      }
      const out = Uint8Array.from(gunzipSync(bytes.subarray(0, end)));
      controller.enqueue(out.subarray(0, Math.floor(out.length / 2)));
      if (end < bytes.length) controller.error(new TypeError('Junk found after end of compressed data.'));
      else {
        controller.enqueue(out.subarray(Math.floor(out.length / 2)));
        controller.close();
      }
    },
  });
}

const members = new Map<string, number>();

/** The end of the member at the start, from those that a test has made. */
function memberEnd(bytes: Uint8Array): number | undefined {
  for (const [text, length] of members) {
    if (bytes.length >= length && Buffer.from(bytes.subarray(0, length)).toString('latin1') === text) return length;
  }
  return undefined;
}

function member(text: string): Buffer {
  const packed = gzipSync(text);
  members.set(packed.toString('latin1'), packed.length);
  return packed;
}

async function read(...parts: Uint8Array[]): Promise<string> {
  tries = 0;
  const stream = openGzip(new Blob([Buffer.concat(parts)]), strictGunzip);
  return new Response(stream).text();
}

test('one member is unpacked in one try', async () => {
  expect(await read(member('only one'))).toBe('only one');
  expect(tries).toBe(1);
});

test('members behind each other are unpacked as one file', async () => {
  const texts = Array.from({ length: 200 }, (_, at) => `member ${at} ${'x'.repeat(at * 7)}\n`);
  expect(await read(...texts.map(member))).toBe(texts.join(''));
  expect(tries).toBe(201);
});

test('bytes within a member that look like a header do not split it', async () => {
  const packed = gzipSync(Buffer.from('1f8b0800000000000003', 'hex'), { level: 0 });
  members.set(packed.toString('latin1'), packed.length);
  const text = await read(packed, member('after'));
  expect(text.endsWith('after')).toBe(true);
  expect(tries).toBeLessThan(6);
});

test('what is no member behind a member is an error, after everything before it was given', async () => {
  const stream = openGzip(
    new Blob([Buffer.concat([member('first'), member('second'), Buffer.from('junk')])]),
    strictGunzip,
  );
  let text = '';
  await expect(
    (async () => {
      for await (const chunk of stream as unknown as AsyncIterable<Uint8Array>) text += Buffer.from(chunk).toString();
    })(),
  ).rejects.toThrow();
  expect(text.startsWith('first')).toBe(true);
});

test('endless false headers end the search', async () => {
  const header = Buffer.from('1f8b0800000000000003', 'hex');
  await expect(read(header, ...Array.from({ length: 5_000 }, () => header))).rejects.toThrow();
  expect(tries).toBeLessThan(50);
});
