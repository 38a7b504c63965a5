// `winnow rules check`: what becomes of each document of a rule set, without any log. One JSON line per document with
// --json (contract: design.md section 3), else one line per remark and a summary.

import type { Diagnostic } from '../model/diagnostic.ts';
import type { RuleVerdict } from '../model/rule-set.ts';
import { compileRules } from '../sigma/compile-rules.ts';
import { loadRuleSources } from './rule-sources.ts';

/** Where output goes; a stream or a test's collector. */
export interface TextSink {
  write(text: string): unknown;
}

const USAGE = 'usage: winnow rules check PATH… [--json]\n';

/** Runs the command; gives the exit status: 0 all usable, 1 something was rejected or unreadable, 2 unusable arguments. */
export async function runRulesCheck(argv: readonly string[], out: TextSink, err: TextSink): Promise<number> {
  const end = argv.indexOf('--');
  const options = (end < 0 ? argv : argv.slice(0, end)).filter((each) => each.startsWith('-') && each !== '-');
  const paths = [
    ...(end < 0 ? argv : argv.slice(0, end)).filter((each) => !each.startsWith('-')),
    ...(end < 0 ? [] : argv.slice(end + 1)),
  ];
  const unknown = options.find((option) => option !== '--json');
  if (unknown !== undefined || paths.length === 0) {
    err.write(
      unknown === undefined ? `winnow: no rules given\n${USAGE}` : `winnow: unknown option ${unknown}\n${USAGE}`,
    );
    return 2;
  }
  const sources = await loadRuleSources(paths);
  if (sources.missing.length > 0) {
    for (const path of sources.missing) err.write(`winnow: ${path} does not exist\n`);
    return 2;
  }
  for (const { path, reason } of sources.unreadable) err.write(`winnow: ${path} cannot be read: ${reason}\n`);
  const { verdicts } = compileRules(sources.files);
  const lines = options.includes('--json')
    ? verdicts.map(formatJson)
    : [...verdicts.map(formatText).filter((text) => text !== ''), formatSummary(verdicts)];
  // In pieces: one string of everything would double the memory of a large rule set.
  for (const line of lines) out.write(`${line}\n`);
  const rejected = verdicts.some((verdict) => verdict.verdict === 'rejected');
  return rejected || sources.unreadable.length > 0 ? 1 : 0;
}

function formatJson(verdict: RuleVerdict): string {
  const { file, document, id, title, reason } = verdict;
  const diagnostics = verdict.diagnostics.map((each) => ({
    code: each.code,
    severity: each.severity,
    line: each.range?.line ?? null,
    column: each.range?.column ?? null,
    message: each.message,
    hint: each.hint ?? null,
  }));
  return JSON.stringify({ file, document, id, title, verdict: verdict.verdict, reason, diagnostics });
}

function formatText(verdict: RuleVerdict): string {
  const lines = verdict.diagnostics.map((each) => formatDiagnostic(verdict, each));
  if (verdict.verdict === 'not-evaluable')
    lines.push(`${verdict.file}: not evaluable: ${verdict.reason} [${verdict.title}]`);
  return lines.join('\n');
}

function formatDiagnostic(verdict: RuleVerdict, diagnostic: Diagnostic): string {
  const place = diagnostic.range === undefined ? '' : `:${diagnostic.range.line}:${diagnostic.range.column}`;
  const hint = diagnostic.hint === undefined ? '' : ` ${diagnostic.hint}`;
  return `${verdict.file}${place}: ${diagnostic.severity}: ${diagnostic.message}${hint} [${diagnostic.code}]`;
}

function formatSummary(verdicts: readonly RuleVerdict[]): string {
  const count = (verdict: RuleVerdict['verdict']): number => verdicts.filter((each) => each.verdict === verdict).length;
  return `${verdicts.length} documents: ${count('compiled')} compiled, ${count('not-evaluable')} not evaluable, ${count('other-product')} for other products, ${count('rejected')} rejected`;
}
