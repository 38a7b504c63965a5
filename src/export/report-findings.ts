// The findings of a report: rule by rule, worst first, with what the rule means, what speaks against it, what to do
// next, and the events. Long lists are cut and say so: a report is for reading, the CSV has every row.

import { formatCount, formatEventTime, formatPlural, formatUnixTime } from '../base/number-text.ts';
import { unwrapProse } from '../base/visible-text.ts';
import type { Finding, Triage } from '../model/finding.ts';
import { RULE_LEVELS } from '../model/rule-set.ts';
import { formatEventDetails } from './event-details.ts';
import { adviceFor } from './report-advice.ts';
import { markup, untrusted, untrustedLines, type Html } from './report-html.ts';
import type { FindingSource, ReportInput, ReportRule } from './report-input.ts';

type TriageOf = (finding: Finding) => Triage | undefined;

/** UTF-16 units of an event's values that a row shows. */
const DETAIL_UNITS = 1_200;

/** Writes the chapter of findings by level, one text per rule and block. */
export async function* writeFindings(input: ReportInput, triageOf: TriageOf): AsyncGenerator<Html> {
  yield markup`<h2 id="findings">Findings by level</h2>`;
  if (input.rules.length === 0) yield markup`<p class="quiet">No finding.</p>`;
  for (const level of RULE_LEVELS.toReversed()) {
    const rules = input.rules.filter((rule) => rule.level === level);
    if (rules.length === 0) continue;
    const count = rules.reduce((sum, rule) => sum + rule.count, 0);
    yield markup`<h3 class="${level}">
      <span class="level ${level}">${titleOf(level)}</span>: ${formatPlural(count, 'finding')} of
      ${formatPlural(rules.length, 'rule')}
    </h3>`;
    for (const rule of rules) yield* writeRule(rule, triageOf);
  }
}

/** Writes what somebody judged or noted. */
export async function* writeJudged(judged: FindingSource, triageOf: TriageOf): AsyncGenerator<Html> {
  yield markup`<h2 id="notes">Judgements and notes</h2>`;
  if (judged.count === 0) {
    yield markup`<p class="quiet">Nobody has judged or noted a finding yet.</p>`;
    return;
  }
  yield markup`<div class="scroll">
    <table>
      <thead>
        <tr>
          <th>Time (UTC)</th>
          <th>Finding</th>
          <th>Host</th>
          <th>Judgement</th>
          <th>Note</th>
          <th>Tags</th>
          <th>Judged (UTC)</th>
        </tr>
      </thead>
      <tbody>`;
  let listed = 0;
  for await (const block of judged.read()) {
    for (const finding of block) {
      const triage = triageOf(finding);
      if (triage === undefined) continue;
      listed++;
      yield markup`<tr>
        <td class="t">${formatEventTime(finding.time)}</td>
        <td>${levelWord(finding.level)} ${untrusted(finding.ruleTitle)}</td>
        <td class="h">${untrusted(finding.computer)}</td>
        <td>${triage.state}${triage.reason === undefined ? '' : markup`: ${untrusted(triage.reason)}`}</td>
        <td>${untrustedLines(triage.note)}</td>
        <td>${untrusted(triage.tags.join(', '))}</td>
        <td class="t">${formatUnixTime(triage.changed)}</td>
      </tr>`;
    }
  }
  yield markup`</tbody></table></div>${leftOver(judged.count, listed)}`;
}

async function* writeRule(rule: ReportRule, triageOf: TriageOf): AsyncGenerator<Html> {
  const steps = adviceFor(rule.tags).map((step) => markup`<li>${step}</li>`);
  const innocent = rule.falsePositives
    .filter((text) => !/^(unknown|unlikely|none)\.?$/i.test(text.trim()))
    .map((text) => markup`<li>${untrusted(text)}</li>`);
  const techniques = rule.tags.filter((tag) => /^attack\.t\d/i.test(tag)).map((tag) => tag.slice(7).toUpperCase());
  const span = Number.isNaN(rule.first)
    ? 'no times'
    : `${formatUnixTime(rule.first)} to ${formatUnixTime(rule.last)} UTC`;
  yield markup`<section class="rule ${rule.level}">
    <h3>${untrusted(rule.title)}</h3>
    <p class="quiet">
      ${levelWord(rule.level)}${rule.ruleLevel === undefined ? '' : ` (the rule says ${rule.ruleLevel})`} · ${formatPlural(rule.count, 'finding')} ·
      ${span}${techniques.length === 0 ? '' : ` · ${techniques.join(', ')}`}
    </p>
    ${rule.description === '' ? markup`<p class="quiet">The rule is not among those in use now; its description is not known.</p>` : markup`<p>${untrustedLines(unwrapProse(rule.description))}</p>`}
    ${
      steps.length === 0
        ? ''
        : markup`<p><b>Next</b></p>
            <ul>
              ${steps}
            </ul>`
    }
    ${
      innocent.length === 0
        ? ''
        : markup`<p><b>May be harmless when</b></p>
            <ul>
              ${innocent}
            </ul>`
    }
    <div class="scroll">
      <table>
        <thead>
          <tr>
            <th>Time (UTC)</th>
            <th>Host</th>
            <th>Event</th>
            <th>Details</th>
            <th>Judgement</th>
          </tr>
        </thead>
        <tbody>`;
  let listed = 0;
  for await (const block of rule.read()) {
    for (const finding of block) {
      listed++;
      yield findingRow(finding, triageOf(finding));
    }
  }
  yield markup`</tbody></table></div>${leftOver(rule.count, listed)}
<p class="quiet mono">Rule ${untrusted(rule.id)}, pack ${untrusted(rule.pack === '' ? 'unknown' : rule.pack)}, SHA-256 ${untrusted(rule.hash)}</p></section>
`;
}

function findingRow(finding: Finding, triage: Triage | undefined): Html {
  const { correlation } = finding;
  const details =
    correlation === undefined
      ? formatEventDetails(finding.event)
      : [
          `${formatCount(correlation.count)} events from ${formatEventTime(correlation.firstTime)} to ${formatEventTime(correlation.lastTime ?? finding.time)}`,
        ]
          .concat(correlation.groupBy.map(([field, value]) => `${field}: ${value}`))
          .join(' ¦ ');
  const place = correlation === undefined ? `${finding.file}, record ${finding.recordId}` : '';
  const how = finding.recordClass === 'allocated' ? '' : ` (${finding.recordClass} record)`;
  const judged =
    triage === undefined
      ? markup`<td></td>`
      : markup`<td>${triage.state}${triage.reason === undefined ? '' : markup`: ${untrusted(triage.reason)}`}${triage.note === '' ? '' : markup`<br>${untrusted(triage.note)}`}</td>`;
  return markup`<tr>
    <td class="t">${formatEventTime(finding.time)}</td>
    <td class="h">${untrusted(finding.computer)}</td>
    <td class="h">${untrusted(shortChannel(finding))}</td>
    <td class="details">
      ${untrusted(details, DETAIL_UNITS)}<br><span class="quiet">${untrusted(place)}${how}</span>
    </td>
    ${judged}
  </tr> `;
}

function shortChannel({ channel, eventId, correlation }: Finding): string {
  return correlation === undefined ? `${channel} ${String(eventId)}` : 'correlation';
}

function levelWord(level: string): Html {
  return markup`<span class="level ${level}">${level === 'informational' ? 'info' : level}</span>`;
}

function leftOver(count: number, listed: number): Html | string {
  return count > listed
    ? markup`<p class="quiet">
        ${formatCount(count - listed)} more are not listed here; export the findings as CSV or JSON for all of them.
      </p>`
    : '';
}

function titleOf(level: string): string {
  return level.slice(0, 1).toUpperCase() + level.slice(1);
}
