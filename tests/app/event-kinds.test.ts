import { describe, expect, test } from 'vitest';
import { EventKinds } from '../../src/app/event-kinds.svelte.ts';
import type { EventKindCount } from '../../src/model/coverage.ts';
import { fieldKeyOf } from '../../src/model/field-key.ts';

function kind(count: number, more: Partial<EventKindCount> = {}): EventKindCount {
  return { computer: 'A', channel: 'Security', provider: 'P', eventId: 1, count, first: '2', last: '3', ...more };
}

describe('event kinds of a case', () => {
  test('counts of one kind add up over slices and files, and fields are united', () => {
    const [image, user] = ['Image', 'User'].map(fieldKeyOf);
    const kinds = new EventKinds();
    kinds.add([{ file: 0, kinds: [kind(1, { fieldsPresent: [image!] }), kind(5, { eventId: 2 })] }]);
    kinds.add([{ file: 0, kinds: [kind(2, { first: '1', fieldsPresent: [user!], fieldsFilled: [user!] })] }]);
    kinds.add([{ file: 1, kinds: [kind(4, { last: '9', first: '' })] }]);
    expect(kinds.list).toEqual([
      kind(7, { first: '1', last: '9', fieldsPresent: [image!, user!], fieldsFilled: [user!] }),
      kind(5, { eventId: 2 }),
    ]);
    expect(kinds.list).toBe(kinds.list);
  });

  test('a file that is read again replaces its part', () => {
    const kinds = new EventKinds();
    kinds.add([{ file: 0, kinds: [kind(3)] }]);
    kinds.add([{ file: 1, kinds: [kind(4)] }]);
    kinds.forget([0], false);
    kinds.add([{ file: 0, kinds: [kind(3)] }]);
    expect(kinds.list).toEqual([kind(7)]);
  });

  test('what a kept case knew is there at once, and goes when all of it is read again', () => {
    const kinds = new EventKinds([kind(3)]);
    expect(kinds.list).toEqual([kind(3)]);
    kinds.forget([0], true);
    kinds.add([{ file: 0, kinds: [kind(2)] }]);
    expect(kinds.list).toEqual([kind(2)]);
  });
});
