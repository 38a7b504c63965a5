// The short form of `npm run prove:kills`: each way to die, once.

import { expect, test } from 'vitest';
import { dist } from './app-page.ts';
import { isSurvived, KILLS, seededRandom, surviveKills } from './killed-browser.ts';

const SEED = 7;

test(`a case survives the death of ${KILLS.join(', ')} (seed ${SEED})`, async () => {
  const outcomes = await surviveKills({ folder: dist, kills: KILLS.length, kinds: KILLS, random: seededRandom(SEED) });
  expect(outcomes.filter((outcome) => !isSurvived(outcome))).toEqual([]);
  expect(outcomes).toHaveLength(KILLS.length);
});
