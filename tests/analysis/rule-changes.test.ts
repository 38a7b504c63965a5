import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compareFindings, type FoundBy } from '../../src/analysis/rule-finding-changes.ts';
import { diffLines } from '../../src/analysis/rule-line-diff.ts';
import { comparePacks, listDocuments } from '../../src/analysis/rule-pack-changes.ts';

const rule = (id: string, title: string, body = 'x: 1'): string => `title: ${title}\nid: ${id}\n${body}\n`;
const show = (before: string, after: string): string =>
  diffLines(before, after)
    .map(({ kind, text }) => `${{ same: ' ', added: '+', removed: '-' }[kind]}${text}`)
    .join('|');

describe('lines of two texts', () => {
  test('show what came and went between lines that stayed', () => {
    expect(show('a\nb\nc\nd', 'a\nc\nx\nd')).toBe(' a|-b| c|+x| d');
    expect(show('', 'a')).toBe('-|+a');
    expect(show('same\r\nlines', 'same\nlines')).toBe(' same| lines');
  });

  test('always give both texts back', () => {
    const lines = fc.array(fc.constantFrom('a', 'b', 'c', ''), { maxLength: 12 }).map((list) => list.join('\n'));
    fc.assert(
      fc.property(lines, lines, (before, after) => {
        const diff = diffLines(before, after);
        const of = (skip: string) =>
          diff
            .filter(({ kind }) => kind !== skip)
            .map(({ text }) => text)
            .join('\n');
        expect(of('added')).toBe(before);
        expect(of('removed')).toBe(after);
      }),
    );
  });

  test('are not compared one by one when there are too many', () => {
    const before = Array.from({ length: 3_000 }, (_, at) => `a${at}`).join('\n');
    expect(diffLines(before, before.replaceAll('a', 'b'))).toHaveLength(6_000);
  });
});

describe('two versions of a pack', () => {
  test('tell rules that came, went and changed; a moved file or other line ends are no change', () => {
    const before = listDocuments([
      { file: 'a.yml', text: `${rule('1', 'One')}---\n${rule('2', 'Two')}` },
      { file: 'b.yml', text: rule('3', 'Three') },
    ]);
    const after = listDocuments([
      { file: 'moved/a.yml', text: rule('1', 'One').replaceAll('\n', '\r\n') },
      { file: 'b.yml', text: rule('3', 'Three', 'x: 2') },
      { file: 'c.yml', text: 'title: No id\n' },
    ]);
    const { added, removed, changed, same } = comparePacks(before, after);
    expect(added.map(({ title }) => title)).toEqual(['No id']);
    expect(removed.map(({ id }) => id)).toEqual(['2']);
    expect(changed.map((each) => [each.before.text, each.after.text])).toEqual([
      [rule('3', 'Three').trim(), rule('3', 'Three', 'x: 2').trim()],
    ]);
    expect(same).toBe(1);
  });
});

test('two scans tell new and lost findings by rule', () => {
  const [one, two] = [
    { id: '1', title: 'One' },
    { id: '2', title: 'Two' },
  ] as const;
  const before = new Map<string, FoundBy>([['a', one], ['b', one], ['c', two]]); // prettier-ignore
  const after = new Map<string, FoundBy>([['b', one], ['d', two], ['e', two]]); // prettier-ignore
  expect(compareFindings(before, after)).toEqual({
    fresh: [{ ...two, count: 2 }],
    lost: [
      { ...one, count: 1 },
      { ...two, count: 1 },
    ],
  });
});
