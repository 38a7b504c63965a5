import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { renderEvent } from '../../src/evtx/render/render-event.ts';
import { ValueType } from '../../src/model/shape.ts';
import { EventTrees } from '../../src/scan/event-trees.ts';
import type { ElementSpec, InstanceValue, Piece } from '../builders/chunk-writer.ts';
import { buildLog, writeInstanceRecord } from '../builders/evtx-builder.ts';
import { forEachRecord } from '../builders/read-log.ts';
import { hasShared } from '../corpus/shared.ts';
import { arbitraryEvent, arbitraryTemplateEvent } from '../engine/arbitrary-events.ts';
import { logNames, readLog } from '../engine/sigma-corpus.ts';

const RUNS = Number(process.env['WINNOW_FUZZ_RUNS'] ?? 150);

/** Trees of one log by both ways, after each other so that the second event of a shape is filled in, too. */
function compare(log: Uint8Array, trees = new EventTrees()): number {
  let count = 0;
  forEachRecord(log, (cursor) => {
    const expected = JSON.stringify(renderEvent(cursor));
    if (JSON.stringify(trees.render(cursor)) !== expected) expect(trees.render(cursor)).toEqual(JSON.parse(expected));
    count++;
  });
  return count;
}

describe('trees of findings are those of renderEvent', () => {
  test.each([
    ['random events', arbitraryEvent],
    ['odd templates', arbitraryTemplateEvent],
  ])('for %s', (_, event) => {
    fc.assert(
      fc.property(fc.array(event, { minLength: 1, maxLength: 6 }), (records) => {
        expect(compare(buildLog({ records: [...records, ...records] }))).toBe(2 * records.length);
      }),
      { numRuns: RUNS },
    );
  });

  test('for optional and missing values, marks, arrays and static parts of a template in every combination', () => {
    const sub = (index: number, type: number, optional: boolean): Piece => ({ sub: index, type, optional });
    const value: fc.Arbitrary<InstanceValue> = fc.oneof(
      fc.constant<InstanceValue>({ type: ValueType.Null }),
      fc.constantFrom('', 'text', ' ').map((text) => ({ type: ValueType.String, value: text })),
      fc.constantFrom(0, 7).map((number) => ({ type: ValueType.UInt16, value: number })),
      fc.constant<InstanceValue>({ type: ValueType.Bool, value: true }),
      fc
        .array(fc.constantFrom('', 'a', 'b'), { maxLength: 3 })
        .map((items) => ({ type: ValueType.String | ValueType.Array, value: items })),
    );
    const piece: fc.Arbitrary<Piece> = fc.oneof(
      fc.constantFrom<Piece>('static', '<'),
      fc
        .tuple(fc.integer({ min: 0, max: 3 }), fc.constantFrom(ValueType.String, ValueType.BinXml), fc.boolean())
        .map(([index, type, optional]) => sub(index, type, optional)),
    );
    const pieces = fc.array(piece, { maxLength: 3 });
    const leaf: fc.Arbitrary<ElementSpec> = fc
      .tuple(pieces, pieces, fc.constantFrom(undefined, 0, 1))
      .map(([attribute, content, dependency]) => ({
        name: 'Data',
        attributes: [
          ['Name', 'N'],
          ['Other', ...attribute],
        ],
        content,
        ...(dependency === undefined ? {} : { dependency }),
      }));
    const root = fc
      .tuple(fc.array(leaf, { maxLength: 3 }), pieces)
      .map(([leaves, own]): ElementSpec => ({ name: 'Event', content: [...own, { name: 'Part', content: leaves }] }));
    const guid = '11111111-2222-3333-4444-555555555555';
    fc.assert(
      fc.property(root, fc.array(fc.tuple(value, value, value, value), { minLength: 1, maxLength: 4 }), (top, rows) => {
        const records = rows.map((values) => ({ body: writeInstanceRecord({ guid, root: top }, values) }));
        expect(compare(buildLog({ records }))).toBe(rows.length);
      }),
      { numRuns: 2 * RUNS },
    );
  });

  test.skipIf(!hasShared)(
    'for real logs (needs ../shared)',
    () => {
      const trees = new EventTrees();
      let count = 0;
      for (const name of logNames().filter((_, number) => number % 8 === 0)) count += compare(readLog(name), trees);
      expect(count).toBeGreaterThan(500);
    },
    60_000,
  );

  test('share what is the same in all events of a template', () => {
    const record = { channel: 'Security', data: [['Name', 'value']] as [string, string][] };
    const trees = new EventTrees();
    const attributes: unknown[] = [];
    forEachRecord(buildLog({ records: [record, record] }), (cursor) => {
      const section = trees.render(cursor)[3].find(([name]) => name === 'EventData');
      attributes.push(section?.[3][0]?.[1]);
    });
    expect(attributes).toHaveLength(2);
    expect(attributes[0]).toEqual([['Name', 'Name']]);
    expect(attributes[1]).toBe(attributes[0]);
  });
});
