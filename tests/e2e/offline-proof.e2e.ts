// The short form of `npm run prove:offline`, and that the proof fails where it must.

import { expect, test } from 'vitest';
import { proveOffline } from '../../scripts/offline-proof.ts';
import { dist } from './app-page.ts';

test('behind a recording proxy, nothing is asked for after the page is loaded', async () => {
  const seen = await proveOffline({ folder: dist, network: 'proxy' });
  expect(seen.recordersSee).toBe(true);
  expect(seen.findings).toBeGreaterThan(100);
  expect(seen.requests).toEqual([]);
});

test('a planted request makes the proof fail', async () => {
  const seen = await proveOffline({ folder: dist, network: 'proxy', plant: true });
  expect(seen.requests).toContain('GET http://planted.example/');
});
