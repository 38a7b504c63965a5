// Measures rules/core on the logs of ../shared: attack logs recognised, loud findings on ordinary logs, rules that never
// fired. Every log is scanned by itself with the shipped engine. What the figures mean: docs/core-rules.md.
//
//   node --import ./scripts/typescript.mjs scripts/measure-rules.ts [--logs]      --logs: what fired on every log

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { compileProgram } from '../src/engine/compile/compile-program.ts';
import { loadProgram } from '../src/engine/program.ts';
import { CHUNK_SIZE, FILE_HEADER_SIZE, SCRATCH_BYTES } from '../src/evtx/limits.ts';
import type { CorrelationRows } from '../src/model/correlation.ts';
import { RULE_LEVELS, type RuleInfo, type RuleSet } from '../src/model/rule-set.ts';
import { correlateScan } from '../src/scan/correlate-scan.ts';
import { createSliceScanner, type SliceScanner } from '../src/scan/slice-scanner.ts';
import { compileRules } from '../src/sigma/compile-rules.ts';
import { readCoreRules } from './core-rules.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const SHARED = join(ROOT, '..', 'shared');

/** Logs of one attack each, by their top folder; the ones that other people chose come as a cross-check. */
const ATTACKS = ['evtx-to-mitre-attack', 'evtx-attack-samples'];
const OTHERS = ['sigmahq-regression', 'hayabusa-samples', 'chainsaw-tests'];
const ORDINARY = ['evtx-parser-samples', 'ts-evtx-fixtures'];

/** What a log shows whose path names neither tactic nor technique: part of the path, tactics and techniques. */
const SHOWN: readonly (readonly [part: string, ...expected: string[]])[] = [
  ['ID1151-Defender health status', 'defense-evasion', 't1562'],
  ['PSexec as system execution', 'execution', 'lateral-movement', 't1569', 't1021'],
  ['Eternal Romance', 'lateral-movement', 'execution', 't1210', 't1569', 't1021'],
  ['Mimikatz print spool', 'privilege-escalation', 'persistence', 't1547', 't1068'],
  ['(PrintNightmare)', 'privilege-escalation', 'persistence', 't1547', 't1068'],
  ['WMIexec execution via SMB', 'execution', 'lateral-movement', 't1047', 't1021'],
  ['SAM the admin', 'privilege-escalation', 'credential-access', 't1068', 't1558'],
  ['sideloading_uacbypass', 'execution', 'privilege-escalation', 'defense-evasion', 'command-and-control'],
  ['WinDefender_Events_1117', 'execution', 'defense-evasion', 't1562'],
  ['exec_emotet', 'execution', 't1059'],
  ['UACME_59', 'privilege-escalation', 'defense-evasion', 't1548'],
];

interface ManifestLog {
  readonly file: string;
  readonly allocated: number;
}

interface Judged {
  readonly log: ManifestLog;
  /** Findings by rule number. */
  readonly fired: ReadonlyMap<number, number>;
}

const { ruleSet, verdicts } = compileRules(readCoreRules(ROOT));
const broken = verdicts.filter(({ verdict }) => verdict !== 'compiled');
if (broken.length > 0) throw new Error(broken.map(({ file, reason }) => `${file}: ${reason}`).join('\n'));

const manifest = JSON.parse(readFileSync(join(SHARED, 'evtx/manifest.json'), 'utf8')) as ManifestLog[];
const scanner = createSliceScanner({ program: loadProgram(compileProgram(ruleSet)) });
const judged = manifest.map((log) => judgeLog(ruleSet, scanner, log));
process.stdout.write(formatReport(ruleSet, judged, process.argv.includes('--logs')));

/** Scans one log by itself, correlations included. */
function judgeLog(rules: RuleSet, slices: SliceScanner, log: ManifestLog): Judged {
  const file = readFileSync(join(SHARED, 'evtx', log.file));
  const byteLength = Math.max(0, file.length - FILE_HEADER_SIZE);
  const bytes = new Uint8Array(byteLength + SCRATCH_BYTES);
  bytes.set(file.subarray(FILE_HEADER_SIZE));
  const chunkCount = Math.ceil(byteLength / CHUNK_SIZE);
  const slice = { bytes, byteLength, chunkCount, firstChunk: 0, fileOffset: FILE_HEADER_SIZE, recovered: false };
  const { rows, correlation } = slices.scanSlice(slice);
  const parts: { rank: number; rows: CorrelationRows }[] = correlation ? [{ rank: 0, rows: correlation }] : [];
  const correlations = rules.rules.map((rule) => (rule.kind === 'correlation' ? rule : undefined));
  const fired = new Map<number, number>();
  for (const { rule } of [...rows, ...correlateScan(correlations, parts).fired]) {
    if (rules.rules[rule]?.generates === true) fired.set(rule, (fired.get(rule) ?? 0) + 1);
  }
  return { log, fired };
}

/** Tactics and techniques, in lower case, that a log shows by its path or by the table above. */
function expectedOf(file: string): readonly string[] {
  const listed = SHOWN.find(([part]) => file.includes(part));
  if (listed !== undefined) return listed.slice(1);
  return file
    .toLowerCase()
    .split('/')
    .slice(0, -1)
    .flatMap((folder) => {
      const technique = /\bt\d{4}\b/.exec(folder)?.[0];
      const words = folder.replace(/^ta\d{4}-/, '').replaceAll(' ', '-');
      return technique === undefined ? [words] : [technique];
    });
}

/** A finding names what a log shows when a tag is one of its tactics or of its techniques (sub-techniques count as one). */
function names(info: RuleInfo, expected: readonly string[]): boolean {
  return info.tags.some((tag) => expected.includes(tag.slice('attack.'.length).split('.')[0] ?? ''));
}

function formatReport(rules: RuleSet, logs: readonly Judged[], detailed: boolean): string {
  const infoOf = (rule: number): RuleInfo => rules.rules[rule]!.info;
  const nameOf = (rule: number): string => infoOf(rule).file.replace(/\.yml$/, '');
  const rank = (rule: number): number => RULE_LEVELS.indexOf(infoOf(rule).level);
  const inFolders = (folders: readonly string[]): readonly Judged[] =>
    logs.filter(({ log }) => folders.some((folder) => log.file.startsWith(`${folder}/`)));
  const list = ({ fired }: Judged): string =>
    [...fired].map(([rule, count]) => `${nameOf(rule)} [${infoOf(rule).level}] ×${count}`).join(', ');
  const isNamed = ({ log, fired }: Judged, least: number): boolean =>
    [...fired.keys()].some((rule) => rank(rule) >= least && names(infoOf(rule), expectedOf(log.file)));
  const share = (part: number, whole: number): string =>
    `${part} of ${whole} (${((100 * part) / Math.max(1, whole)).toFixed(1)} %)`;

  const medium = RULE_LEVELS.indexOf('medium');
  const high = RULE_LEVELS.indexOf('high');
  const attacks = inFolders(ATTACKS);
  const ordinary = inFolders(ORDINARY);
  const others = inFolders(OTHERS);
  const missed = attacks.filter((each) => !isNamed(each, medium));
  const events = ordinary.reduce((sum, { log }) => sum + log.allocated, 0);
  const loud = ordinary.flatMap(({ log, fired }) =>
    [...fired].filter(([rule]) => rank(rule) >= high).map(([rule, count]) => ({ log, rule, count })),
  );
  const loudCount = loud.reduce((sum, { count }) => sum + count, 0);
  const seen = new Set(logs.flatMap(({ fired }) => [...fired.keys()]));
  const shown = rules.rules.flatMap(({ generates }, rule) => (generates ? [rule] : []));
  const silent = shown.filter((rule) => !seen.has(rule));
  const countAtLeast = (least: number): number =>
    others.filter(({ fired }) => [...fired.keys()].some((rule) => rank(rule) >= least)).length;

  const lines = [
    `rules that make findings                          ${shown.length} (${shown.filter((rule) => rules.rules[rule]?.kind === 'correlation').length} correlations)`,
    `attack logs named, level medium or higher         ${share(attacks.length - missed.length, attacks.length)}`,
    `attack logs named, any level                      ${share(attacks.filter((each) => isNamed(each, 0)).length, attacks.length)}`,
    `high or critical per 1,000 events, ordinary logs  ${((1000 * loudCount) / events).toFixed(2)} (${loudCount} in ${events} events of ${ordinary.length} logs)`,
    `other samples, any finding of medium or higher    ${share(countAtLeast(medium), others.length)}`,
    `other samples, any finding                        ${share(countAtLeast(0), others.length)}`,
    `rules that fired on some log                      ${share(shown.length - silent.length, shown.length)}`,
    '',
    'attack logs that no finding of medium or higher names:',
    ...missed.map((each) => `  ${each.log.file}\n      ${list(each) || '(nothing)'}`),
    '',
    'findings of high or critical on ordinary logs:',
    ...loud.map(({ log, rule, count }) => `  ${log.file}: ${nameOf(rule)} [${infoOf(rule).level}] ×${count}`),
    '',
    'rules that never fired:',
    ...silent.map((rule) => `  ${nameOf(rule)}`),
  ];
  if (detailed)
    lines.push('', 'all logs:', ...logs.map((each) => `  ${each.log.file}\n      ${list(each) || '(nothing)'}`));
  return `${lines.join('\n')}\n`;
}
