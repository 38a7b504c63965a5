// The work of one thread of `winnow scan`: reads slices, scans them, renders what was found. Knows nothing of other
// threads, of order or of output.

import { createHash } from 'node:crypto';
import { ensureDefined } from '../base/assert.ts';
import { loadProgram } from '../engine/program.ts';
import { formatEvtxDumpJson } from '../evtx/render/evtx-dump-json.ts';
import type { EventElement } from '../model/event.ts';
import type { FindingRow } from '../model/finding.ts';
import { RULE_LEVELS, type Rule, type RuleInfo } from '../model/rule-set.ts';
import type { RuleSource } from '../model/rule-source.ts';
import { parseRuleSet } from '../pool/rule-set-json.ts';
import { createSliceScanner } from '../scan/slice-scanner.ts';
import { matchedParts, type MatchedPart } from '../sigma/interpret/explain.ts';
import { PhaseClock, threadCpuMilliseconds } from './cpu-clock.ts';
import { formatFinding } from './finding-text.ts';
import { readRun } from './read-run.ts';
import type { RenderedFinding, ThreadMessage, ThreadRequest, ThreadRun, ScanSetup } from './thread-protocol.ts';

/** The thread's side of its channel. */
export interface ThreadPort {
  postMessage(message: ThreadMessage): void;
  on(event: 'message', listener: (request: ThreadRequest) => void): unknown;
}

/** Answers requests until the thread is ended. */
export function serveScanThread(port: ThreadPort, setup: ScanSetup): void {
  const cpuBefore = threadCpuMilliseconds() ?? performance.now();
  const { timeRange, recovery } = setup;
  const program = loadProgram(setup.program);
  const scanner = createSliceScanner({ program, ...(timeRange === undefined ? {} : { timeRange }) });
  if (recovery !== undefined) scanner.recovered.enterScan(recovery);
  const rules = createRuleBook(setup);
  const setupMilliseconds = (threadCpuMilliseconds() ?? performance.now()) - cpuBefore;
  const clock = new PhaseClock();
  let recoveredFile = '';
  port.postMessage({ kind: 'ready' });

  const serveRun = (run: ThreadRun): void => {
    const recovered = recovery !== undefined && run.recovery !== undefined;
    if (recovered && run.file.diskPath !== recoveredFile) {
      clock.measure('scan', () => scanner.recovered.enterFile(run.recovery));
      recoveredFile = run.file.diskPath;
    }
    readRun(
      run,
      clock,
      (message) => port.postMessage(message),
      (slice) => {
        const { rows, account, problems, correlation, joins } = clock.measure('scan', () =>
          scanner.scanSlice({ ...slice, recovered }),
        );
        const findings = clock.measure('render', () => renderRows(rows, rules, setup, run));
        const { fileOffset: start, byteLength } = slice;
        const found = { start, byteLength, findings, account, problems, correlation, joins };
        port.postMessage({ kind: 'slice', slice: found });
      },
    );
  };

  port.on('message', (request) => {
    if (request.kind === 'run') serveRun(request.run);
    else port.postMessage({ kind: 'finished', phases: clock.read(), setup: setupMilliseconds });
  });
}

/** Names rules and explains their matches. */
export interface RuleBook {
  infoOf(rule: number): RuleInfo;
  matchedOf(row: FindingRow): readonly MatchedPart[];
}

/** Makes the book of a scan's rules. */
export function createRuleBook(setup: Pick<ScanSetup, 'ruleSet' | 'sources'>): RuleBook {
  const ruleSet = parseRuleSet(setup.ruleSet);
  const sources = new Map((JSON.parse(setup.sources) as RuleSource[]).map((source) => [source.rule, source]));
  const ruleOf = (number: number): Rule => ensureDefined(ruleSet.rules[number], 'rule of a finding');
  return {
    infoOf: (number) => ruleOf(number).info,
    matchedOf(row) {
      const rule = ruleOf(row.rule);
      const source = sources.get(row.rule);
      if (rule.kind !== 'event' || source === undefined) return [];
      return matchedParts(ruleSet, rule, row.event, source, new Map(row.joinedValues));
    },
  };
}

/** Renders the rows of a slice, by offset and rule id. The rows of one record share its event, and so its text. */
export function renderRows(
  rows: readonly FindingRow[],
  rules: RuleBook,
  setup: Pick<ScanSetup, 'minLevel' | 'text'>,
  run: Pick<ThreadRun, 'file' | 'fileHash'>,
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
    const { offset, recordId } = row;
    const isRecovered = row.recordClass === 'recovered';
    const text = formatFinding(row, context, setup.text);
    return { offset, recordId, isRecovered, ruleId: info.id, identity, text };
  });
}

/** Equal for records that are the same event: computer, channel, record id, time and content (design, section 1). */
function identityOf(row: FindingRow, json: string): string {
  const { computer, channel, recordId, time } = row;
  const facts = JSON.stringify([computer, channel, recordId, time]);
  return createHash('sha1').update(facts).update(json).digest('base64');
}
