// The work of one thread of `winnow scan`: reads slices, scans them, renders what was found. Knows nothing of other
// threads, of order or of output.

import { createHash } from 'node:crypto';
import { closeSync, openSync } from 'node:fs';
import { ensureDefined } from '../base/assert.ts';
import { loadProgram } from '../engine/program.ts';
import { SCRATCH_BYTES } from '../evtx/limits.ts';
import { formatEvtxDumpJson } from '../evtx/render/evtx-dump-json.ts';
import type { EventElement } from '../model/event.ts';
import type { FindingRow } from '../model/finding.ts';
import { RULE_LEVELS, type Rule, type RuleInfo } from '../model/rule-set.ts';
import type { RuleSource } from '../model/rule-source.ts';
import { CHUNK_BYTES } from '../pool/run-plan.ts';
import { parseRuleSet } from '../pool/rule-set-json.ts';
import { createSliceScanner, type Slice } from '../scan/slice-scanner.ts';
import { matchedParts, type MatchedPart } from '../sigma/interpret/explain.ts';
import { PhaseClock, threadCpuMilliseconds } from './cpu-clock.ts';
import { formatFinding } from './finding-text.ts';
import { readAt } from './log-file.ts';
import type { RenderedFinding, ThreadMessage, ThreadRequest, ThreadRun, ThreadSetup } from './thread-protocol.ts';

/** The thread's side of its channel. */
export interface ThreadPort {
  postMessage(message: ThreadMessage): void;
  on(event: 'message', listener: (request: ThreadRequest) => void): unknown;
}

/** Answers requests until the thread is ended. */
export function serveScanThread(port: ThreadPort, setup: ThreadSetup): void {
  const cpuBefore = threadCpuMilliseconds() ?? performance.now();
  const { timeRange } = setup;
  const program = loadProgram(setup.program);
  const scanner = createSliceScanner({ program, ...(timeRange === undefined ? {} : { timeRange }) });
  const rules = createRuleBook(setup);
  const setupMilliseconds = (threadCpuMilliseconds() ?? performance.now()) - cpuBefore;
  const clock = new PhaseClock();
  port.postMessage({ kind: 'ready' });

  const serveRun = (run: ThreadRun): void => {
    const send = (slice: Omit<Slice, 'recovered'>): void => {
      const { recovered } = setup;
      const { rows, account, problems, correlation } = clock.measure('scan', () =>
        scanner.scanSlice({ ...slice, recovered }),
      );
      const findings = clock.measure('render', () => renderRows(rows, rules, setup, run));
      const { fileOffset: start, byteLength } = slice;
      port.postMessage({ kind: 'slice', slice: { start, byteLength, findings, account, problems, correlation } });
    };
    try {
      readRun(run, clock, send);
    } catch (cause) {
      const detail = readErrorText(cause);
      if (detail === undefined) throw cause;
      port.postMessage({ kind: 'unreadable', detail });
    }
    port.postMessage({ kind: 'end' });
  };

  port.on('message', (request) => {
    if (request.kind === 'run') serveRun(request.run);
    else port.postMessage({ kind: 'finished', phases: clock.read(), setup: setupMilliseconds });
  });
}

type SendSlice = (slice: Omit<Slice, 'recovered'>) => void;

/** Reads and scans in turns, with one buffer. */
function readRun(run: ThreadRun, clock: PhaseClock, send: SendSlice): void {
  const sliceBytes = run.chunksPerSlice * CHUNK_BYTES;
  const bytes = new Uint8Array(Math.min(sliceBytes, run.byteLength) + SCRATCH_BYTES);
  const descriptor = openSync(run.file.diskPath, 'r');
  try {
    const end = run.start + run.byteLength;
    for (let fileOffset = run.start; fileOffset < end; fileOffset += sliceBytes) {
      const wanted = Math.min(sliceBytes, end - fileOffset);
      const byteLength = clock.measure('read', () => readAt(descriptor, bytes, wanted, fileOffset));
      if (byteLength > 0) send(sliceOf(bytes, byteLength, fileOffset));
      // Less than the file's size promised: it was cut while we read it, and nothing comes behind.
      if (byteLength < wanted) throw new DOMException('the file became shorter while it was read', 'NotReadableError');
    }
  } finally {
    closeSync(descriptor);
  }
}

function sliceOf(bytes: Uint8Array, byteLength: number, fileOffset: number): Omit<Slice, 'recovered'> {
  const firstChunk = Math.floor(fileOffset / CHUNK_BYTES);
  return { bytes, byteLength, chunkCount: Math.ceil(byteLength / CHUNK_BYTES), firstChunk, fileOffset };
}

/** What the system says about a file that cannot be read, or undefined when the error is a bug of ours. */
function readErrorText(cause: unknown): string | undefined {
  if (cause instanceof DOMException) return cause.message;
  return cause instanceof Error && 'syscall' in cause ? cause.message : undefined;
}

/** Names rules and explains their matches. */
interface RuleBook {
  infoOf(rule: number): RuleInfo;
  matchedOf(row: FindingRow): readonly MatchedPart[];
}

function createRuleBook(setup: ThreadSetup): RuleBook {
  const ruleSet = parseRuleSet(setup.ruleSet);
  const sources = new Map((JSON.parse(setup.sources) as RuleSource[]).map((source) => [source.rule, source]));
  const ruleOf = (number: number): Rule => ensureDefined(ruleSet.rules[number], 'rule of a finding');
  return {
    infoOf: (number) => ruleOf(number).info,
    matchedOf(row) {
      const rule = ruleOf(row.rule);
      const source = sources.get(row.rule);
      return rule.kind === 'event' && source !== undefined ? matchedParts(ruleSet, rule, row.event, source) : [];
    },
  };
}

/** Renders the rows of a slice, by offset and rule id. The rows of one record share its event, and so its text. */
function renderRows(
  rows: readonly FindingRow[],
  rules: RuleBook,
  setup: ThreadSetup,
  run: ThreadRun,
): RenderedFinding[] {
  const least = RULE_LEVELS.indexOf(setup.minLevel);
  const shown = rows
    .map((row) => ({ row, info: rules.infoOf(row.rule) }))
    .filter(({ info }) => RULE_LEVELS.indexOf(info.level) >= least);
  shown.sort((a, b) => a.row.offset - b.row.offset || (a.info.id < b.info.id ? -1 : a.info.id > b.info.id ? 1 : 0));
  const { fileHash } = run;
  let event: EventElement | undefined;
  let eventJson = '';
  let identity = '';
  return shown.map(({ row, info }) => {
    if (row.event !== event) {
      event = row.event;
      eventJson = formatEvtxDumpJson(event);
      identity = identityOf(row, eventJson);
    }
    const context = { info, file: run.file.path, fileHash, eventJson, matched: rules.matchedOf(row) };
    return { offset: row.offset, recordId: row.recordId, identity, text: formatFinding(row, context, setup.text) };
  });
}

/** Equal for records that are the same event: computer, channel, record id, time and content (design, section 1). */
function identityOf(row: FindingRow, json: string): string {
  const { computer, channel, recordId, time } = row;
  const facts = JSON.stringify([computer, channel, recordId, time]);
  return createHash('sha1').update(facts).update(json).digest('base64');
}
