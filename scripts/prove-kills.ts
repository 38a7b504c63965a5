// `npm run prove:kills`: kills tab, workers, renderer or browser at random moments of scans (tests/e2e/killed-browser.ts) and
// prints each case that lost something. Exit status 1 when any did. Needs `npm run build` first.
// Usage: npm run prove:kills -- [--count N] [--seed N]

import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { isSurvived, KILLS, seededRandom, surviveKills } from '../tests/e2e/killed-browser.ts';

const folder = process.env['WINNOW_DIST'] ?? join(fileURLToPath(new URL('..', import.meta.url)), 'dist');
const { values } = parseArgs({
  options: { count: { type: 'string', default: '200' }, seed: { type: 'string', default: '1' } },
});
const outcomes = await surviveKills({
  folder,
  kills: Number(values.count),
  random: seededRandom(Number(values.seed)),
  tell: (outcome) => {
    if (!isSurvived(outcome)) console.log(`LOST ${JSON.stringify(outcome)}`);
  },
});
for (const kill of KILLS) {
  const of = outcomes.filter((outcome) => outcome.kill === kill);
  const midway = of.filter(({ shown, expected }) => shown > 0 && shown < expected).length;
  console.log(`${kill}: ${of.length} killed, ${midway} of them with some findings on screen`);
}
const survived = outcomes.filter(isSurvived).length;
console.log(`seed ${values.seed}: ${survived} of ${outcomes.length} cases kept all that was shown and ended the same`);
process.exitCode = survived === outcomes.length ? 0 : 1;
