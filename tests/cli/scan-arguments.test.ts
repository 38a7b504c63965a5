import { describe, expect, test } from 'vitest';
import { parseScanArguments } from '../../src/cli/scan-arguments.ts';
import { parseTimeBound } from '../../src/cli/time-bound.ts';

describe('the arguments of scan', () => {
  test('have defaults', () => {
    expect(parseScanArguments(['logs'])).toEqual({
      ok: true,
      value: {
        paths: ['logs'],
        rules: [],
        core: true,
        recovered: false,
        templates: undefined,
        from: undefined,
        to: undefined,
        minLevel: 'informational',
        hash: false,
        format: 'jsonl',
        out: undefined,
        workers: undefined,
        stats: false,
      },
    });
  });

  test('may be mixed with paths and repeated where that makes sense', () => {
    const parsed = parseScanArguments([
      'a.evtx',
      '--rules',
      'one',
      '--stats',
      'b',
      '--rules=two',
      '--workers',
      '3',
      '--no-core',
    ]);
    expect(parsed).toMatchObject({
      ok: true,
      value: { paths: ['a.evtx', 'b'], rules: ['one', 'two'], workers: 3, core: false, stats: true },
    });
  });

  test('are all refused at once', () => {
    const parsed = parseScanArguments([
      '--format',
      'xml',
      '--min-level',
      'severe',
      '--workers',
      '0',
      '--from',
      'yesterday',
    ]);
    expect(parsed.ok).toBe(false);
    expect(parsed.ok ? [] : parsed.error).toHaveLength(5);
  });

  test.each([
    [['x', '--unknown']],
    [['x', '--rules']],
    [['x', '--no-core']],
    [['x', '--from', '2024-02-01', '--to', '2024-01-01']],
  ])('%j is refused', (argv) => {
    expect(parseScanArguments(argv).ok).toBe(false);
  });
});

describe('a time bound', () => {
  test.each([
    ['2024-03-01', '2024-03-01T00:00:00.0000000Z'],
    ['2024-03-01T12:30', '2024-03-01T12:30:00.0000000Z'],
    ['2024-03-01 12:30:05.25', '2024-03-01T12:30:05.2500000Z'],
    ['2024-03-01T12:30:05.123456789Z', '2024-03-01T12:30:05.1234567Z'],
    ['2024-03-01T00:30:00+02:00', '2024-02-29T22:30:00.0000000Z'],
    ['2024-12-31T23:30:00-0130', '2025-01-01T01:00:00.0000000Z'],
  ])('%s is %s', (text, expected) => {
    expect(parseTimeBound(text)).toBe(expected);
  });

  test.each([
    '',
    'now',
    '2024',
    '2024-13-01',
    '2023-02-29',
    '2024-03-01T25:00',
    '2024-03-01T12:00+15:00',
    '01/03/2024',
  ])('%s is none', (text) => {
    expect(parseTimeBound(text)).toBeUndefined();
  });
});
