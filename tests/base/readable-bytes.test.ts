import { expect, test } from 'vitest';
import { readHeld, readStreamed } from '../../src/base/readable-bytes.ts';

const MIB = 1_024 * 1_024;
const SIZE = 40 * MIB + 17;

/** Byte n of the stream is n mod 251. */
function openCounted(opened: { count: number }, breaksAt = SIZE) {
  return (): ReadableStream<Uint8Array<ArrayBuffer>> => {
    opened.count++;
    let at = 0;
    return new ReadableStream(
      {
        pull(controller) {
          if (at >= breaksAt) controller.error(new TypeError('damaged'));
          else if (at >= SIZE) controller.close();
          else {
            const chunk = new Uint8Array(Math.min(700_001, SIZE - at, breaksAt - at));
            for (let i = 0; i < chunk.length; i++) chunk[i] = (at + i) % 251;
            at += chunk.length;
            controller.enqueue(chunk);
            if (at >= SIZE) controller.close();
          }
        },
      },
      { highWaterMark: 0 },
    );
  };
}

async function check(bytes: ReturnType<typeof readStreamed>, start: number, end: number): Promise<void> {
  const read = new Uint8Array(await bytes.slice(start, end).arrayBuffer());
  expect(read).toHaveLength(Math.max(0, Math.min(end, bytes.size) - start));
  expect(read.every((byte, at) => byte === (start + at) % 251)).toBe(true);
}

test('a stream is read by place: onwards in one pass, backwards from its start again', async () => {
  const opened = { count: 0 };
  const bytes = readStreamed(openCounted(opened), SIZE);
  await check(bytes, 0, 10);
  await check(bytes, 3 * MIB - 5, 5 * MIB + 5);
  await check(bytes, SIZE - 3, SIZE + 100);
  // Read before and still kept.
  await check(bytes, 4 * MIB, 4 * MIB + 100);
  expect(opened.count).toBe(1);
  await check(bytes, 20 * MIB, 20 * MIB + 100);
  expect(opened.count).toBe(2);
  await Promise.all([check(bytes, 21 * MIB, 22 * MIB), check(bytes, 2 * MIB, 3 * MIB), check(bytes, 39 * MIB, SIZE)]);
});

test('what breaks off is unreadable from there on, as a Blob would be, and readable before', async () => {
  const bytes = readStreamed(openCounted({ count: 0 }, 10 * MIB), SIZE);
  await expect(bytes.slice(12 * MIB, 12 * MIB + 5).arrayBuffer()).rejects.toBeInstanceOf(DOMException);
  await check(bytes, 5 * MIB, 6 * MIB);
});

test('bytes in memory stand at their place', async () => {
  const data = Uint8Array.from({ length: 100 }, (_, at) => at);
  const bytes = readHeld(data, 1_000);
  expect(bytes.size).toBe(1_100);
  expect([...new Uint8Array(await bytes.slice(1_010, 1_013).arrayBuffer())]).toEqual([10, 11, 12]);
  expect([...new Uint8Array(await bytes.slice(1_090, 2_000).slice(5).arrayBuffer())]).toEqual([95, 96, 97, 98, 99]);
});
