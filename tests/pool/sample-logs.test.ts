import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { buildSamplePack } from '../../scripts/vite-sample-case.ts';
import { openPack } from '../../src/pool/masked-pack.ts';
import { joinSampleLogs, splitSampleLogs } from '../../src/pool/sample-logs.ts';
import { sampleCase } from '../builders/sample-case.ts';

describe('the logs of the sample case', () => {
  test('come out of one file as they went in', () => {
    const log = fc.record({ path: fc.string(), bytes: fc.uint8Array({ maxLength: 300 }) });
    fc.assert(
      fc.property(fc.array(log, { maxLength: 6 }), (drawn) => {
        const logs = drawn.map(({ path, bytes }) => ({ path, bytes: new Uint8Array(bytes) }));
        expect(splitSampleLogs(joinSampleLogs(logs).buffer)).toEqual(logs);
      }),
    );
  });

  test('are refused when bytes are missing or left over', () => {
    const joined = joinSampleLogs([{ path: 'a.evtx', bytes: new Uint8Array(9) }]);
    for (const size of [0, 3, 8, joined.length - 1]) {
      expect(() => splitSampleLogs(joined.slice(0, size).buffer)).toThrow('damaged');
    }
    expect(() => splitSampleLogs(new Uint8Array([...joined, 0]).buffer)).toThrow('damaged');
  });

  test('ship whole, the same in every build, and without their text in sight', async () => {
    const pack = buildSamplePack();
    expect(buildSamplePack()).toEqual(pack);
    const logs = splitSampleLogs(await openPack(pack));
    const made = [...sampleCase()].map(([path, bytes]) => ({ path: `Sample case/${path}`, bytes }));
    expect(logs.map(({ path }) => path)).toEqual(made.map(({ path }) => path));
    logs.forEach(({ bytes }, at) => expect(Buffer.from(bytes).equals(made[at]!.bytes)).toBe(true));
    expect(Buffer.from(pack).includes('MiniDump')).toBe(false);
    expect(Buffer.from(pack).includes(Buffer.from('MiniDump', 'utf16le'))).toBe(false);
  });
});
