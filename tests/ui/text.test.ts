import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { cutMarks } from '../../src/ui/findings/cut-marks.ts';
import { layOutXml } from '../../src/ui/events/event-text.ts';
import { shortChannel } from '../../src/ui/findings/short-channel.ts';
import { chooseTicks } from '../../src/base/time-ticks.ts';
import {
  formatBytes,
  formatCount,
  formatEventTime,
  formatSeconds,
  formatSpan,
  formatUnixTime,
} from '../../src/ui/shared/number-text.ts';
import { unwrapProse, visibleText } from '../../src/ui/shared/visible-text.ts';

describe('text for people', () => {
  test('hidden and reordering characters are written out, everything else stays', () => {
    expect(visibleText('a\u202egpj.exe\u0000\ud800')).toBe('a⟨U+202E⟩gpj.exe⟨U+0000⟩⟨U+D800⟩');
    expect(visibleText('größe 漢字 🦀 é')).toBe('größe 漢字 🦀 é');
    expect(visibleText('a\r\nb\tc', true)).toBe('a\nb\tc');
    expect(visibleText('a\nb')).toBe('a⟨U+000A⟩b');
  });

  test('XML is laid out for reading and its texts stay as they are', () => {
    const xml =
      "<Event a='b'><System><Level>0</Level><Security/></System><Data>if (a &lt; b) {\n  x &gt; y</Data><Data>one\n two</Data></Event>";
    expect(layOutXml(xml)).toBe(
      "<Event a='b'>\n  <System>\n    <Level>0</Level>\n    <Security/>\n  </System>\n" +
        '  <Data>if (a &lt; b) {\n  x &gt; y</Data>\n  <Data>one\n two</Data>\n</Event>',
    );
  });

  test('names are cut, between characters, where no name is as long', () => {
    expect(visibleText('n'.repeat(32_768), true)).toHaveLength(32_768);
    expect(visibleText('n'.repeat(1_000))).toBe('n'.repeat(1_000));
    expect(visibleText('n'.repeat(32_768))).toBe(`${'n'.repeat(1_000)}… (32,768 characters)`);
    expect(visibleText(`${'n'.repeat(999)}🦀${'n'.repeat(9)}`)).toBe(`${'n'.repeat(999)}… (1,010 characters)`);
  });

  test('prose loses its hard line breaks and keeps paragraphs and lists', () => {
    expect(unwrapProse('One long\nsentence.\n\nNext:\n- a\n- b\n')).toBe('One long sentence.\n\nNext:\n- a\n- b');
  });

  test('numbers, sizes and spans have one form', () => {
    expect([0, 999, 1_000, 1_234_567].map(formatCount)).toEqual(['0', '999', '1,000', '1,234,567']);
    expect([0, 999, 1_000, 4_410_000, 5e12].map(formatBytes)).toEqual([
      '0 B',
      '999 B',
      '0.98 KB',
      '4.21 MB',
      '4.55 TB',
    ]);
    expect([0.42, 12, 200, 7_500].map(formatSeconds)).toEqual(['0.4 s', '12 s', '3 min 20 s', '2 h 5 min']);
    expect([500, 3_600_000, 86_400_000 * 5].map(formatSpan)).toEqual(['500 ms', '1 h', '5 days']);
  });

  test('times are UTC and cut, not rounded', () => {
    expect(formatEventTime('2024-03-01T13:05:09.9999999Z')).toBe('2024-03-01 13:05:09.999');
    expect(formatEventTime('')).toBe('no time');
    expect(formatUnixTime(Date.UTC(2024, 2, 1, 13, 5, 9))).toBe('2024-03-01 13:05:09');
    expect(formatUnixTime(NaN)).toBe('');
  });

  test('pieces of a marked text join to the text, whatever the ranges', () => {
    fc.assert(
      fc.property(fc.string(), fc.array(fc.tuple(fc.nat(30), fc.nat(30))), (text, ranges) => {
        const pieces = cutMarks(text, ranges);
        expect(pieces.map((piece) => piece.text).join('')).toBe(text);
        expect(new Set(pieces.map((piece) => piece.at)).size).toBe(pieces.length);
      }),
      { seed: 41 },
    );
    expect(
      cutMarks('abcdef', [
        [1, 3],
        [2, 4],
      ]).map((piece) => [piece.text, piece.marked]),
    ).toEqual([
      ['a', false],
      ['bc', true],
      ['d', true],
      ['ef', false],
    ]);
  });

  test('channels lose the vendor prefix and nothing else', () => {
    expect(shortChannel('Microsoft-Windows-Sysmon/Operational')).toBe('Sysmon/Operational');
    expect(shortChannel('Security')).toBe('Security');
    expect(shortChannel('Microsoft-Windows-')).toBe('Microsoft-Windows-');
  });

  test('ticks lie within the axis, are few enough and follow the calendar', () => {
    expect(chooseTicks(Date.UTC(2019, 1, 16), Date.UTC(2026, 6, 23), 10).map((tick) => tick.label)).toEqual([
      '2020',
      '2021',
      '2022',
      '2023',
      '2024',
      '2025',
      '2026',
    ]);
    expect(chooseTicks(Date.UTC(2024, 2, 1, 22), Date.UTC(2024, 2, 2, 2), 5).map((tick) => tick.label)).toEqual([
      '03-01 22:00',
      '23:00',
      '03-02 00:00',
      '01:00',
      '02:00',
    ]);
    fc.assert(
      fc.property(
        fc.integer({ min: -11_644_473_600_000, max: 253_402_300_799_000 }),
        fc.integer({ min: 1, max: 200_000_000_000_000 }),
        fc.integer({ min: 2, max: 12 }),
        (start, length, most) => {
          const ticks = chooseTicks(start, start + length, most);
          expect(ticks.length).toBeLessThanOrEqual(most + 1);
          for (const tick of ticks) expect(tick.time >= start && tick.time <= start + length).toBe(true);
        },
      ),
      { seed: 42 },
    );
  });
});
