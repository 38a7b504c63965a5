// Reads and writes the parts of a case that come in numbers: blocks of findings and judgements. In pages, so that no
// step holds the main thread and no transaction has to outlive a consumer that takes its time.

import type { IDBPObjectStore, StoreNames } from 'idb';
import type { CaseId } from '../model/case.ts';
import type { FindingKey, Triage } from '../model/finding.ts';
import type { Connection } from './connection.ts';
import { maskText, randomSeed, unmaskText } from '../base/mask.ts';
import { mergeJudgements } from '../model/merge-judgement.ts';
import { rangeOfCase, type BlockRecord, type WinnowSchema } from './schema.ts';

/** One block a step: each is then a task of its own (3 ms to decode), and reading ahead hides the way to the disk. */
const BLOCKS_A_STEP = 1;
const JUDGEMENTS_A_STEP = 1_000;
/** Keys are masked too (they name computers), and with a fixed seed, because a key has to be found again. */
const KEY_SEED = 0x5eed_0001;

type TriageStore = IDBPObjectStore<WinnowSchema, StoreNames<WinnowSchema>[], 'triage', 'readwrite'>;

/** Gives the blocks of a case in order, reading one step ahead of the consumer. */
export async function* loadBlocks(connection: Connection, id: CaseId): AsyncGenerator<BlockRecord> {
  const loadStep = async (after: number | undefined) => {
    const database = await connection.database();
    return database.getAll('blocks', rangeOfCase(id, after), BLOCKS_A_STEP);
  };
  let step = await loadStep(undefined);
  for (let last = step.at(-1); last !== undefined; last = step.at(-1)) {
    const next = loadStep(last.sequence);
    // The consumer may stop before this is awaited.
    next.catch(() => undefined);
    yield* step;
    step = await next;
  }
}

/** Gives all judgements of a case. */
export async function loadTriageRecords(connection: Connection, id: CaseId): Promise<Map<FindingKey, Triage>> {
  const database = await connection.database();
  const triage = new Map<FindingKey, Triage>();
  let range = rangeOfCase(id);
  for (;;) {
    const transaction = database.transaction('triage');
    const [keys, records] = await Promise.all([
      transaction.store.getAllKeys(range, JUDGEMENTS_A_STEP),
      transaction.store.getAll(range, JUDGEMENTS_A_STEP),
    ]);
    for (const { bytes, seed } of records) {
      const judgement = JSON.parse(unmaskText(bytes, seed)) as Triage;
      triage.set(judgement.key, judgement);
    }
    const last = keys.at(-1);
    if (last === undefined || keys.length < JUDGEMENTS_A_STEP) return triage;
    range = IDBKeyRange.bound(last, [id, []], true, true);
  }
}

/**
 * Writes judgements, up to 1,000 a transaction, and takes out of the map what is written. What another tab has written
 * since this tab saw `before` is merged within the transaction.
 */
export async function saveTriageRecords(
  triage: Map<FindingKey, Triage>,
  before: ReadonlyMap<FindingKey, Triage>,
  id: CaseId,
  write: (body: (store: TriageStore) => Promise<void>) => Promise<void>,
): Promise<void> {
  while (triage.size > 0) {
    const step = [...triage.values()].slice(0, JUDGEMENTS_A_STEP);
    const keys = step.map(({ key }) => maskText(JSON.stringify(key), KEY_SEED));
    await write(async (store) => {
      const stored = await Promise.all(keys.map((key) => store.get([id, key])));
      const puts = step.map((ours, at) => {
        const record = stored[at];
        const theirs = record && (JSON.parse(unmaskText(record.bytes, record.seed)) as Triage);
        const merged = theirs === undefined ? ours : mergeJudgements(before.get(ours.key), ours, theirs);
        const seed = randomSeed();
        return store.put({ seed, bytes: maskText(JSON.stringify(merged), seed) }, [id, keys[at]!]);
      });
      await Promise.all(puts);
    });
    for (const { key } of step) triage.delete(key);
  }
}
