// The short form of `npm run prove:kills`, and two tabs on one case.

import { expect, test } from 'vitest';
import { dist } from './app-page.ts';
import { isSurvived, seededRandom, surviveKills } from './killed-browser.ts';

const SEED = 7;

test(`a case survives the death of tab, renderer and browser (seed ${SEED})`, async () => {
  const outcomes = await surviveKills({ folder: dist, kills: 5, random: seededRandom(SEED) });
  expect(outcomes.filter((outcome) => !isSurvived(outcome))).toEqual([]);
  expect(outcomes).toHaveLength(5);
});
