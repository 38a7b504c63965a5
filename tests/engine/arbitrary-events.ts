// Random events for comparing the engine with the reference interpreter, in all the forms in which a log can hold them:
// templates, inline templates, bare elements, template-less records; repeated and unnamed names, arrays, nulls.

import fc from 'fast-check';
import { ValueType } from '../../src/model/shape.ts';
import type { EventSpec, ValueElement } from '../builders/evtx-builder.ts';
import type { BuilderValue } from '../builders/value-bytes.ts';
import { FIELD_NAMES, text } from './arbitrary-rules.ts';

/** Control characters would be legal in a value, but a NUL ends a string: both are wanted. */
const longText = fc.tuple(text(3), fc.integer({ min: 0, max: 1_000 }), text(3)).map(([a, count, b]) => a + 'ab'.repeat(count) + b);

const value: fc.Arbitrary<BuilderValue> = fc.oneof(
  { weight: 10, arbitrary: text(5) },
  { weight: 1, arbitrary: fc.tuple(text(2), text(2)).map(([a, b]) => `${a}\0${b}`) },
  { weight: 1, arbitrary: fc.constant(null) },
  { weight: 1, arbitrary: fc.constant('') },
  { weight: 1, arbitrary: fc.constantFrom<BuilderValue>(1, 15, 4624, 31, -7, 2n ** 64n - 1n, true, false) },
  {
    weight: 2,
    arbitrary: fc.constantFrom<BuilderValue>(
      { type: ValueType.HexInt64, value: 0x1fn },
      { type: ValueType.HexInt32, value: 0x4624 },
      { type: ValueType.Binary, bytes: Uint8Array.of(0xab, 0xcd, 0xab, 0xcd) },
      { type: ValueType.AnsiString, bytes: Uint8Array.of(0x63, 0x6d, 0x64, 0x00, 0xe9, 0x80) },
      { type: ValueType.Sid, bytes: Uint8Array.of(1, 1, 0, 0, 0, 0, 0, 5, 18, 0, 0, 0) },
      { type: ValueType.FileTime, bytes: Uint8Array.of(0, 1, 2, 3, 4, 0x9f, 0xda, 1) },
      { type: ValueType.Guid, bytes: new Uint8Array(16).fill(0xab) },
      { type: 0x7f, bytes: Uint8Array.of(0x15, 0x31) },
    ),
  },
  { weight: 2, arbitrary: fc.array(text(2), { maxLength: 4 }).map((items) => ({ type: ValueType.String | ValueType.Array, value: items })) },
  { weight: 1, arbitrary: fc.constant<BuilderValue>({ type: ValueType.UInt32 | ValueType.Array, value: [1, 15, 4624] }) },
  { weight: 1, arbitrary: longText },
);

const data = fc.array(fc.tuple(fc.option(fc.constantFrom(...FIELD_NAMES), { nil: null, freq: 4 }), value), { maxLength: 6 });

/** UserData with nested leaves, attributes that are values, and texts of several pieces. */
const tree: fc.Arbitrary<ValueElement> = fc.tuple(value, value, value, value).map(([a, b, c, d]) => ({
  name: 'Tree',
  attributes: [['Attr', a]],
  content: [
    { name: 'Leaf', attributes: [['Attr', b]], content: [c] },
    { name: 'Param', content: [d, ' and ', a] },
    { name: 'Leaf', content: [] },
    { name: 'Channel', content: [b] },
  ],
}));

/** Random events. */
export const arbitraryEvent: fc.Arbitrary<EventSpec> = fc
  .record({
    channel: fc.constantFrom('Security', 'SECURITY', 'ops', 'other'),
    provider: fc.constantFrom('Maker', 'Someone'),
    eventId: fc.constantFrom(1, 2, 4624),
    computer: fc.constantFrom('HOST', 'cmd.exe'),
    level: fc.constantFrom(0, 4),
    data: fc.option(data, { nil: undefined, freq: 5 }),
    userData: fc.option(tree, { nil: undefined, freq: 3 }),
    form: fc.constantFrom('template', 'template', 'template', 'literal' as const),
    embed: fc.constantFrom('0f', '0c', 'elements' as const),
    attribute: fc.option(text(2), { nil: undefined }),
  })
  .map(({ data: fields, userData, attribute, ...rest }) => ({
    ...rest,
    ...(fields === undefined ? {} : { data: fields }),
    ...(userData === undefined ? {} : { userData }),
    ...(attribute === undefined || fields === undefined ? {} : { dataAttributes: [['Attr', attribute] as const] }),
  }));
