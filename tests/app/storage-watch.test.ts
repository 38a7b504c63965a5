import { describe, expect, test } from 'vitest';
import { Notices } from '../../src/app/notices.svelte.ts';
import { StorageWatch } from '../../src/app/storage-watch.svelte.ts';
import type { StorageRoom } from '../../src/store/quota.ts';

function watching(rooms: readonly (StorageRoom | undefined)[]): { watch: StorageWatch; notices: Notices } {
  const notices = new Notices();
  const left = [...rooms];
  return { watch: new StorageWatch(() => Promise.resolve(left.shift()), notices), notices };
}

describe('the room for cases', () => {
  test('is said to be short once, from four fifths on, and again after it was free', async () => {
    const at = (used: number): StorageRoom => ({ used: used * 1_048_576, granted: 100 * 1_048_576 });
    const { watch, notices } = watching([at(79), at(80), at(90), at(10), at(95)]);
    const shown: (readonly [string, number] | undefined)[] = [];
    for (let i = 0; i < 5; i++) {
      await watch.check();
      const notice = notices.list.at(-1);
      shown.push(notice && [notice.message, notice.times]);
    }
    const first = ["The browser's room for kept cases is 80 % full: 20.0 MiB left.", 1];
    const second = ["The browser's room for kept cases is 95 % full: 5.0 MiB left.", 1];
    expect(shown).toEqual([undefined, first, first, first, second]);
    expect(watch.room?.used).toBe(95 * 1_048_576);
  });

  test('is asked for once more when a scan is over', async () => {
    const { watch } = watching([{ used: 1, granted: 10 }]);
    await watch.follow(Promise.resolve());
    expect(watch.room).toEqual({ used: 1, granted: 10 });
  });

  test('is not spoken of where the browser does not tell', async () => {
    const { watch, notices } = watching([undefined]);
    await watch.check();
    expect(watch.room).toBeUndefined();
    expect(notices.list).toEqual([]);
  });
});
