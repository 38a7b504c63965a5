// The arguments of `winnow scan`: what they may be, and one sentence for each mistake. Everything wrong is reported at
// once. Reads no file and starts nothing.

import { parseArgs } from 'node:util';
import { failure, success, type Result } from '../base/result.ts';
import { RULE_LEVELS, type RuleLevel } from '../model/rule-set.ts';
import { parseTimeBound } from './time-bound.ts';

export type ScanFormat = 'jsonl' | 'json' | 'csv';

export interface ScanArguments {
  readonly paths: readonly string[];
  readonly rules: readonly string[];
  readonly core: boolean;
  readonly recovered: boolean;
  readonly templates: string | undefined;
  /** UTC, seven digits and Z; first instant that counts and first that no longer does. */
  readonly from: string | undefined;
  readonly to: string | undefined;
  readonly minLevel: RuleLevel;
  readonly hash: boolean;
  readonly format: ScanFormat;
  readonly out: string | undefined;
  /** Undefined: by the machine. */
  readonly workers: number | undefined;
  readonly stats: boolean;
}

const FORMATS: readonly ScanFormat[] = ['jsonl', 'json', 'csv'];
const MOST_WORKERS = 256;

/** Gives the arguments after `scan`, or every mistake in them. */
export function parseScanArguments(argv: readonly string[]): Result<ScanArguments, readonly string[]> {
  let parsed;
  try {
    parsed = parseArgs({
      args: [...argv],
      allowPositionals: true,
      options: {
        rules: { type: 'string', multiple: true },
        'no-core': { type: 'boolean' },
        recovered: { type: 'boolean' },
        templates: { type: 'string' },
        from: { type: 'string' },
        to: { type: 'string' },
        'min-level': { type: 'string' },
        hash: { type: 'boolean' },
        format: { type: 'string' },
        out: { type: 'string' },
        workers: { type: 'string' },
        stats: { type: 'boolean' },
      },
    });
  } catch (error) {
    // parseArgs throws at the first unknown or incomplete option; its message names it.
    return failure([error instanceof Error ? error.message : String(error)]);
  }
  const { values, positionals } = parsed;
  const mistakes: string[] = [];

  if (positionals.length === 0) mistakes.push('no PATH given: name a log, a folder or a zip');
  const format = FORMATS.find((known) => known === (values.format ?? 'jsonl'));
  if (format === undefined) mistakes.push(`--format is one of ${FORMATS.join(', ')}, not ${values.format}`);
  const minLevel = RULE_LEVELS.find((known) => known === (values['min-level'] ?? 'informational'));
  if (minLevel === undefined)
    mistakes.push(`--min-level is one of ${RULE_LEVELS.join(', ')}, not ${values['min-level']}`);
  const workers = values.workers === undefined ? undefined : Number(values.workers);
  if (workers !== undefined && !(Number.isInteger(workers) && workers >= 1 && workers <= MOST_WORKERS)) {
    mistakes.push(`--workers is a whole number from 1 to ${MOST_WORKERS}, not ${values.workers}`);
  }
  const bound = (option: 'from' | 'to'): string | undefined => {
    const text = values[option];
    if (text === undefined) return undefined;
    const time = parseTimeBound(text);
    if (time === undefined) mistakes.push(`--${option} is a time like 2024-03-01 or 2024-03-01T12:30:00Z, not ${text}`);
    return time;
  };
  const [from, to] = [bound('from'), bound('to')];
  if (from !== undefined && to !== undefined && from >= to)
    mistakes.push('--from lies behind --to: no event can be between them');
  if (values['no-core'] === true && values.rules === undefined)
    mistakes.push('--no-core without --rules leaves no rules');

  if (mistakes.length > 0 || format === undefined || minLevel === undefined) return failure(mistakes);
  return success({
    paths: positionals,
    rules: values.rules ?? [],
    core: values['no-core'] !== true,
    recovered: values.recovered === true,
    templates: values.templates,
    from,
    to,
    minLevel,
    hash: values.hash === true,
    format,
    out: values.out,
    workers,
    stats: values.stats === true,
  });
}
