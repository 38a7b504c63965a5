import { describe, expect, test } from 'vitest';
import { chunksOf, readStreamHead } from '../../src/base/read-stream.ts';

/** A stream of these chunks that then ends, or errors; tells what became of it. */
function streamOf(chunks: readonly (readonly number[])[], isBroken = false) {
  const seen = { pulled: 0, cancelled: false };
  const stream = new ReadableStream<Uint8Array<ArrayBuffer>>(
    {
      pull(controller) {
        const chunk = chunks[seen.pulled++];
        if (chunk !== undefined) controller.enqueue(Uint8Array.from(chunk));
        else if (isBroken) controller.error(new Error('broken'));
        else controller.close();
      },
      cancel() {
        seen.cancelled = true;
      },
    },
    { highWaterMark: 0 },
  );
  return { stream, seen };
}

describe('the chunks of a stream', () => {
  test('come in order, to its end', async () => {
    const { stream } = streamOf([[1, 2], [], [3]]);
    const chunks: number[][] = [];
    for await (const chunk of chunksOf(stream)) chunks.push([...chunk]);
    expect(chunks).toEqual([[1, 2], [], [3]]);
  });

  test('end with what the stream errors with', async () => {
    const { stream } = streamOf([[1]], true);
    const chunks = chunksOf(stream);
    expect((await chunks.next()).done).toBe(false);
    await expect(chunks.next()).rejects.toThrow('broken');
  });

  test('cancel the stream when their reader has seen enough', async () => {
    const { stream, seen } = streamOf([[1], [2], [3]]);
    for await (const chunk of chunksOf(stream)) if (chunk[0] === 2) break;
    expect(seen).toEqual({ pulled: 2, cancelled: true });
  });
});

describe('the head of a stream', () => {
  test('has the bytes asked for, and no more is pulled', async () => {
    const { stream, seen } = streamOf([[1, 2], [3, 4], [5]]);
    expect(await readStreamHead(() => stream, 3)).toEqual({ head: Uint8Array.of(1, 2, 3), isDamaged: false });
    expect(seen.pulled).toBe(2);
  });

  test('is shorter where the stream ends, and says where it broke off', async () => {
    expect(await readStreamHead(() => streamOf([[1]]).stream, 3)).toEqual({ head: Uint8Array.of(1), isDamaged: false });
    const broken = await readStreamHead(() => streamOf([[1]], true).stream, 3);
    expect(broken).toEqual({ head: Uint8Array.of(1), isDamaged: true });
    expect(await readStreamHead(() => Promise.reject(new Error('no')), 3)).toEqual({
      head: new Uint8Array(),
      isDamaged: true,
    });
  });
});
