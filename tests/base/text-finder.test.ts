import fc from 'fast-check';
import { expect, test } from 'vitest';
import { TextFinder } from '../../src/base/text-finder.ts';

/** Few letters, so that texts meet, and letters that fold; beyond sixteen texts the finder works with other tables. */
const word = fc.string({ unit: fc.constantFrom('a', 'A', 'b', 'ß', '4', '-'), minLength: 1, maxLength: 6 });
const words = fc.oneof(
  fc.array(word, { minLength: 1, maxLength: 3 }),
  fc.array(word, { minLength: 17, maxLength: 40 }),
);

test('a text is found in bytes, strings and ASCII exactly where folding both shows it', () => {
  fc.assert(
    fc.property(
      words,
      fc.string({ unit: fc.constantFrom('a', 'B', 'b', '4', '-', 'x'), maxLength: 60 }),
      (texts, hay) => {
        const finder = new TextFinder(texts);
        const isIn = texts.some((text) => hay.toLowerCase().includes(text.toLowerCase()));
        const bytes = new Uint8Array(Uint16Array.from(hay, (unit) => unit.charCodeAt(0)).buffer);
        const ascii = Uint8Array.from(hay, (unit) => unit.charCodeAt(0));
        expect([texts, hay, finder.isInBytes(bytes, 0, bytes.length)]).toEqual([texts, hay, isIn]);
        expect([texts, hay, finder.isInText(hay)]).toEqual([texts, hay, isIn]);
        expect([texts, hay, finder.isInAscii(ascii, ascii.length)]).toEqual([texts, hay, isIn]);
      },
    ),
    { numRuns: 2_000 },
  );
});
