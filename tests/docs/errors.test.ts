// docs/errors.md against the sources: every code that can be shown has a heading, every heading a code.

import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { codesOfText, readShownCodes } from './shown-codes.ts';

const text = readFileSync(new URL('../../docs/errors.md', import.meta.url), 'utf8');
const headings = [...text.matchAll(/^### (.+)$/gm)].map((match) => match[1] ?? '');
const shown = readShownCodes();

describe('docs/errors.md', () => {
  test('has a heading for every code that can be shown', () => {
    const missing = [...shown.codes]
      .filter(([code]) => !headings.includes(code))
      .map(([code, file]) => `${code} (${file})`);
    expect(missing).toEqual([]);
  });

  test('has no heading for a code that nothing shows', () => {
    expect(headings.filter((heading) => !shown.codes.has(heading))).toEqual([]);
  });

  test('explains each code once, in a sentence or more', () => {
    expect(headings.filter((heading, at) => headings.indexOf(heading) !== at)).toEqual([]);
    const bodies = text.split(/^### .+$/m).slice(1);
    const thin = headings.filter((_, at) => !/[A-Z`].{20,}\./s.test((bodies[at] ?? '').split(/^## /m)[0] ?? ''));
    expect(thin).toEqual([]);
  });

  test('can be kept in step, because every code is written where it is reported', () => {
    expect(shown.unreadable).toEqual([]);
    // So many that a reader which overlooks a whole room would show.
    expect(shown.codes.size).toBeGreaterThan(100);
  });
});

describe('the reader of shown codes', () => {
  test('finds codes in properties, in arguments of reporting functions, and in the unions that list them', () => {
    const { codes, unreadable } = codesOfText(`
      type ProblemCode = 'from-union' | 'other-member';
      class Report { error(code: string, message: string) { list.push({ code, message }); } }
      const fail = (range: number, code: string): void => report.error(code, '');
      report.error('from-method', 'not-a-code');
      fail(1, wide ? 'when-wide' : 'when-narrow');
      const line = { code: bad ? 'when-bad' : 'when-good', severity: 'error' };
      const again = { code: line.code };
    `);
    expect([...codes.keys()].sort()).toEqual(
      ['from-union', 'other-member', 'from-method', 'when-wide', 'when-narrow', 'when-bad', 'when-good'].sort(),
    );
    expect(unreadable).toEqual([]);
  });

  test('tells of codes that are put together or looked up', () => {
    const { unreadable } = codesOfText(`
      class Report { error(code: string) {} }
      const one = { code: 'filter-' + kind };
      this.report.error(CODES[kind]);
      report.error(\`query-\${kind}\`);
    `);
    expect(unreadable).toEqual(['text.ts:3', 'text.ts:4', 'text.ts:5']);
  });
});
