import { expect, test } from 'vitest';
import { FreePaths } from '../../src/intake/free-paths.ts';

test('paths that are taken get a number, also where that path is taken too', () => {
  const paths = new FreePaths();
  expect(['a', 'a', 'a (3)', 'a', 'a', 'b'].map((path) => paths.take(path))).toEqual([
    'a',
    'a (2)',
    'a (3)',
    'a (4)',
    'a (5)',
    'b',
  ]);
});

test('a hundred thousand logs of one name cost a step each', () => {
  const paths = new FreePaths();
  for (let i = 1; i < 100_000; i++) paths.take('a.evtx');
  expect(paths.take('a.evtx')).toBe('a.evtx (100000)');
});
