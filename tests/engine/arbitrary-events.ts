// Random events for comparing the engine with the reference interpreter, in all the forms in which a log can hold them:
// templates, inline templates, bare elements, template-less records; repeated and unnamed names, arrays, nulls.

import fc from 'fast-check';
import { ValueType } from '../../src/model/shape.ts';
import type { ElementSpec, InstanceValue, Piece } from '../builders/chunk-writer.ts';
import { guidOfElement, writeInstanceRecord, type EventSpec, type ValueElement } from '../builders/evtx-builder.ts';
import { typedValueOf, type BuilderValue } from '../builders/value-bytes.ts';
import { FIELD_NAMES, text } from './arbitrary-rules.ts';

/** Control characters would be legal in a value, but a NUL ends a string: both are wanted. */
const longText = fc
  .tuple(text(3), fc.integer({ min: 0, max: 1_000 }), text(3))
  .map(([a, count, b]) => a + 'ab'.repeat(count) + b);

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
  {
    weight: 2,
    arbitrary: fc
      .array(text(2), { maxLength: 4 })
      .map((items) => ({ type: ValueType.String | ValueType.Array, value: items })),
  },
  {
    weight: 1,
    arbitrary: fc.constant<BuilderValue>({ type: ValueType.UInt32 | ValueType.Array, value: [1, 15, 4624] }),
  },
  { weight: 1, arbitrary: longText },
);

const data = fc.array(fc.tuple(fc.option(fc.constantFrom(...FIELD_NAMES), { nil: null, freq: 4 }), value), {
  maxLength: 6,
});

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

/** Values of a template instance; one index more than there are values is referred to. */
const VALUES = 5;

const substitution: fc.Arbitrary<Piece> = fc.record({
  sub: fc.nat({ max: VALUES }),
  type: fc.constantFrom(ValueType.String, ValueType.UInt32),
  optional: fc.boolean(),
});
const pieces = fc.array(
  fc.oneof(
    substitution,
    text(2).filter((part) => part !== ''),
    fc.constant<Piece>('  '),
    fc.constant<Piece>({ entity: 'amp' }),
  ),
  { maxLength: 3 },
);
const dependency = fc.option(fc.nat({ max: VALUES - 1 }), { nil: undefined, freq: 4 });

const element: fc.Arbitrary<ElementSpec> = fc.letrec<{ element: ElementSpec }>((tie) => ({
  element: fc
    .record({
      name: fc.constantFrom('Data', 'Data', 'Leaf', 'Tree', 'Channel'),
      naming: fc.option(
        fc.oneof(
          fc.constantFrom(...FIELD_NAMES).map((name): Piece[] => [name]),
          pieces,
        ),
        { nil: undefined },
      ),
      attribute: fc.option(pieces, { nil: undefined, freq: 2 }),
      content: pieces,
      children: fc.oneof(
        { maxDepth: 2, depthSize: 'small' },
        fc.constant<ElementSpec[]>([]),
        fc.array(tie('element'), { maxLength: 2 }),
      ),
      dependency,
    })
    .map(({ name, naming, attribute, content, children, dependency: gate }) => ({
      name,
      attributes: [
        ...(naming === undefined ? [] : [['Name', ...naming] as const]),
        ...(attribute === undefined ? [] : [['Attr', ...attribute] as const]),
      ],
      content: [...content, ...children],
      ...(gate === undefined ? {} : { dependency: gate }),
    })),
})).element;

/** Events of templates that no provider would write: optional pieces, dependencies, names made of values, mixed text. */
export const arbitraryTemplateEvent: fc.Arbitrary<EventSpec> = fc
  .record({
    section: fc.constantFrom('EventData', 'UserData'),
    children: fc.array(element, { minLength: 1, maxLength: 4 }),
    values: fc.array(value, { minLength: VALUES, maxLength: VALUES }),
    eventId: fc.constantFrom('1', '4624', 'none'),
    channel: fc.constantFrom<Piece>('Security', { sub: 0, type: ValueType.String, optional: true }),
    embedded: fc.boolean(),
  })
  .map(({ section, children, values, eventId, channel, embedded }): EventSpec => {
    // An array beside child elements repeats the element with its children: then the engine and the interpreter have the
    // same values in another order, which only `Data[n]` can tell. No provider writes that, so it is left out.
    const scalarsOnly = children.some(hasValueBesideChildren);
    const typed: InstanceValue[] = values
      .map(typedValueOf)
      .map((item) => (scalarsOnly && (item.type & ValueType.Array) !== 0 ? typedValueOf('ab') : item));
    const data: ElementSpec = { name: section, content: children };
    const inner = writeInstance({ guid: guidOfElement(data), root: data }, typed);
    const root: ElementSpec = {
      name: 'Event',
      content: [
        {
          name: 'System',
          content: [
            { name: 'Provider', attributes: [['Name', 'Maker']] },
            { name: 'EventID', content: [eventId] },
            { name: 'Channel', content: [channel] },
          ],
        },
        embedded ? { sub: VALUES, type: ValueType.BinXml } : data,
      ],
    };
    return {
      body: writeInstanceRecord({ guid: guidOfElement(root), root }, embedded ? [...typed, { embed: inner }] : typed),
    };
  });

function hasValueBesideChildren({ attributes = [], content = [] }: ElementSpec): boolean {
  const isChild = (part: Piece | ElementSpec): part is ElementSpec => typeof part === 'object' && 'name' in part;
  const isValue = (part: Piece | ElementSpec): boolean => typeof part === 'object' && 'sub' in part;
  const parts: readonly (Piece | ElementSpec)[] = [...content, ...attributes.flatMap(([, ...rest]) => rest)];
  return (content.some(isChild) && parts.some(isValue)) || content.filter(isChild).some(hasValueBesideChildren);
}

function writeInstance(...args: Parameters<typeof writeInstanceRecord>): ReturnType<typeof writeInstanceRecord> {
  return writeInstanceRecord(...args);
}
