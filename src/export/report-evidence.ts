// The accounts of a report: what was read and how completely, what the rules could not see, which bytes, tools and rules
// it rests on, and what people did. Every number is the case's own.

import { formatBytes, formatCount, formatEventTime, formatPlural, formatUnixTime } from '../base/number-text.ts';
import type { CaseFile } from '../model/case.ts';
import type { EvidenceAccount, EvidenceEntry, ScanAccount } from '../model/evidence-account.ts';
import { writeHidden } from './report-hidden.ts';
import { markup, untrusted, type Html } from './report-html.ts';
import type { ReportInput } from './report-input.ts';

/** Lines listed of each table; the rest is counted. */
const MOST = 2_000;

/** Yields the chapters behind the findings. */
export function* writeAccounts(input: ReportInput): Generator<Html> {
  yield* writeHidden(input.hidden);
  yield* writeCoverage(input);
  yield* writeLogs(input);
  yield* writeIntegrity(input);
  yield* writeEvidence(input);
  if (input.evidence !== undefined) yield* writeActions(input.evidence);
}

function* writeCoverage({ coverage }: ReportInput): Generator<Html> {
  yield markup`<h2 id="coverage">What could not be judged</h2>`;
  if (coverage === undefined) {
    yield markup`<p class="quiet">
      Not known: the case does not remember which events it held, or the rules could not be loaded.
    </p>`;
    return;
  }
  yield markup`<p>
      <b>${formatCount(coverage.judged)} of ${formatPlural(coverage.rules, 'rule')}</b> could be judged on at least one
      host. For the others, “no finding” means “not looked at”.
    </p>
    <ul>
      ${coverage.lines.map(({ text, advice }) => markup`<li>${untrusted(text)} <span class="quiet">${untrusted(advice)}</span></li>`)}
    </ul>`;
}

function* writeLogs({ logs }: ReportInput): Generator<Html> {
  if (logs.length === 0) return;
  yield markup`<h2 id="logs">First and last event of each log</h2>
    <p class="quiet">
      A log that begins late was short, cleared or rolled over: before its first event, nothing can be found in it.
    </p>
    <div class="scroll">
      <table>
        <thead>
          <tr>
            <th>Host</th>
            <th>Log</th>
            <th class="n">Events</th>
            <th>First (UTC)</th>
            <th>Last (UTC)</th>
          </tr>
        </thead>
        <tbody>`;
  for (const { computer, channel, events, first, last } of logs.slice(0, MOST)) {
    yield markup`<tr>
      <td>${untrusted(computer === '' ? '(no host)' : computer)}</td>
      <td>${untrusted(channel)}</td>
      <td class="n">${formatCount(events)}</td>
      <td class="t">${formatEventTime(first)}</td>
      <td class="t">${formatEventTime(last)}</td>
    </tr>`;
  }
  yield markup`</tbody></table></div>${beyond(logs.length)}`;
}

function* writeIntegrity({ integrity, problems }: ReportInput): Generator<Html> {
  yield markup`<h2 id="integrity">Integrity</h2>`;
  if (integrity.length === 0) {
    yield markup`<p>No cleared log, gap, wrong checksum, torn record or change of the clock was met.</p>`;
  } else {
    yield markup`<ul>
      ${integrity.map(
        ({ what, places, means, grave }) =>
          markup`<li>
            <b>${what}</b>${grave ? markup` <span class="warn">(grave)</span>` : ''}: ${untrusted(places)}.
            <span class="quiet">${means}</span>
          </li>`,
      )}
    </ul>`;
  }
  if (problems.length === 0) return;
  yield markup`<div class="scroll">
    <table>
      <thead>
        <tr>
          <th>Kind</th>
          <th>Problem</th>
          <th>File</th>
          <th class="n">Times</th>
          <th>Particulars</th>
        </tr>
      </thead>
      <tbody>`;
  for (const { severity, code, file, count, detail, hint } of problems.slice(0, MOST)) {
    yield markup`<tr><td${severity === 'info' ? '' : markup` class="warn"`}>${severity === 'info' ? 'remark' : severity}</td><td class="mono">${code}</td><td>${untrusted(file)}</td><td class="n">${formatCount(count)}</td><td>${untrusted(detail)} <span class="quiet">${untrusted(hint)}</span></td></tr>`;
  }
  yield markup`</tbody></table></div>${beyond(problems.length)}`;
}

function* writeEvidence({ files, evidence }: ReportInput): Generator<Html> {
  yield markup`<h2 id="evidence">Evidence</h2>
    <div class="scroll">
      <table>
        <thead>
          <tr>
            <th>File</th>
            <th class="n">Bytes</th>
            <th>Modified (UTC)</th>
            <th class="n">Records</th>
            <th class="n">Torn</th>
            <th class="n">Lost</th>
            <th class="n">Recovered</th>
            <th class="n">Bad chunks</th>
            <th>Read</th>
          </tr>
        </thead>
        <tbody>`;
  const hashes = new Map<string, EvidenceEntry>();
  for (const entry of evidence?.files ?? []) hashes.set(identityOf(entry), entry);
  for (const file of files.slice(0, MOST)) {
    const { account } = file;
    const numbers = [
      account.recordsRead,
      account.recordsTorn,
      account.recordsLost,
      account.recordsRecovered,
      account.chunksBad,
    ];
    yield markup`<tr>
      <td>${untrusted(file.path)}${hashLine(hashes.get(identityOf(file)))}</td>
      <td class="n">${formatCount(file.size)}</td>
      <td class="t">${formatUnixTime(file.lastModified)}</td>
      ${numbers.map((value) => markup`<td class="n">${formatCount(value)}</td>`)}
      <td>${stateWord(file)}</td>
    </tr>`;
  }
  yield markup`</tbody></table></div>${beyond(files.length)}`;
  if (evidence === undefined || evidence.scans.length === 0) return;
  yield markup`<h2 id="scans">Scans</h2>`;
  for (const scan of evidence.scans) yield writeScan(scan);
}

function writeScan(scan: ScanAccount): Html {
  const packs = scan.packs.map(
    ({ name, version, rules, hash }) =>
      markup`<li>
        ${untrusted(name)} ${untrusted(version)}, ${formatPlural(rules, 'rule')},
        <span class="mono">SHA-256 ${untrusted(hash)}</span>
      </li>`,
  );
  const options = scan.options.map(([name, value]) => `${name}: ${value}`).join(', ');
  return markup`<dl>
    <dt>Started (UTC)</dt>
    <dd>${formatUnixTime(scan.started)}</dd>
    <dt>Ended (UTC)</dt>
    <dd>${scan.ended === undefined ? 'not known' : formatUnixTime(scan.ended)}, ${scan.outcome}</dd>
    <dt>Read</dt>
    <dd>${formatPlural(scan.files, 'file')}, ${formatBytes(scan.bytes)}</dd>
    <dt>Tool</dt>
    <dd>
      ${untrusted(scan.tool.name)} ${untrusted(scan.tool.version)}, build
      <span class="mono">${untrusted(scan.tool.build)}</span>
    </dd>
    <dt>Options</dt>
    <dd>${untrusted(options === '' ? 'none' : options)}</dd>
    <dt>Rules</dt>
    <dd>
      <ul>
        ${packs}
      </ul>
    </dd>
  </dl>`;
}

function* writeActions({ actions }: EvidenceAccount): Generator<Html> {
  if (actions.length === 0) return;
  yield markup`<h2 id="actions">What was done</h2>
    <div class="scroll">
      <table>
        <thead>
          <tr>
            <th>Time (UTC)</th>
            <th>Who</th>
            <th>What</th>
            <th>Particulars</th>
          </tr>
        </thead>
        <tbody>`;
  // The log is evidence itself: the newest entries are those that a long one loses first, so it is never cut.
  for (const { time, analyst, action, detail, count } of actions) {
    yield markup`<tr>
      <td class="t">${formatUnixTime(time)}</td>
      <td>${untrusted(analyst === '' ? '(no name)' : analyst)}</td>
      <td>${action.replaceAll('-', ' ')}</td>
      <td>${untrusted(detail)}${count === undefined ? '' : ` (${formatCount(count)})`}</td>
    </tr>`;
  }
  yield markup`</tbody></table></div>`;
}

function hashLine(entry: EvidenceEntry | undefined): Html | string {
  if (entry === undefined) return '';
  const { sha256, md5, sha1 } = entry;
  const text =
    sha256.state === 'done'
      ? `SHA-256 ${sha256.value}`
      : sha256.state === 'failed'
        ? `SHA-256 not computed: ${sha256.reason}`
        : 'SHA-256 not computed yet';
  const more = `${sha1 === undefined ? '' : `, SHA-1 ${sha1}`}${md5 === undefined ? '' : `, MD5 ${md5}`}`;
  return markup`<br><span class="quiet mono">${untrusted(text + more)}</span>`;
}

function stateWord({ state }: CaseFile): Html {
  if (state === 'done') return markup`to its end`;
  return markup`<span class="warn">not to its end (${state})</span>`;
}

function beyond(count: number): Html | string {
  return count > MOST ? markup`<p class="quiet">${formatCount(count - MOST)} more lines are not listed here.</p>` : '';
}

function identityOf({ path, size, lastModified }: EvidenceEntry | CaseFile): string {
  return JSON.stringify([path, size, lastModified]);
}
