import { afterEach, describe, expect, test, vi } from 'vitest';
import { readFiles } from '../../src/intake/read-files.ts';
import { fileOf, LockedFile, logBytes } from './fake-files.ts';

afterEach(() => {
  vi.restoreAllMocks();
});

describe('many files', () => {
  test('are read some thirty at a time', async () => {
    const files = Array.from({ length: 1_000 }, (_, i) => fileOf(`${i}.evtx`, logBytes(i)));
    const read = vi.spyOn(Blob.prototype, 'arrayBuffer');
    const sliced = vi.spyOn(Blob.prototype, 'slice');
    const intake = await readFiles(files);
    expect(intake.files.map(({ path }) => path)).toEqual(files.map(({ name }) => name));
    expect(read.mock.calls.length).toBeLessThan(60);
    expect(sliced).not.toHaveBeenCalled();
  });

  test('are told apart from the one among them that cannot be read', async () => {
    const files = Array.from({ length: 40 }, (_, i) => fileOf(`${i}.evtx`, logBytes(i)));
    const intake = await readFiles([...files.slice(0, 20), new LockedFile('locked.evtx'), ...files.slice(20)]);
    expect(intake.files).toHaveLength(40);
    expect(intake.problems).toMatchObject([{ code: 'file-unreadable', file: 'locked.evtx' }]);
  });
});
