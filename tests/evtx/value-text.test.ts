import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ValueType } from '../../src/model/shape.ts';
import { arrayItems } from '../../src/model/value-array.ts';
import { formatValue, MAX_VALUE_UNITS, writeValueUnits } from '../../src/model/value-text.ts';

const seed = { seed: 20_240_601, verbose: true };

/** A value placed at an odd offset among 0xCC bytes, so that a read outside of it shows. */
function textOf(type: number, value: ArrayLike<number>): string {
  const bytes = new Uint8Array(value.length + 7).fill(0xcc);
  bytes.set(Array.from(value), 3);
  return formatValue(bytes, new DataView(bytes.buffer), type, 3, value.length);
}

function unitsOf(type: number, value: ArrayLike<number>): string {
  const bytes = new Uint8Array(value.length + 7).fill(0xcc);
  bytes.set(Array.from(value), 3);
  const out = new Uint16Array(MAX_VALUE_UNITS);
  const count = writeValueUnits(bytes, new DataView(bytes.buffer), type, 3, value.length, out);
  return String.fromCharCode(...out.subarray(0, count));
}

function utf16(text: string): number[] {
  return [...Array(text.length).keys()].flatMap((i) => [text.charCodeAt(i) & 255, text.charCodeAt(i) >>> 8]);
}

function littleEndian(value: bigint, size: number): number[] {
  const out: number[] = [];
  for (let i = 0; i < size; i++) out.push(Number((BigInt.asUintN(64, value) >> BigInt(8 * i)) & 255n));
  return out;
}

describe('the text of a BinXML value', () => {
  test('is the string up to its first NUL, with blanks, line ends and lone surrogates as they are (F44, F45)', () => {
    expect(textOf(ValueType.String, utf16('  a\r\nb \0rest'))).toBe('  a\r\nb ');
    expect(textOf(ValueType.String, utf16('\ufeffx\ud800y\ufffe\u0003'))).toBe('\ufeffx\ud800y\ufffe\u0003');
    expect(textOf(ValueType.String, [...utf16('ab'), 99])).toBe('ab');
    expect(textOf(ValueType.String, [99])).toBe('');
    expect(textOf(ValueType.String, utf16('\0'))).toBe('');
  });

  test('of a long string is complete', () => {
    const long = 'abcdefghij\udbff'.repeat(2_900);
    expect(textOf(ValueType.String, utf16(long))).toBe(long);
  });

  test('of a string of any units and any length is those units up to the first NUL', () => {
    const unit = fc.oneof(
      fc.integer({ min: 0x20, max: 0x7e }),
      fc.constantFrom(0xfeff, 0xfffe, 0xd83d, 0xde00),
      fc.integer({ min: 1, max: 0xffff }),
    );
    fc.assert(
      fc.property(fc.array(unit, { maxLength: 200 }), fc.array(unit, { maxLength: 3 }), (units, rest) => {
        const text = String.fromCharCode(...units);
        expect(textOf(ValueType.String, utf16(`${text}\0${String.fromCharCode(...rest)}`))).toBe(text);
        expect(unitsOf(ValueType.String, utf16(text))).toBe(text);
      }),
      seed,
    );
  });

  test('of an ANSI string is windows-1252 without NULs (F46)', () => {
    expect(textOf(ValueType.AnsiString, [0x80, 0x41, 0, 0x9f, 0xe4, 0x81, 0])).toBe('€AŸä\u0081');
  });

  test('of integers is exact decimal for every width and sign (F47)', () => {
    fc.assert(
      fc.property(fc.bigInt(-(2n ** 63n), 2n ** 64n - 1n), (n) => {
        for (const [size, signed, unsigned] of [
          [1, ValueType.Int8, ValueType.UInt8],
          [2, ValueType.Int16, ValueType.UInt16],
          [4, ValueType.Int32, ValueType.UInt32],
          [8, ValueType.Int64, ValueType.UInt64],
        ] as const) {
          const bytes = littleEndian(n, size);
          expect(textOf(signed, bytes)).toBe(BigInt.asIntN(8 * size, n).toString());
          expect(textOf(unsigned, bytes)).toBe(BigInt.asUintN(8 * size, n).toString());
          expect(unitsOf(signed, bytes)).toBe(textOf(signed, bytes));
        }
      }),
      seed,
    );
    for (const edge of [
      0n,
      -1n,
      2n ** 53n - 1n,
      2n ** 53n,
      2n ** 53n + 1n,
      2n ** 63n,
      -(2n ** 63n),
      10_000_000n,
      4_294_967_295n,
      4_294_967_296n,
    ]) {
      expect(textOf(ValueType.UInt64, littleEndian(edge, 8))).toBe(BigInt.asUintN(64, edge).toString());
      expect(textOf(ValueType.Int64, littleEndian(edge, 8))).toBe(BigInt.asIntN(64, edge).toString());
    }
  });

  test('of an integer with fewer bytes than its type reads what is there, with more the first bytes (F60)', () => {
    expect(textOf(ValueType.Int32, [0xfe, 0xff])).toBe('-2');
    expect(textOf(ValueType.Int32, [0xfe, 0xff, 0])).toBe('65534');
    expect(textOf(ValueType.UInt64, [1, 0, 0, 0, 1])).toBe('4294967297');
    expect(textOf(ValueType.Int64, [0, 0, 0, 0, 0xff])).toBe('-4294967296');
    expect(textOf(ValueType.UInt16, [5])).toBe('5');
    expect(textOf(ValueType.UInt16, [5, 0, 9, 9])).toBe('5');
    expect(textOf(ValueType.Int8, [0x80, 7])).toBe('-128');
    expect(textOf(ValueType.UInt32, [])).toBe('');
  });

  test('of floats is the shortest decimal that reads back equal (F48)', () => {
    const four = (x: number): Uint8Array => new Uint8Array(Float32Array.of(x).buffer);
    const eight = (x: number): Uint8Array => new Uint8Array(Float64Array.of(x).buffer);
    expect(textOf(ValueType.Real32, four(0.1))).toBe('0.1');
    expect(textOf(ValueType.Real32, four(16_777_216))).toBe('16777216');
    expect(textOf(ValueType.Real64, eight(3_199.234))).toBe('3199.234');
    expect(textOf(ValueType.Real64, eight(NaN))).toBe('NaN');
    expect(textOf(ValueType.Real32, four(-Infinity))).toBe('-inf');
    expect(textOf(ValueType.Real64, [1, 2])).toBe('0102');
    fc.assert(
      fc.property(fc.float({ noNaN: true, noDefaultInfinity: true }), (x) => {
        const text = textOf(ValueType.Real32, four(x));
        expect(Math.fround(Number(text))).toBe(x);
        expect(text.length).toBeLessThanOrEqual(String(x).length + 1);
      }),
      seed,
    );
  });

  test('of a boolean is true for any non-zero byte (F49)', () => {
    expect(textOf(ValueType.Bool, [0, 0, 0, 0])).toBe('false');
    expect(textOf(ValueType.Bool, [0, 0, 0x10, 0])).toBe('true');
    expect(textOf(ValueType.Bool, [1])).toBe('true');
  });

  test('of hex types and pointers is unpadded, of binary upper case without separators (F50, F52, F56)', () => {
    expect(textOf(ValueType.HexInt64, littleEndian(0x80000000000000n, 8))).toBe('0x80000000000000');
    expect(textOf(ValueType.HexInt64, littleEndian(0x100000001n, 8))).toBe('0x100000001');
    expect(textOf(ValueType.HexInt32, [0, 0, 0, 0])).toBe('0x0');
    expect(textOf(ValueType.SizeT, [0xef, 0xbe, 0, 0])).toBe('0xbeef');
    expect(textOf(ValueType.SizeT, littleEndian(2n ** 64n - 1n, 8))).toBe('0xffffffffffffffff');
    expect(textOf(ValueType.Binary, [0, 0xab, 0x0f])).toBe('00AB0F');
    expect(textOf(ValueType.EvtHandle, [0xde, 0xad])).toBe('DEAD');
    expect(textOf(0x22, [1])).toBe('01');
    expect(textOf(0x7f, [2])).toBe('02');
    expect(textOf(ValueType.Null, [1, 2, 3])).toBe('');
    expect(textOf(ValueType.Binary, new Uint8Array(65_535).fill(0xa5))).toBe('A5'.repeat(65_535));
    expect(textOf(ValueType.Binary, [])).toBe('');
  });

  test('of a GUID is lower case in braces (F51)', () => {
    const bytes = [...Array(16).keys()].map((i) => i * 16 + 1);
    expect(textOf(ValueType.Guid, bytes)).toBe('{31211101-5141-7161-8191-a1b1c1d1e1f1}');
    expect(textOf(ValueType.Guid, bytes.slice(1))).toBe('112131415161718191A1B1C1D1E1F1');
  });

  test('of a FILETIME has seven digits and is exact for any tick; beyond year 9999 it is raw hex (F53, F54)', () => {
    expect(textOf(ValueType.FileTime, littleEndian(0n, 8))).toBe('1601-01-01T00:00:00.0000000Z');
    expect(textOf(ValueType.FileTime, littleEndian(132_389_614_521_437_451n, 8))).toMatch(/^2020-07-11T.*\.1437451Z$/);
    expect(textOf(ValueType.FileTime, littleEndian(2_650_467_743_999_999_999n, 8))).toBe(
      '9999-12-31T23:59:59.9999999Z',
    );
    expect(textOf(ValueType.FileTime, littleEndian(2_650_467_744_000_000_000n, 8))).toBe(
      textOf(ValueType.Binary, littleEndian(2_650_467_744_000_000_000n, 8)),
    );
    expect(textOf(ValueType.FileTime, littleEndian(-1n, 8))).toBe('FFFFFFFFFFFFFFFF');
    expect(textOf(ValueType.FileTime, [1, 2, 3])).toBe('010203');
    fc.assert(
      fc.property(fc.bigInt(0n, 2_650_467_743_999_999_999n), (ticks) => {
        const milliseconds = Number(ticks / 10_000n) - 11_644_473_600_000;
        const expected = `${new Date(milliseconds).toISOString().slice(0, 19)}.${String(ticks % 10_000_000n).padStart(7, '0')}Z`;
        expect(textOf(ValueType.FileTime, littleEndian(ticks, 8))).toBe(expected);
      }),
      { ...seed, numRuns: 2_000 },
    );
  });

  test('of a SYSTEMTIME has three digits; impossible dates are raw hex (F53, F54)', () => {
    const of = (...parts: number[]): string =>
      textOf(
        ValueType.SystemTime,
        parts.flatMap((p) => [p & 255, p >>> 8]),
      );
    expect(of(2024, 2, 4, 29, 23, 59, 58, 7)).toBe('2024-02-29T23:59:58.007Z');
    for (const bad of [
      [2023, 2, 0, 29, 0, 0, 0, 0],
      [2024, 13, 0, 1, 0, 0, 0, 0],
      [2024, 1, 0, 1, 24, 0, 0, 0],
      [2024, 1, 0, 1, 0, 0, 0, 1_000],
      [0, 0, 0, 0, 0, 0, 0, 0],
    ]) {
      expect(of(...bad)).toMatch(/^[0-9A-F]{32}$/);
    }
  });

  test('of a SID has a 48-bit big-endian authority, and its count is bounded by its size (F55)', () => {
    expect(textOf(ValueType.Sid, [1, 2, 0, 0, 0, 0, 0, 5, 32, 0, 0, 0, 0x20, 2, 0, 0])).toBe('S-1-5-32-544');
    expect(textOf(ValueType.Sid, [1, 255, 0, 0, 0, 0, 0, 5, 18, 0, 0, 0, 9])).toBe('S-1-5-18');
    expect(textOf(ValueType.Sid, [1, 0, 0, 0, 0xff, 0xff, 0xff, 0xff])).toBe('S-1-4294967295');
    expect(textOf(ValueType.Sid, [1, 1, 0, 1, 0, 0, 0, 2, 7, 0, 0, 0])).toBe('S-1-0x000100000002-7');
    expect(textOf(ValueType.Sid, [1, 2, 3])).toBe('010203');
  });

  test('as units equals the text for every type and any bytes, and never throws', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 255 }), fc.uint8Array({ maxLength: 80 }), (type, value) => {
        expect(unitsOf(type, value)).toBe(textOf(type, value));
      }),
      { ...seed, numRuns: 5_000 },
    );
  });
});

describe('the items of an array value', () => {
  function itemsOf(type: number, value: ArrayLike<number>): string[] {
    const bytes = Uint8Array.from(value as number[]);
    const view = new DataView(bytes.buffer);
    return arrayItems(bytes, type, 0, bytes.length).map((item) =>
      formatValue(bytes, view, item.type, item.offset, item.length),
    );
  }

  test('of strings are split at NUL, with exactly one final NUL dropped (F58)', () => {
    expect(itemsOf(0x81, utf16('a\0b\0'))).toEqual(['a', 'b']);
    expect(itemsOf(0x81, utf16('a\0b'))).toEqual(['a', 'b']);
    expect(itemsOf(0x81, utf16('a\0\0b\0\0'))).toEqual(['a', '', 'b', '']);
    expect(itemsOf(0x81, utf16('\0'))).toEqual(['']);
    expect(itemsOf(0x81, [])).toEqual(['']);
    expect(itemsOf(0x82, [0x41, 0, 0, 0x80, 0])).toEqual(['A', '', '€']);
  });

  test('of fixed width leave a remainder out; SIDs bring their own length', () => {
    expect(itemsOf(0x86, [1, 0, 2, 0, 9])).toEqual(['1', '2']);
    expect(itemsOf(0x8d, [1, 0, 0, 0, 0, 0, 0, 0])).toEqual(['true', 'false']);
    expect(itemsOf(0x93, [1, 1, 0, 0, 0, 0, 0, 5, 18, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 5])).toEqual(['S-1-5-18', 'S-1-5']);
    expect(itemsOf(0x8e, [1, 2])).toEqual(['0102']);
    expect(itemsOf(0x91, [...littleEndian(0n, 8), ...littleEndian(1n, 8)])).toEqual([
      '1601-01-01T00:00:00.0000000Z',
      '1601-01-01T00:00:00.0000001Z',
    ]);
  });

  test('lie within the value and end, whatever the bytes', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0x80, max: 0xff }), fc.uint8Array({ maxLength: 300 }), (type, value) => {
        const items = arrayItems(value, type, 0, value.length);
        expect(items.length).toBeGreaterThan(0);
        for (const item of items) {
          expect(item.offset).toBeGreaterThanOrEqual(0);
          expect(item.offset + item.length).toBeLessThanOrEqual(value.length);
        }
      }),
      seed,
    );
  });
});
