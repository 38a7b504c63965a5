// A report as one HTML page that needs nothing else: no script, no image, no font from anywhere. Its policy forbids
// everything but its one style sheet (named by hash), so even a fault in escaping could not run or fetch anything.

import { formatBytes, formatCount, formatPlural, formatSpan, formatUnixTime } from '../base/number-text.ts';
import { sha256Hex } from '../base/sha256.ts';
import type { Finding, Triage } from '../model/finding.ts';
import { RULE_LEVELS } from '../model/rule-set.ts';
import type { ExportOptions, FindingBlocks } from './export-options.ts';
import { drawTactics, drawTimeline } from './report-charts.ts';
import { writeAccounts } from './report-evidence.ts';
import { writeFindings, writeJudged } from './report-findings.ts';
import { hiddenSentence, hidesNothing } from './report-hidden.ts';
import { Html, markup, untrusted } from './report-html.ts';
import type { ReportInput } from './report-input.ts';
import { REPORT_STYLE } from './report-style.ts';
import { encodePieces } from './text-pieces.ts';

/** Writes the report that `options.loadReport` describes; it reads findings rule by rule, not the given stream. */
export function writeReport(_findings: FindingBlocks, options: ExportOptions): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  return encodePieces(formatReport(options));
}

async function* formatReport(options: ExportOptions): AsyncGenerator<string> {
  if (options.loadReport === undefined) throw new Error('a report needs what it is to say');
  const input = await options.loadReport();
  const triageOf = (finding: Finding): Triage | undefined => options.triageOf?.(finding);
  yield head(input).text;
  yield summary(input).text;
  for await (const part of writeFindings(input, triageOf)) yield part.text;
  for await (const part of writeJudged(input.judged, triageOf)) yield part.text;
  for (const part of writeAccounts(input)) yield part.text;
  yield '</main></body></html>\n';
}

function head({ caseName }: ReportInput): Html {
  const policy = `default-src 'none'; style-src 'sha256-${sha256Base64(REPORT_STYLE)}'; base-uri 'none'; form-action 'none'`;
  // The style sheet is ours and must stand as it is, or its hash would not hold.
  return markup`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8">
        <meta http-equiv="Content-Security-Policy" content="${new Html(policy)}" />
        <meta name="viewport" content="width=device-width,initial-scale=1" />
        <meta name="referrer" content="no-referrer" />
        <title>${caseName} · report</title>
        <style>${new Html(REPORT_STYLE)}</style>
      </head>`;
}

const CHAPTERS: readonly (readonly [id: string, title: string])[] = [
  ['findings', 'Findings by level'],
  ['notes', 'Judgements and notes'],
  ['hidden', 'Hidden findings and changed levels'],
  ['coverage', 'What could not be judged'],
  ['integrity', 'Integrity'],
  ['evidence', 'Evidence'],
];

function summary(input: ReportInput): Html {
  const { timeline, hosts } = input;
  const chapters = CHAPTERS.filter(([id]) => id !== 'hidden' || !hidesNothing(input.hidden));
  const span = timeline.last - timeline.first;
  const levels = RULE_LEVELS.map(
    (level, rank) =>
      markup`<li>
        <b class="${level}">${formatCount(input.levels[rank] ?? 0)}</b>${level === 'informational' ? 'info' : level}
      </li>`,
  ).toReversed();
  const filtered =
    input.filters.length === 0
      ? ''
      : markup`<p class="warn">
          This report is about ${formatCount(input.shown)} of ${formatPlural(input.total, 'finding')}:
          ${untrusted(input.filters.join('; '))}.
        </p>`;
  return markup`<body>
    <main>
      <h1>${untrusted(input.caseName)}</h1>
      <p class="quiet">
        Findings in Windows event logs. Made ${formatUnixTime(input.made)} UTC with ${input.tool.name}
        ${input.tool.version}. All times are UTC.
      </p>
      ${filtered}${hiddenSentence(input.hidden)}
      <nav aria-label="Chapters">
        <ul>
          ${chapters.map(([id, title]) => markup`<li><a href="#${id}">${title}</a></li>`)}
        </ul>
      </nav>
      <h2 id="summary">Summary</h2>
      <ul class="facts">
        ${levels}
        <li><b>${formatCount(hosts.length)}</b>${hosts.length === 1 ? 'host' : 'hosts'} with findings</li>
        <li>
          <b>${Number.isNaN(span) ? '–' : formatSpan(span)}</b
          >${Number.isNaN(span) ? 'no times' : `${formatUnixTime(timeline.first)} to ${formatUnixTime(timeline.last)} UTC`}
        </li>
      </ul>
      <p>
        Read: ${formatPlural(input.files.length, 'file')}, ${formatBytes(input.bytes)},
        ${formatPlural(input.records, 'record')}.${unfinished(input)}
      </p>
      <h3>Findings over time</h3>
      ${drawTimeline(timeline)}
      <h3>Tactics</h3>
      ${drawTactics(input.tactics)}
      <h3>Hosts</h3>
      ${hostTable(input)}
`;
}

function unfinished({ files }: ReportInput): Html | string {
  const count = files.filter(({ state }) => state !== 'done').length;
  return count === 0 ? '' : markup` <span class="warn">${formatPlural(count, 'file')} not read to the end.</span>`;
}

/** Hosts listed; a report of a whole domain has its hosts in the CSV. */
const MOST_HOSTS = 200;

function hostTable({ hosts }: ReportInput): Html {
  if (hosts.length === 0) return markup`<p class="quiet">No host has a finding.</p>`;
  const ranks = RULE_LEVELS.map((_, rank) => rank).toReversed();
  const rows = hosts.slice(0, MOST_HOSTS).map(
    ({ name, count, byLevel, first, last }) =>
      markup`<tr>
        <td class="h">${untrusted(name === '' ? '(no host)' : name)}</td>
        ${ranks.map((rank) => markup`<td class="n">${formatCount(byLevel[rank] ?? 0)}</td>`)}
        <td class="n">${formatCount(count)}</td>
        <td class="t">${formatUnixTime(first)}</td>
        <td class="t">${formatUnixTime(last)}</td>
      </tr>`,
  );
  const names = ranks.map(
    (rank) => markup`<th class="n">${RULE_LEVELS[rank] === 'informational' ? 'info' : RULE_LEVELS[rank]!}</th>`,
  );
  const more =
    hosts.length > MOST_HOSTS ? markup`<p class="quiet">${formatCount(hosts.length - MOST_HOSTS)} more hosts.</p>` : '';
  return markup`<div class="scroll">
      <table>
        <thead>
          <tr>
            <th>Host</th>
            ${names}
            <th class="n">All</th>
            <th>First (UTC)</th>
            <th>Last (UTC)</th>
          </tr>
        </thead>
        <tbody>
          ${rows}
        </tbody>
      </table>
    </div>
    ${more}`;
}

/** The policy names a style sheet by the base64 of its hash. */
function sha256Base64(text: string): string {
  const hex = sha256Hex(text);
  let bytes = '';
  for (let i = 0; i < hex.length; i += 2) bytes += String.fromCharCode(Number.parseInt(hex.slice(i, i + 2), 16));
  return btoa(bytes);
}
