import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { checkQuery } from '../../src/app/search-check.ts';
import { complete, completionAt, rankNames } from '../../src/app/search-completion.ts';
import {
  excludeTerm,
  hasTimeRange,
  includeTerm,
  removeTerm,
  setTimeRange,
  termState,
} from '../../src/app/search-edit.ts';
import { keepSearch, readSearches } from '../../src/app/search-history.ts';
import { formatTerm } from '../../src/app/search-term.ts';
import { loadListText, MAX_TERMS, parseTermList } from '../../src/app/search-term-list.ts';
import { compileQuery } from '../../src/query/compile-query.ts';
import { createEventLookup } from '../../src/query/event-lookup.ts';
import { event } from './fake-findings.ts';
import { fakeSettings } from './fake-ports.ts';

describe('a query changed by clicks', () => {
  test('an included value is found and an excluded one is not, whatever it is', () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.string({ unit: 'grapheme' }), fc.constantFrom('and', '-', '*', 'a"b', '/x/', '>5')),
        (value) => {
          const lookup = createEventLookup(event({ Field: value, Other: 'x' }));
          const included = compileQuery(includeTerm('other:x', 'Field', value));
          const excluded = compileQuery(excludeTerm('other:x', 'Field', value));
          expect(included.ok && included.value.matches(lookup), included.ok ? '' : 'faulty').toBe(true);
          expect(excluded.ok && excluded.value.matches(lookup)).toBe(false);
        },
      ),
      { seed: 3 },
    );
  });

  test('a choice goes into parentheses, so that a click narrows all of it', () => {
    expect(includeTerm('a or b', 'eventid', '1')).toBe('(a or b) eventid:1');
  });

  test('including what was excluded replaces it, and the other way round', () => {
    expect(includeTerm('x -user:a y', 'user', 'a')).toBe('x y user:a');
    expect(excludeTerm('user:a', 'user', 'a')).toBe('-user:a');
    expect(excludeTerm('-user:a', 'user', 'a')).toBe('-user:a');
  });

  test('a term can be taken out again, with the "and" that joined it', () => {
    expect(removeTerm('a and user:b and c', 'user:b')).toBe('a and c');
    expect(removeTerm('user:b and c', 'user:b')).toBe('c');
    expect(removeTerm('(user:b) c', 'user:b')).toBe('(user:b) c');
  });

  test('what a term says of a value is told', () => {
    expect(termState('eventid:1 x', 'eventid', '1')).toBe('included');
    expect(termState('-eventid:1', 'eventid', '1')).toBe('excluded');
    expect(termState('eventid:1 or x', 'eventid', '1')).toBeUndefined();
  });

  test('absent fields and names with blanks can be asked for', () => {
    expect(formatTerm('New Value', undefined)).toBe('-"New Value":*');
    expect(compileQuery(formatTerm('New Value', 'a')).ok).toBe(true);
  });

  test('a value too long for a query is searched by its beginning', () => {
    const query = formatTerm('f', 'x'.repeat(10_000));
    expect(query.length).toBeLessThan(500);
    expect(compileQuery(query).ok).toBe(true);
  });

  test('a picked range of time replaces the one before', () => {
    const once = setTimeRange('a', Date.UTC(2024, 0, 1), Date.UTC(2024, 0, 2));
    expect(once).toBe('a time>=2024-01-01T00:00:00 time<2024-01-02T00:00:00');
    expect(hasTimeRange(once)).toBe(true);
    expect(setTimeRange(once, Date.UTC(2024, 0, 1, 5), undefined)).toBe('a time>=2024-01-01T05:00:00');
    expect(setTimeRange(once, undefined, undefined)).toBe('a');
  });
});

describe('completion', () => {
  test('knows a field name from a value, behind the cursor only', () => {
    expect(completionAt('eventid:4688 com', 16)).toMatchObject({ kind: 'field', typed: 'com', start: 13 });
    expect(completionAt('-computer:HO', 12)).toMatchObject({
      kind: 'value',
      field: 'computer',
      typed: 'HO',
      start: 10,
    });
    expect(completionAt('image:"C:\\Program F', 19)).toMatchObject({ kind: 'value', field: 'image', start: 6 });
    expect(completionAt('"some comp', 10)).toBeUndefined();
    expect(completionAt('a ', 2)).toBeUndefined();
  });

  test('writes what was picked as the language wants it', () => {
    const place = completionAt('new', 3)!;
    expect(complete('new', place, 'New Value')).toEqual({ text: '"New Value":', cursor: 12 });
    const value = completionAt('image:"C:\\Pro', 13)!;
    expect(complete('image:"C:\\Pro', value, 'C:\\Program Files\\a.exe').text).toBe(
      'image:"C:\\Program Files\\a.exe" ',
    );
  });

  test('never throws and keeps within the text', () => {
    fc.assert(
      fc.property(fc.string(), fc.nat(40), (text, at) => {
        const cursor = Math.min(at, text.length);
        const place = completionAt(text, cursor);
        if (place !== undefined) expect(place.start).toBeGreaterThanOrEqual(0);
      }),
      { seed: 4 },
    );
  });

  test('names that begin with what was typed come first', () => {
    expect(rankNames(['TargetUser', 'User', 'UserName', 'x'], 'user', 3)).toEqual(['User', 'UserName', 'TargetUser']);
  });
});

test('a fault has its place, and an unknown name a remark', () => {
  expect(checkQuery('a (b', [])[0]).toMatchObject({ severity: 'error', range: { start: 2 } });
  expect(checkQuery('comandline:x', ['CommandLine'])[0]).toMatchObject({ code: 'query-unknown-field' });
  expect(checkQuery('time>2021 host:x /a+/', ['CommandLine'])).toEqual([]);
});

test('searches are kept newest first, each once, and rubbish in the setting is no harm', () => {
  const settings = fakeSettings(new Map([['searches', '{"a":']]));
  expect(readSearches(settings)).toEqual([]);
  for (const text of ['a', 'b', 'a', ' ']) keepSearch(settings, text);
  expect(readSearches(settings)).toEqual(['a', 'b']);
});

describe('a list of terms', () => {
  test('is read as reports write them: defanged, with comments, cells and repeats', () => {
    const list = parseTermList(
      '\ufeff# addresses\r\n10[.]0[.]0[.]1\n10.0.0.1\nhxxp://evil[.]example/a,high\n"a, b"\nAB\n\nD41D8CD98F\td41d\n',
    );
    expect(list).toEqual({
      terms: ['10.0.0.1', 'http://evil.example/a', 'a, b', 'D41D8CD98F'],
      repeated: 1,
      unfit: 1,
      beyond: 0,
    });
  });

  test('ends at ten thousand, and says how many are left out', () => {
    const list = parseTermList(Array.from({ length: MAX_TERMS + 5 }, (_, i) => `term-${i}`).join('\n'));
    expect(list.terms).toHaveLength(MAX_TERMS);
    expect(list.beyond).toBe(5);
  });

  test('saved as UTF-16 is read', async () => {
    const bytes = new Uint8Array([0xff, 0xfe, 0x61, 0, 0x62, 0, 0x63, 0]);
    expect(await loadListText(new Blob([bytes]))).toBe('\ufeffabc'.slice(1));
  });
});
