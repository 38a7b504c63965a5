import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { CHUNK_BYTES, isTellingLog, RunPlan, type PlannedRun } from '../../src/pool/run-plan.ts';

const MIB = 1_024 * 1_024;

/** Takes the opening run of a file and opens it with the usual header. */
function takeAndOpen(plan: RunPlan, previous?: number): PlannedRun {
  const run = plan.take(previous);
  if (run === undefined) throw new Error('nothing to take');
  return run.open ? plan.opened(run, 4_096, true) : run;
}

describe('the order of runs', () => {
  test('telling logs come first, then the largest', () => {
    const plan = new RunPlan(
      [
        { number: 0, path: 'Application.evtx', size: 4_096 + 50 * CHUNK_BYTES },
        { number: 1, path: 'C/Security.evtx', size: 4_096 + CHUNK_BYTES },
        { number: 2, path: 'Microsoft-Windows-Sysmon%4Operational.evtx', size: 4_096 + 3 * CHUNK_BYTES },
        { number: 3, path: 'Setup.evtx', size: 4_096 + CHUNK_BYTES },
      ],
      2,
    );
    const order = [];
    for (let run = plan.take(undefined); run !== undefined; run = plan.take(undefined)) order.push(run.file);
    expect(order).toEqual([2, 1, 0, 3]);
  });

  test.each([
    ['logs/Security.evtx', true],
    ['Microsoft-Windows-PowerShell%4Operational.evtx', true],
    ['host1_System_2024.evtx', true],
    ['security/Application.evtx', false],
    ['Microsoft-Windows-SystemSettingsThreshold.evtx', false],
  ])('%s is telling: %s', (path, expected) => {
    expect(isTellingLog(path)).toBe(expected);
  });

  test('a worker stays with its file, others take from the tail of it', () => {
    const plan = new RunPlan([{ number: 0, path: 'a.evtx', size: 4_096 + 1_024 * CHUNK_BYTES }], 2);
    const first = takeAndOpen(plan);
    const stolen = takeAndOpen(plan);
    const next = takeAndOpen(plan, 0);
    expect(first.start).toBe(4_096);
    expect(stolen.start + stolen.byteLength).toBe(4_096 + 1_024 * CHUNK_BYTES);
    expect(next.start).toBe(4_096 + first.byteLength);
    expect(first.byteLength).toBe(16 * MIB);
  });

  test('nothing of a file is given out before its header was judged', () => {
    const plan = new RunPlan([{ number: 0, path: 'a.evtx', size: 100 * MIB }], 4);
    const opening = plan.take(undefined);
    expect(opening?.open).toBe(true);
    expect(plan.take(undefined)).toBeUndefined();
    expect(plan.finished).toBe(false);
  });

  test('a header that kills two workers gives the file up', () => {
    const plan = new RunPlan([{ number: 0, path: 'a.evtx', size: 1_000_000 }], 1);
    const first = plan.take(undefined)!;
    expect(plan.giveBack(first, 0)).toEqual([]);
    const second = plan.take(undefined)!;
    expect(plan.giveBack(second, 0)).toEqual([{ start: 0, end: 1_000_000 }]);
    expect(plan.finished).toBe(true);
  });
});

describe('small files', () => {
  const smallFiles = (count: number, size: number): { number: number; path: string; size: number }[] =>
    Array.from({ length: count }, (_, number) => ({ number, path: `${number}.evtx`, size }));

  test('are taken in groups of about 1 MiB, and by several workers in fair shares', () => {
    const plan = new RunPlan(smallFiles(1_000, 4_096 + CHUNK_BYTES), 2);
    const jobs: PlannedRun[][][] = [];
    for (let job = plan.takeGroups(undefined); job !== undefined; job = plan.takeGroups(undefined)) jobs.push(job);
    const taken = jobs.flat(2).map(({ file }) => file);
    expect(taken).toEqual(Array.from({ length: 1_000 }, (_, file) => file));
    expect(jobs.length).toBeLessThan(40);
    // A quarter of what there is: with two workers neither waits for the other at the end.
    expect(jobs[0]!.flat().length).toBeLessThanOrEqual(252);
    for (const group of jobs.flat()) expect(group.length * (4_096 + CHUNK_BYTES)).toBeLessThanOrEqual(MIB);
  });

  test('are not put together with large ones, nor with more telling ones', () => {
    const plan = new RunPlan(
      [
        { number: 0, path: 'Security.evtx', size: 4_096 + CHUNK_BYTES },
        { number: 1, path: 'a.evtx', size: 100 * MIB },
        { number: 2, path: 'b.evtx', size: 4_096 + CHUNK_BYTES },
        { number: 3, path: 'c.evtx', size: 4_096 },
      ],
      1,
    );
    const files = [];
    for (let taken = 0; taken < 3; taken++)
      files.push(
        plan
          .takeGroups(undefined)!
          .flat()
          .map(({ file }) => file),
      );
    expect(files).toEqual([[0], [1], [2, 3]]);
  });

  test('that a worker died on are tried alone, those it had not begun in groups as before', () => {
    const plan = new RunPlan(smallFiles(100, 4_096 + CHUNK_BYTES), 1);
    const [begun, ...others] = plan.takeGroups(undefined)!;
    for (const run of begun!) expect(plan.giveBack(run, 0)).toEqual([]);
    for (const run of others.flat()) plan.giveBackUntouched(run);
    const jobs: PlannedRun[][][] = [];
    for (let job = plan.takeGroups(undefined); job !== undefined; job = plan.takeGroups(undefined)) jobs.push(job);
    expect(jobs.slice(-begun!.length).map((job) => job.flat().length)).toEqual(begun!.map(() => 1));
    expect(jobs[0]!.flat().length).toBeGreaterThan(10);
    expect(new Set(jobs.flat(2).map(({ file }) => file)).size).toBe(100);
  });
});

describe('every chunk is settled exactly once', () => {
  test('whatever order workers take, finish and die in', () => {
    const size = fc.oneof(fc.integer({ min: 0, max: 900 * CHUNK_BYTES }), fc.integer({ min: 0, max: 9 * CHUNK_BYTES }));
    const sizes = fc.array(size, { minLength: 1, maxLength: 12 });
    const steps = fc.infiniteStream(
      fc.record({
        die: fc.integer({ min: 0, max: 3 }),
        share: fc.double({ min: 0, max: 1, noNaN: true }),
        worker: fc.nat(3),
      }),
    );
    fc.assert(
      fc.property(sizes, steps, (fileSizes, stream) => {
        const plan = new RunPlan(
          fileSizes.map((size, number) => ({ number, path: `${number}.evtx`, size })),
          4,
        );
        const settled = fileSizes.map(() => new Map<number, number>());
        const settle = (file: number, start: number, end: number): void => {
          for (let at = start; at < end; at += CHUNK_BYTES) settled[file]!.set(at, (settled[file]!.get(at) ?? 0) + 1);
        };
        const out: PlannedRun[] = [];
        let budget = 100_000;
        while (!plan.finished && (budget -= 1) > 0) {
          const step = stream.next().value as { die: number; share: number; worker: number };
          const previous = out[step.worker % Math.max(1, out.length)]?.file;
          const groups = out.length < 4 ? plan.takeGroups(previous) : undefined;
          for (const [at, group] of groups?.entries() ?? []) {
            for (const taken of group) {
              if (at > 0 && step.die === 0) plan.giveBackUntouched(taken);
              else out.push(taken.open ? plan.opened(taken, 4_096, true) : taken);
            }
          }
          if (groups !== undefined && step.share < 0.5) continue;
          const [run] = out.splice(step.worker % out.length, 1);
          if (run === undefined) continue;
          if (step.die !== 0) {
            settle(run.file, run.start, run.start + run.byteLength);
            plan.finish(run);
          } else {
            const done =
              Math.floor((step.share * run.byteLength) / (run.chunksPerSlice * CHUNK_BYTES)) *
              run.chunksPerSlice *
              CHUNK_BYTES;
            settle(run.file, run.start, run.start + done);
            for (const dead of plan.giveBack(run, done)) settle(run.file, dead.start, dead.end);
          }
        }
        expect(plan.finished).toBe(true);
        fileSizes.forEach((size, file) => {
          const expected = new Map<number, number>();
          for (let at = 4_096; at < size; at += CHUNK_BYTES) expected.set(at, 1);
          expect([...settled[file]!].sort((a, b) => a[0] - b[0])).toEqual([...expected]);
        });
      }),
      { numRuns: 60 },
    );
  });
});
