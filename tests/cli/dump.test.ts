import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { runDump } from '../../src/cli/dump.ts';
import { breakChunkMagic, recordOffset, setFreeOffset, tearRecord } from '../builders/damage.ts';
import { buildLog, chunkOffset, type EventSpec } from '../builders/evtx-builder.ts';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'winnow-dump-'));
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

function put(name: string, bytes: Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, bytes);
  return path;
}

/** A stream that keeps what is written; `slow` takes one block at a time. */
class Kept extends Writable {
  text = '';
  largest = 0;
  readonly #slow: boolean;

  constructor(slow = false) {
    super(slow ? { highWaterMark: 1 } : {});
    this.#slow = slow;
  }

  override _write(block: Buffer, _: string, done: (error?: Error) => void): void {
    this.largest = Math.max(this.largest, block.length);
    this.text += block.toString('utf8');
    if (this.#slow) setImmediate(done);
    else done();
  }
}

async function dump(...args: string[]): Promise<{ status: number; lines: string[]; errors: string }> {
  const out = new Kept();
  const err = new Kept();
  const status = await runDump(args, out, err);
  return { status, lines: out.text === '' ? [] : out.text.replace(/\n$/, '').split('\n'), errors: err.text };
}

const events = (count: number): EventSpec[] =>
  Array.from({ length: count }, (_, i) => ({
    data: [
      ['Index', i],
      ['Text', 'ä\r\nb'],
    ],
  }));
const idOf = (line: string): number =>
  (JSON.parse(line) as { Event: { System: { EventRecordID: number } } }).Event.System.EventRecordID;

describe('winnow dump', () => {
  test('writes one line per record in file order, over files, in each format', async () => {
    const one = put('one.evtx', buildLog({ records: events(5), recordsPerChunk: 2 }));
    const two = put('two.evtx', buildLog({ records: events(2) }));
    const json = await dump(one, two);
    expect(json.status).toBe(0);
    expect(json.lines.map(idOf)).toEqual([1, 2, 3, 4, 5, 1, 2]);
    expect(json.errors).toBe('');
    const trees = await dump('--format', 'canonical', one);
    expect(trees.lines).toHaveLength(5);
    expect((JSON.parse(trees.lines[0]!) as unknown[])[0]).toBe('Event');
    const xml = await dump(one, '--format=xml');
    expect(xml.lines).toHaveLength(5);
    expect(xml.lines[4]).toMatch(/^<Event xmlns='.*<Data Name='Text'>ä&#13;&#10;b<\/Data><\/EventData><\/Event>$/);
  });

  test('shows torn records only with --partial', async () => {
    const log = put('torn.evtx', tearRecord(buildLog({ records: events(3) }), 0, 1, 200));
    const plain = await dump(log);
    expect(plain.lines.map(idOf)).toEqual([1, 3]);
    expect(plain.status).toBe(1);
    expect(plain.errors).toContain('record-torn');
    const partial = await dump(log, '--partial');
    expect(partial.lines).toHaveLength(3);
  });

  test('shows recovered records only with --recovered, once, and says how many', async () => {
    const bytes = buildLog({ records: events(6) });
    const log = put('slack.evtx', setFreeOffset(bytes, 0, recordOffset(bytes, 0, 2) - chunkOffset(0)));
    expect((await dump(log)).lines.map(idOf)).toEqual([1, 2]);
    const recovered = await dump(log, '--recovered');
    expect(recovered.lines.map(idOf)).toEqual([1, 2, 3, 4, 5, 6]);
    expect(recovered.errors).toContain('4 records recovered');
    expect(recovered.status).toBe(0);

    // The same records again, in a slot that lost its header: copies are not shown twice.
    const chunk = buildLog({ records: events(3) }).slice(chunkOffset(0));
    const twice = new Uint8Array(chunkOffset(0) + 2 * chunk.length);
    twice.set(buildLog({ records: events(3) }));
    twice.set(chunk, chunkOffset(1));
    const copies = await dump(put('copies.evtx', breakChunkMagic(twice, 1)), '--recovered');
    expect(copies.lines.map(idOf)).toEqual([1, 2, 3]);
    expect(copies.errors).toContain('0 records recovered');
  });

  test('takes templates for recovered records from the other files too', async () => {
    const known = put('known.evtx', buildLog({ records: events(1) }));
    const bytes = breakChunkMagic(buildLog({ records: events(3) }), 0);
    const view = new DataView(bytes.buffer);
    // Without its definitions: the id behind the first word of each is overwritten.
    for (let at = chunkOffset(0) + 512; at + 10 < bytes.length; at++) {
      if (bytes[at] !== 0x0c || bytes[at + 1] !== 1) continue;
      const definition = chunkOffset(0) + view.getUint32(at + 6, true);
      if (definition + 24 < bytes.length && view.getUint32(definition + 4, true) === view.getUint32(at + 2, true))
        view.setUint32(definition + 4, 0, true);
    }
    const lost = put('lost.evtx', bytes);
    expect((await dump('--recovered', lost)).lines).toEqual([]);
    expect((await dump('--recovered', known, lost)).lines.map(idOf)).toEqual([1, 1, 2, 3]);
  });

  test('reports what is no log and goes on', async () => {
    const log = put('good.evtx', buildLog({ records: events(1) }));
    const text = put('no\u001blog.evtx', new TextEncoder().encode('just some text that is no log'));
    const empty = put('empty.evtx', new Uint8Array(0));
    const outcome = await dump(text, empty, log);
    expect(outcome.lines).toHaveLength(1);
    expect(outcome.status).toBe(1);
    expect(outcome.errors).toMatch(/file-not-evtx[^]*file-empty/);
    expect(outcome.errors).not.toContain('\u001b');
  });

  test('gives 2 for arguments that cannot be used', async () => {
    const log = put('args.evtx', buildLog({ records: events(1) }));
    expect((await dump()).status).toBe(2);
    expect((await dump('--format', 'yaml', log)).status).toBe(2);
    expect((await dump('--what', log)).status).toBe(2);
    const missing = await dump(join(folder, 'missing.evtx'), log);
    expect(missing.status).toBe(2);
    expect(missing.lines).toHaveLength(1);
  });

  test('waits for a slow reader and writes blocks of bounded size', async () => {
    const log = put(
      'long.evtx',
      buildLog({ records: Array.from({ length: 400 }, () => ({ data: [['A', 'x'.repeat(5_000)]] })) }),
    );
    const out = new Kept(true);
    expect(await runDump([log], out, new Kept())).toBe(0);
    expect(out.text.split('\n')).toHaveLength(401);
    expect(out.largest).toBeLessThan(400_000);
  });

  test('ends quietly when the reader has gone', async () => {
    const log = put(
      'gone.evtx',
      buildLog({ records: Array.from({ length: 400 }, () => ({ data: [['A', 'x'.repeat(5_000)]] })) }),
    );
    let taken = 0;
    const out = new Writable({
      write(block: Buffer, _, done): void {
        taken += block.length;
        done(Object.assign(new Error('write EPIPE'), { code: 'EPIPE' }));
      },
    });
    const err = new Kept();
    expect(await runDump([log], out, err)).toBe(0);
    expect(err.text).toBe('');
    expect(taken).toBeLessThan(1_000_000);
  });
});
