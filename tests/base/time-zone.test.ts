import { describe, expect, test } from 'vitest';
import { cpuMillisecondsOf } from '../builders/cpu-time.ts';
import { createTimeZone, formatOffset, formatZoned, UTC } from '../../src/base/time-zone.ts';
import { chooseTicks } from '../../src/base/time-ticks.ts';

const zone = (name: string) => createTimeZone(name)!;
const HOUR = 3_600_000;

describe('time zones', () => {
  test('the hour that summer time takes and the one that it gives twice are told apart by their offset', () => {
    const berlin = zone('Europe/Berlin');
    const at = (text: string): string => formatZoned(Date.parse(text), berlin, true);
    expect(at('2024-03-31T00:59:59.999Z')).toBe('2024-03-31 01:59:59.999 +01:00');
    expect(at('2024-03-31T01:00:00.000Z')).toBe('2024-03-31 03:00:00.000 +02:00');
    expect(at('2024-10-27T00:30:00.000Z')).toBe('2024-10-27 02:30:00.000 +02:00');
    expect(at('2024-10-27T01:30:00.000Z')).toBe('2024-10-27 02:30:00.000 +01:00');
  });

  test('offsets of half and quarter hours, of seconds, and changes within an hour are kept', () => {
    expect(formatZoned(Date.UTC(2024, 0, 1), zone('Asia/Kathmandu'), false)).toBe('2024-01-01 05:45:00 +05:45');
    expect(formatZoned(Date.UTC(2024, 0, 1), zone('America/St_Johns'), false)).toBe('2023-12-31 20:30:00 -03:30');
    // Newfoundland once changed at one minute past midnight.
    expect(zone('America/St_Johns').offsetAt(Date.UTC(2010, 2, 14, 3, 30))).toBe(-3.5 * HOUR);
    expect(zone('America/St_Johns').offsetAt(Date.UTC(2010, 2, 14, 3, 31))).toBe(-2.5 * HOUR);
    expect(formatOffset(-(4 * HOUR + 56 * 60_000 + 2_000))).toBe('-04:56:02');
  });

  test('times that no calendar has are no times, and unknown zones are none', () => {
    expect(formatZoned(NaN, UTC, true)).toBe('');
    expect(formatZoned(8_640_000_000_000_000, zone('Asia/Tokyo'), true)).toBe('');
    expect(zone('Asia/Tokyo').offsetAt(Infinity)).toBe(0);
    expect(createTimeZone('Not/A Zone')).toBeUndefined();
    expect(createTimeZone('<img>')).toBeUndefined();
  });

  test('ticks of an axis stand on round clock times of the zone, also across a change', () => {
    const berlin = zone('Europe/Berlin');
    const ticks = chooseTicks(Date.UTC(2024, 2, 30), Date.UTC(2024, 3, 2), 8, (time) => berlin.offsetAt(time));
    for (const { time } of ticks) expect(formatZoned(time, berlin, false)).toMatch(/ (00|12):00:00 /);
    expect(new Set(ticks.map(({ time }) => time)).size).toBe(ticks.length);
  });

  test('100,000 times of a day are written fast enough for a list', () => {
    const berlin = zone('Europe/Berlin');
    const milliseconds = cpuMillisecondsOf(() => {
      for (let i = 0; i < 100_000; i++) formatZoned(1_711_843_200_000 + i * 864, berlin, true);
    });
    const each = (milliseconds / 100_000) * 1_000;
    console.log(`write a time in a zone: ${each.toFixed(2)} µs`);
    // A list shows forty rows a frame: 50 µs each would still be an eighth of it.
    expect(each).toBeLessThan(50);
  });
});
