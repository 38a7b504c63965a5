import { expect, test } from 'vitest';
import { workerCountFor } from '../../src/pool/worker-count.ts';

test.each([
  [{ cores: 1, deviceMemory: undefined }, 1],
  [{ cores: 4, deviceMemory: undefined }, 4],
  [{ cores: 64, deviceMemory: undefined }, 8],
  [{ cores: 16, deviceMemory: 8 }, 8],
  [{ cores: 16, deviceMemory: 4 }, 6],
  [{ cores: 8, deviceMemory: 1 }, 1],
  [{ cores: 8, deviceMemory: 0.25 }, 1],
])('a machine with %o gets %i workers', (machine, expected) => {
  expect(workerCountFor(machine)).toBe(expected);
});
