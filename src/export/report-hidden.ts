// What the analyst keeps off the findings: a reader of the report must know what they do not see, by whose word and why.

import { formatCount, formatPlural, formatUnixTime } from '../base/number-text.ts';
import { markup, untrusted, type Html } from './report-html.ts';
import type { ReportHidden } from './report-input.ts';

/** True when there is nothing to tell. */
export function hidesNothing({ suppressions, off, levels }: ReportHidden): boolean {
  return suppressions.length + off.length + levels.length === 0;
}

/** One sentence for the summary. */
export function hiddenSentence(hidden: ReportHidden): Html | string {
  if (hidden.count === 0) return '';
  return markup`<p class="warn">
    ${formatPlural(hidden.count, 'finding')} ${hidden.count === 1 ? 'is' : 'are'} hidden by
    ${formatPlural(hidden.suppressions.length, 'suppression')} and ${formatPlural(hidden.off.length, 'rule')} switched
    off, and ${hidden.shown ? 'this report is about those' : 'not in this report'}: <a href="#hidden">which</a>.
  </p>`;
}

/** Yields the chapter on suppressions, rules that are off and levels that were set. */
export function* writeHidden(hidden: ReportHidden): Generator<Html> {
  if (hidesNothing(hidden)) return;
  yield markup`<h2 id="hidden">Hidden findings and changed levels</h2>`;
  if (hidden.suppressions.length > 0) {
    yield markup`<div class="scroll">
      <table>
        <thead>
          <tr>
            <th>Suppressed</th>
            <th class="n">Findings</th>
            <th>Holds in</th>
            <th>Why</th>
            <th>By</th>
            <th>Changed (UTC)</th>
          </tr>
        </thead>
        <tbody>`;
    for (const { rule, what, count, everywhere, reason, analyst, changed } of hidden.suppressions) {
      yield markup`<tr>
        <td>${untrusted(rule)}: ${untrusted(what)}</td>
        <td class="n">${formatCount(count)}</td>
        <td>${everywhere ? 'all cases' : 'this case'}</td>
        <td>${untrusted(reason === '' ? '(no reason given)' : reason)}</td>
        <td>${untrusted(analyst === '' ? '(no name)' : analyst)}</td>
        <td class="t">${formatUnixTime(changed)}</td>
      </tr>`;
    }
    yield markup`</tbody></table></div>`;
  }
  if (hidden.off.length > 0) {
    yield markup`<p>Rules switched off, of which nothing more is found and earlier findings are hidden:</p>
      <ul>
        ${hidden.off.map(({ title, id, count }) => markup`<li>${untrusted(title)} <span class="quiet mono">${untrusted(id)}</span>, ${formatPlural(count, 'finding')}</li>`)}
      </ul>`;
  }
  if (hidden.levels.length > 0) {
    yield markup`<p>Levels that the analyst set:</p>
      <ul>
        ${hidden.levels.map(({ title, id, level, ruleLevel }) => markup`<li>${untrusted(title)} <span class="quiet mono">${untrusted(id)}</span>: ${level}${ruleLevel === '' ? '' : markup`, the rule says ${ruleLevel}`}</li>`)}
      </ul>`;
  }
}
