import fc from 'fast-check';
import { expect, test } from 'vitest';
import { foldText } from '../../src/base/fold.ts';
import { ValueType } from '../../src/model/shape.ts';
import { canHold } from '../../src/model/value-alphabet.ts';
import { formatValue } from '../../src/model/value-text.ts';

test('a value of any type and any bytes is written with the characters of its type', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 0x7f }), fc.uint8Array({ maxLength: 40 }), (type, bytes) => {
      const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
      const text = foldText(formatValue(bytes, view, type, 0, bytes.length));
      expect([type, text, canHold(type, text)]).toEqual([type, text, true]);
    }),
    { numRuns: 5_000 },
  );
});

test('texts that no value of a type has are told apart', () => {
  expect(canHold(ValueType.UInt32, '4624')).toBe(true);
  expect(canHold(ValueType.UInt32, '-1')).toBe(false);
  expect(canHold(ValueType.Guid, 'powershell')).toBe(false);
  expect(canHold(ValueType.Binary, 'cafe')).toBe(true);
  expect(canHold(ValueType.String, 'anything')).toBe(true);
});
