import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { canonicalTimeOf, parseTimeSpan } from '../../src/query/time-literal.ts';

describe('parseTimeSpan', () => {
  test.each([
    ['2021', '2021-01-01T00:00:00.0000000Z', '2022-01-01T00:00:00.0000000Z'],
    ['2021-12', '2021-12-01T00:00:00.0000000Z', '2022-01-01T00:00:00.0000000Z'],
    ['2020-02-29', '2020-02-29T00:00:00.0000000Z', '2020-03-01T00:00:00.0000000Z'],
    ['2021-05-27T10', '2021-05-27T10:00:00.0000000Z', '2021-05-27T11:00:00.0000000Z'],
    ['2021-05-27 10:30', '2021-05-27T10:30:00.0000000Z', '2021-05-27T10:31:00.0000000Z'],
    ['2021-05-27T10:30:05Z', '2021-05-27T10:30:05.0000000Z', '2021-05-27T10:30:06.0000000Z'],
    ['2021-05-27T10:30:05.12', '2021-05-27T10:30:05.1200000Z', '2021-05-27T10:30:05.1300000Z'],
    ['2021-05-27T10:30:05.1234567', '2021-05-27T10:30:05.1234567Z', '2021-05-27T10:30:05.1234568Z'],
    ['2021-05-27T01:30+02:00', '2021-05-26T23:30:00.0000000Z', '2021-05-26T23:31:00.0000000Z'],
    ['2021-05-27T01:30-0530', '2021-05-27T07:00:00.0000000Z', '2021-05-27T07:01:00.0000000Z'],
    ['1601-01-01', '1601-01-01T00:00:00.0000000Z', '1601-01-02T00:00:00.0000000Z'],
    ['0099', '0099-01-01T00:00:00.0000000Z', '0100-01-01T00:00:00.0000000Z'],
  ])('%s', (text, from, to) => {
    expect(parseTimeSpan(text)).toEqual({ from, to });
  });

  test.each([
    '2021-00',
    '2021-13',
    '2021-02-29',
    '2021-05-27T24',
    '2021-05-27T10:60',
    '2021-05-27T10:30:60',
    '2021-5-1',
    '',
    'today',
    '2021-05-27T10:30+99:00',
  ])('refuses %s', (text) => {
    expect(parseTimeSpan(text)).toBeUndefined();
  });

  test('bounds compare as text like the times they are, up to the last year', () => {
    expect(parseTimeSpan('9999')!.to > '9999-12-31T23:59:59.9999999Z').toBe(true);
    expect(parseTimeSpan('0000-01-01T00:00+14:00')!.from <= '0000-01-01T00:00:00.0000000Z').toBe(true);
    const time = fc
      .date({ min: new Date(0), max: new Date(4e12), noInvalidDate: true })
      .map((date) => date.toISOString());
    fc.assert(
      fc.property(time, time, (a, b) => {
        const [left, right] = [canonicalTimeOf(a)!, canonicalTimeOf(b)!];
        expect(left < right).toBe(Date.parse(a) < Date.parse(b));
      }),
    );
  });

  test('a bare date or number in an event is no instant', () => {
    expect(canonicalTimeOf('2021-05-27')).toBeUndefined();
    expect(canonicalTimeOf('2021')).toBeUndefined();
    expect(canonicalTimeOf('2021-05-27 10:30:05.123')).toBe('2021-05-27T10:30:05.1230000Z');
  });
});
