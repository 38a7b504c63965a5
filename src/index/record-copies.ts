// Records that are in the evidence several times: shadow copies, Archive-Security-* beside Security, ForwardedEvents beside
// the local log. Equal in computer, channel, provider, event id, record id and time, and in different files. Found when
// asked for; a case without any keeps nothing.

import { BLOCK_BITS, BLOCK_ROWS, type Block, type EventColumns } from './event-columns.ts';

const BLOCK_MASK = BLOCK_ROWS - 1;
/** Places looked at for one record. Logs are written by strangers: a record that finds no place is shown once more than it needs. */
const MOST_PROBES = 64;
/** Of a computer's channel: in several files. */
const SEVERAL = -1;

export class RecordCopies {
  /** By row, the first row of the same record: itself where there is no other. */
  readonly #firsts: Uint32Array;

  constructor(firsts: Uint32Array) {
    this.#firsts = firsts;
  }

  /** The row that stands for the record of a row. */
  firstOf(row: number): number {
    return this.#firsts[row]!;
  }

  /** All rows of the record of a row, this one included, as they came in. */
  rowsOf(row: number): readonly number[] {
    const first = this.#firsts[row];
    const rows: number[] = [];
    if (first === undefined) return rows;
    for (let at = this.#firsts.indexOf(first, first); at >= 0; at = this.#firsts.indexOf(first, at + 1)) rows.push(at);
    return rows;
  }
}

/** Finds the records that are there several times; undefined when there are none. Keeps 4 bytes a row. */
export function findCopies(columns: EventColumns): RecordCopies | undefined {
  const isShared = sharedNames(columns);
  if (isShared === undefined) return undefined;
  const { count } = columns;
  const firsts = new Uint32Array(count);
  let candidates = 0;
  for (let row = 0; row < count; row++) {
    if (isShared(columns.blocks[row >>> BLOCK_BITS]!, row & BLOCK_MASK)) candidates++;
  }
  const mask = 2 ** Math.ceil(Math.log2(2 * candidates + 1)) - 1;
  /** Numbers of rows, one more each; 0 is free. */
  const table = new Uint32Array(mask + 1);
  let copies = 0;
  for (let row = 0; row < count; row++) {
    firsts[row] = row;
    const block = columns.blocks[row >>> BLOCK_BITS]!;
    const at = row & BLOCK_MASK;
    if (!isShared(block, at)) continue;
    let place = hashOf(block, at) & mask;
    for (let probes = 0; probes < MOST_PROBES; probes++, place = (place + 1) & mask) {
      const known = table[place]! - 1;
      if (known < 0) {
        table[place] = row + 1;
        break;
      }
      const other = columns.blocks[known >>> BLOCK_BITS]!;
      if (!isSame(block, at, other, known & BLOCK_MASK)) continue;
      // Two records of one file are two: copies of a log are other files.
      if (block.file[at] !== other.file[known & BLOCK_MASK]) {
        firsts[row] = known;
        copies++;
      }
      break;
    }
  }
  return copies === 0 ? undefined : new RecordCopies(firsts);
}

type TestRow = (block: Block, at: number) => boolean;

/** Tells rows whose computer's channel is in several files, and that can be recognised; undefined when there are none. */
function sharedNames(columns: EventColumns): TestRow | undefined {
  if (columns.files.filter(({ isLive }) => isLive).length < 2) return undefined;
  const files = new Map<number, number>();
  const keyOf = ({ computer, channel }: Block, at: number): number => computer[at]! * 2 ** 24 + channel[at]!;
  let lastKey = -1;
  let lastFile = -1;
  let hasSeveral = false;
  for (let row = 0; row < columns.count; row++) {
    const block = columns.blocks[row >>> BLOCK_BITS]!;
    const at = row & BLOCK_MASK;
    const key = keyOf(block, at);
    const file = block.file[at]!;
    if (key === lastKey && file === lastFile) continue;
    [lastKey, lastFile] = [key, file];
    if (!columns.files[file]!.isLive) continue;
    const known = files.get(key);
    if (known === undefined) files.set(key, file);
    else if (known !== file) {
      files.set(key, SEVERAL);
      hasSeveral = true;
    }
  }
  if (!hasSeveral) return undefined;
  return (block, at) =>
    (block.recordIdLow[at] !== 0 || block.recordIdHigh[at] !== 0) &&
    block.timeHigh[at] !== 0 &&
    block.computer[at] !== 0 &&
    columns.files[block.file[at]!]!.isLive &&
    files.get(keyOf(block, at)) === SEVERAL;
}

function isSame(a: Block, i: number, b: Block, j: number): boolean {
  return (
    a.recordIdLow[i] === b.recordIdLow[j] &&
    a.timeLow[i] === b.timeLow[j] &&
    a.timeHigh[i] === b.timeHigh[j] &&
    a.recordIdHigh[i] === b.recordIdHigh[j] &&
    a.eventId[i] === b.eventId[j] &&
    a.computer[i] === b.computer[j] &&
    a.channel[i] === b.channel[j] &&
    a.provider[i] === b.provider[j]
  );
}

function hashOf({ recordIdLow, timeLow, timeHigh, computer, channel }: Block, at: number): number {
  let hash = mixed(recordIdLow[at]! ^ 0x9e37_79b9);
  hash = mixed(hash ^ timeLow[at]!);
  hash = mixed(hash ^ timeHigh[at]!);
  return mixed(hash ^ computer[at]! ^ (channel[at]! << 16));
}

/** Spreads the bits of a number over all 32 (the end of MurmurHash3). */
function mixed(value: number): number {
  let hash = Math.imul(value ^ (value >>> 16), 0x85eb_ca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2_ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
