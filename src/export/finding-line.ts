// A finding as one line of JSON: the shape that the command line promises (design, section 3) and that pipelines read.
// How an event looks as JSON comes from outside (evtx_dump's dialect), because this room does not know the reader.

import type { EventElement } from '../model/event.ts';
import type { Finding, Triage } from '../model/finding.ts';

/** One test of the rule that the event passed. */
export interface MatchedTest {
  readonly selection: string;
  readonly field: string;
  readonly modifier: string;
  readonly value: string;
}

/** The record of which this one is a copy (shadow copies, archived and forwarded logs). */
export interface OriginalRecord {
  readonly file: string;
  readonly recordId: string;
  readonly offset: number;
}

export interface FindingLineOptions {
  /** Gives the whole event as compact JSON text without line ends. */
  renderEventJson(event: EventElement): string;
  /** Where the rule came from: pack or path. Empty when not given. */
  sourceOf?(finding: Finding): string;
  /** Left out of the line when not given. */
  matchedOf?(finding: Finding): readonly MatchedTest[];
  duplicateOf?(finding: Finding): OriginalRecord | undefined;
  /** Adds the analyst's judgement where there is one. */
  triageOf?(finding: Finding): Triage | undefined;
}

/**
 * Formats a finding as one line of JSON without the line end. Findings of events have the keys `rule, file, recordId,
 * offset, time, channel, provider, eventId, computer, event`, those of correlations `rule, time` (of the last event)
 * `, firstTime, completedTime` (of the event with which the rule held)`, groupBy, count, records`; `matched`, `duplicateOf`, `recovered`, `torn`, `joined`, `joinedFile` and `triage` where they apply.
 */
export function formatFindingLine(finding: Finding, options: FindingLineOptions): string {
  const line =
    finding.correlation === undefined ? formatEventFinding(finding, options) : formatCorrelation(finding, options);
  return escapeUnsafe(line);
}

function formatEventFinding(finding: Finding, options: FindingLineOptions): string {
  const { file, recordId, offset, time, channel, provider, eventId, computer } = finding;
  const facts = { rule: ruleOf(finding, options), file, recordId, offset, time, channel, provider, eventId, computer };
  const matched = options.matchedOf?.(finding);
  const duplicateOf = options.duplicateOf?.(finding);
  const rest = {
    ...(matched === undefined ? {} : { matched }),
    ...(duplicateOf === undefined ? {} : { duplicateOf }),
    ...(finding.recovered === undefined ? {} : { recovered: finding.recovered }),
    ...(finding.recordClass === 'torn' ? { torn: true } : {}),
    ...(finding.joined === undefined ? {} : { joined: finding.joined }),
    ...(finding.joinedFile === undefined ? {} : { joinedFile: finding.joinedFile }),
    ...triageOf(finding, options),
  };
  const head = JSON.stringify(facts).slice(0, -1);
  const tail = JSON.stringify(rest).slice(1);
  const event = options.renderEventJson(finding.event);
  return `${head},"event":${event}${tail === '}' ? '' : ','}${tail}`;
}

function formatCorrelation(finding: Finding, options: FindingLineOptions): string {
  const { firstTime, lastTime, groupBy, count, records } = finding.correlation!;
  // Written by hand: a field called __proto__ would vanish from an object.
  const groups = groupBy.map(([field, value]) => `${JSON.stringify(field)}:${JSON.stringify(value)}`);
  const times = { time: lastTime ?? finding.time, firstTime, completedTime: finding.time };
  const head = JSON.stringify({ rule: ruleOf(finding, options), ...times }).slice(0, -1);
  const tail = JSON.stringify({ count, records, ...triageOf(finding, options) }).slice(1);
  return `${head},"groupBy":{${groups.join(',')}},${tail}`;
}

function ruleOf(finding: Finding, options: FindingLineOptions) {
  return {
    id: finding.ruleId,
    title: finding.ruleTitle,
    level: finding.level,
    ...(finding.ruleLevel === undefined ? {} : { ruleLevel: finding.ruleLevel }),
    tags: finding.tags,
    source: options.sourceOf?.(finding) ?? '',
    hash: finding.ruleHash,
  };
}

function triageOf(finding: Finding, options: FindingLineOptions): object {
  const triage = options.triageOf?.(finding);
  if (triage === undefined) return {};
  const { state, note, tags, reason, changed } = triage;
  const because = reason === undefined ? {} : { reason };
  return { triage: { state, ...because, note, tags, changed: new Date(changed).toISOString() } };
}

/**
 * Characters that JSON allows but that do harm on the way: NEL and the Unicode line ends split lines in some readers,
 * C1 controls and bidirectional overrides rewrite a terminal, lone surrogates do not survive UTF-8. All stand within
 * strings, where an escape means the same.
 */
const UNSAFE = /[\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\p{Cs}]/gu;

/** JSON text with those characters as escapes: one line for every reader, and the same value. */
export function escapeUnsafe(json: string): string {
  return json.replace(UNSAFE, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
