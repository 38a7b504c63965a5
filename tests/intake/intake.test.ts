import fc from 'fast-check';
import { describe, expect, test, vi } from 'vitest';
import type { Intake } from '../../src/intake/evidence.ts';
import { openPacked } from '../../src/intake/open-packed.ts';
import { readDrop } from '../../src/intake/read-drop.ts';
import { readFiles } from '../../src/intake/read-files.ts';
import { readHandles } from '../../src/intake/read-handles.ts';
import { bytesOf, fakeDrop, fileOf, gzip, handleOf, LockedFile, logBytes } from './fake-files.ts';

const paths = (intake: Intake) => intake.files.map((file) => file.path);
const codes = (intake: Intake) => intake.problems.map((problem) => `${problem.code} ${problem.file ?? ''}`.trim());

describe('readDrop', () => {
  test('takes everything within the turn of the drop event', async () => {
    const { dataTransfer, release } = fakeDrop({ Logs: { 'a.evtx': fileOf('a.evtx', logBytes()) } });
    const reading = readDrop(dataTransfer);
    release();
    expect(paths(await reading)).toEqual(['Logs/a.evtx']);
  });

  test('lists folders of more than one batch whole, in the order of their names', async () => {
    const folder: Record<string, File> = Object.fromEntries(
      Array.from({ length: 250 }, (_, i): [string, File] => {
        const name = `${String(i).padStart(3, '0')}.evtx`;
        return [name, fileOf(name, logBytes(i % 250))];
      }).reverse(),
    );
    const intake = await readDrop(fakeDrop({ Logs: folder }).dataTransfer);
    expect(intake.files).toHaveLength(250);
    expect(paths(intake)).toEqual([...paths(intake)].sort());
  });

  test('counts thousands of other files by extension instead of listing them', async () => {
    const folder: Record<string, File> = Object.fromEntries(
      Array.from({ length: 3_000 }, (_, i) => [`${String(i)}.DLL`, fileOf('x.DLL', 'MZ')]),
    );
    const intake = await readDrop(
      fakeDrop({
        System32: { ...folder, 'readme.txt': fileOf('readme.txt', 'hi'), LICENSE: fileOf('LICENSE', 'text') },
      }).dataTransfer,
    );
    expect(intake.problems).toEqual([]);
    expect(Object.fromEntries(intake.skipped)).toEqual({ dll: 3_000, txt: 1, '': 1 });
  });

  test('finds a log under any name by its content', async () => {
    const intake = await readDrop(
      fakeDrop({ image: { 'Security.evtx.bak': fileOf('x', logBytes(1)), '12345': fileOf('12345', logBytes(2)) } })
        .dataTransfer,
    );
    expect(paths(intake)).toEqual(['image/12345', 'image/Security.evtx.bak']);
  });

  test('gives one line for each locked, refused, empty, cut or foreign log', async () => {
    const intake = await readDrop(
      fakeDrop({
        Logs: {
          'a-locked.evtx': new LockedFile('a-locked.evtx'),
          'b-refused.evtx': 'refused',
          'c-empty.evtx': fileOf('c-empty.evtx', ''),
          'd-cut.evtx': fileOf('d-cut.evtx', logBytes(1, 1_000)),
          'e-json.evtx': fileOf('e-json.evtx', '{"a":1}'),
          'f-old.evt': fileOf('f-old.evt', bytesOf('0\0\0\0LfLe')),
          'g-good.evtx': fileOf('g-good.evtx', logBytes()),
        },
      }).dataTransfer,
    );
    expect(paths(intake)).toEqual(['Logs/g-good.evtx']);
    expect(codes(intake)).toEqual([
      'file-unreadable Logs/a-locked.evtx',
      'file-unreadable Logs/b-refused.evtx',
      'file-empty Logs/c-empty.evtx',
      'file-too-small Logs/d-cut.evtx',
      'file-not-evtx Logs/e-json.evtx',
      'file-other-format Logs/f-old.evt',
    ]);
    expect(intake.problems[0]?.hint).toContain('wevtutil epl "a-locked" COPY.evtx');
    for (const problem of intake.problems) expect(problem.hint).toBeTruthy();
  });

  test('keeps what a folder listed before it failed, and goes on beside it', async () => {
    const intake = await readDrop(
      fakeDrop({
        image: {
          ...Object.fromEntries(Array.from({ length: 100 }, (_, i) => [`${String(i)}.evtx`, fileOf('x', logBytes(i))])),
          '(fail)': 'refused',
        },
        more: { 'z.evtx': fileOf('z.evtx', logBytes(201)) },
      }).dataTransfer,
    );
    expect(intake.files).toHaveLength(101);
    expect(codes(intake)).toEqual(['folder-unreadable image']);
  });

  test('stops at its depth and count and says so', async () => {
    let deep: Parameters<typeof fakeDrop>[0] = { 'a.evtx': fileOf('a.evtx', logBytes()) };
    for (let i = 0; i < 100; i++) deep = { d: deep };
    expect(codes(await readDrop(fakeDrop(deep).dataTransfer))[0]).toMatch(/^limit-reached d\/d/);

    const many = Object.fromEntries(
      Array.from({ length: 60 }, (_, i) => [`${String(i)}.evtx`, fileOf('x', logBytes(i))]),
    );
    const intake = await readDrop(fakeDrop({ many }).dataTransfer, { maxEntries: 21 });
    expect(intake.files).toHaveLength(20);
    expect(codes(intake)).toEqual(['limit-reached']);
  });

  test('keeps handles as roots and still walks entries where a handle is refused', async () => {
    const tree = { Logs: { 'a.evtx': fileOf('a.evtx', logBytes()) } };
    const intake = await readDrop(fakeDrop(tree, true).dataTransfer);
    expect(intake.roots?.map((root) => root.name)).toEqual(['Logs']);
    const refusing = fakeDrop(tree).dataTransfer;
    for (const item of refusing.items) {
      Object.assign(item, { getAsFileSystemHandle: () => Promise.reject(new DOMException('no', 'NotAllowedError')) });
    }
    expect(paths(await readDrop(refusing))).toEqual(['Logs/a.evtx']);
  });

  test('finds the logs of a folder whichever of entries and handles the browser lets through', async () => {
    const logs = { 'a.evtx': fileOf('a.evtx', logBytes()) };
    const filePage = { '(file page)': 'refused' as const };
    expect(paths(await readDrop(fakeDrop({ Logs: filePage }, { Logs: logs }).dataTransfer))).toEqual(['Logs/a.evtx']);
    expect(paths(await readDrop(fakeDrop({ Logs: logs }, { Logs: { '(fail)': 'refused' } }).dataTransfer))).toEqual([
      'Logs/a.evtx',
    ]);
    const neither = await readDrop(fakeDrop({ Logs: filePage }).dataTransfer);
    expect(codes(neither)).toEqual(['folder-unreadable Logs']);
    expect(neither.problems[0]?.hint).toContain('button');
  });

  test('does not wait for a handle that never comes', async () => {
    const { dataTransfer } = fakeDrop({ Logs: { 'a.evtx': fileOf('a.evtx', logBytes()) } });
    for (const item of dataTransfer.items)
      Object.assign(item, { getAsFileSystemHandle: () => new Promise(() => undefined) });
    vi.useFakeTimers();
    try {
      const reading = readDrop(dataTransfer);
      await vi.advanceTimersByTimeAsync(2_000);
      expect(paths(await reading)).toEqual(['Logs/a.evtx']);
    } finally {
      vi.useRealTimers();
    }
  });

  test('looks into a bounded number of files of other kinds and says how many it did not', async () => {
    const folder = Object.fromEntries(Array.from({ length: 5_010 }, (_, i) => [`f${String(i)}.dat`, fileOf('x', 'x')]));
    const intake = await readDrop(fakeDrop({ folder }).dataTransfer);
    expect(intake.problems).toMatchObject([{ code: 'limit-reached', severity: 'info', count: 10 }]);
    expect(intake.skipped.get('dat')).toBe(5_010);
  });

  test('hands rule files on without reading them', async () => {
    const intake = await readDrop(
      fakeDrop({ rules: { 'a.yml': new LockedFile('a.yml'), 'b.YAML': fileOf('b', 'x') } }).dataTransfer,
    );
    expect(intake.ruleFiles?.map((file) => file.path)).toEqual(['rules/a.yml', 'rules/b.YAML']);
    expect(intake.problems).toEqual([]);
  });
});

describe('the same log twice', () => {
  test('is read once and said so', async () => {
    const intake = await readFiles([
      fileOf('a.evtx', logBytes(1)),
      fileOf('copy.evtx', logBytes(1)),
      fileOf('b.evtx', logBytes(2)),
    ]);
    expect(paths(intake)).toEqual(['a.evtx', 'b.evtx']);
    expect(codes(intake)).toEqual(['file-duplicate copy.evtx']);
    expect(intake.problems[0]?.detail).toContain('a.evtx');
  });

  test('is not a later state of a log whose header and size did not change', async () => {
    const later = logBytes(1, 4_096 + 3 * 1_048_576);
    later[2_000_000] = 7;
    const intake = await readFiles([fileOf('mon.evtx', logBytes(1, 4_096 + 3 * 1_048_576)), fileOf('tue.evtx', later)]);
    expect(paths(intake)).toEqual(['mon.evtx', 'tue.evtx']);
  });

  test('different logs of one path get paths of their own', async () => {
    const intake = await readFiles([1, 2, 3].map((seed) => fileOf('Security.evtx', logBytes(seed))));
    expect(paths(intake)).toEqual(['Security.evtx', 'Security.evtx (2)', 'Security.evtx (3)']);
  });
});

describe('packed files', () => {
  test('a gzipped log is found and stays packed until it is scanned', async () => {
    const intake = await readFiles([fileOf('Security.evtx.gz', await gzip(logBytes(9)))]);
    expect(paths(intake)).toEqual(['Security.evtx']);
    const [{ size, blob, packed } = {}] = intake.files;
    expect([size, blob?.size, packed?.form]).toEqual([logBytes(9).length, 0, 'gzip']);
    expect(new Uint8Array(await new Response(openPacked(packed!)).arrayBuffer())).toEqual(logBytes(9));
  });

  test('gzip without a log in it is refused with advice', async () => {
    const intake = await readFiles([fileOf('logs.tar.gz', await gzip(bytesOf('just text')))]);
    expect(intake.files).toEqual([]);
    expect(codes(intake)).toEqual(['file-other-format logs.tar.gz']);
  });

  test('a gzipped log that was cut within its header is a line', async () => {
    const intake = await readFiles([fileOf('x.evtx.gz', await gzip(logBytes(1, 1_000)))]);
    expect(intake.files).toEqual([]);
    expect(codes(intake)).toEqual(['file-too-small x.evtx']);
  });

  test('the same gzipped log twice is read once', async () => {
    const packed = await gzip(logBytes(9));
    const intake = await readFiles([fileOf('a.evtx.gz', packed), fileOf('b.evtx.gz', packed)]);
    expect(paths(intake)).toEqual(['a.evtx']);
    expect(codes(intake)).toEqual(['file-duplicate b.evtx']);
  });

  test('a zip is refused with advice without a reader', async () => {
    const zip = fileOf('kape.zip', bytesOf('PK\x03\x04'));
    expect(codes(await readFiles([zip]))).toEqual(['file-other-format kape.zip']);
    const broken = await readFiles([zip], { openZip: () => Promise.reject(new Error('no directory')) });
    expect(codes(broken)).toEqual(['archive-damaged kape.zip']);
  });
});

describe('a saved case', () => {
  const saved = bytesOf(`PK\x03\x04${'\0'.repeat(26)}winnow-case.json`);

  test('that was chosen itself is handed on, whatever it is called', async () => {
    const intake = await readFiles([fileOf('theirs.zip', saved), fileOf('a.evtx', logBytes())]);
    expect(intake.caseFiles?.map(({ name }) => name)).toEqual(['theirs.zip']);
    expect([paths(intake), codes(intake)]).toEqual([['a.evtx'], []]);
  });

  test('that lies in a folder is only counted', async () => {
    const intake = await readHandles([handleOf('Evidence', { 'a.winnow': fileOf('a.winnow', saved) })]);
    expect([intake.caseFiles, intake.files, intake.skipped]).toEqual([[], [], new Map([['winnow', 1]])]);
  });
});

describe('other ways in', () => {
  test('a picked folder keeps its relative paths', async () => {
    const file = fileOf('a.evtx', logBytes());
    Object.defineProperty(file, 'webkitRelativePath', { value: 'Logs/sub/a.evtx' });
    expect(paths(await readFiles([file]))).toEqual(['Logs/sub/a.evtx']);
  });

  test('handles are walked like entries, and one without permission is a line', async () => {
    const root = handleOf('Logs', { 'a.evtx': fileOf('a.evtx', logBytes()), 'b.evtx': 'refused' });
    const intake = await readHandles([root]);
    expect(paths(intake)).toEqual(['Logs/a.evtx']);
    expect(codes(intake)).toEqual(['file-unreadable Logs/b.evtx']);
    const denied = await readHandles([handleOf('Gone', { '(fail)': 'refused' })]);
    expect(codes(denied)).toEqual(['folder-unreadable Gone']);
  });

  test('an abort ends the walk with what was found', async () => {
    const control = new AbortController();
    const files = Array.from({ length: 500 }, (_, i) => fileOf(`${String(i)}.evtx`, logBytes(i % 256)));
    const intake = await readFiles(files, { signal: control.signal, onProgress: () => control.abort() });
    expect(intake.files.length).toBeGreaterThan(0);
    expect(intake.files.length).toBeLessThan(200);
  });

  test('thousands of problems of one kind end in a count', async () => {
    const files = Array.from({ length: 1_000 }, (_, i) => new LockedFile(`${String(i)}.evtx`, 1));
    const intake = await readFiles(files);
    expect(intake.problems).toHaveLength(201);
    expect(intake.problems.at(-1)).toMatchObject({ code: 'file-unreadable', count: 800 });
  });

  test('any bytes under any name settle without a rejection', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.string(), fc.uint8Array({ maxLength: 300 })), { maxLength: 5 }),
        async (raw) => {
          const intake = await readFiles(raw.map(([name, bytes]) => fileOf(name, bytes)));
          const skipped = [...intake.skipped.values()].reduce((sum, n) => sum + n, 0);
          const accounted = intake.files.length + intake.problems.length + skipped + (intake.ruleFiles?.length ?? 0);
          expect(accounted).toBeGreaterThanOrEqual(raw.length);
        },
      ),
      { numRuns: 50 },
    );
  });
});
