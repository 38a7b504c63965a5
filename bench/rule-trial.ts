// The workbench on the real app in a real browser: core rules tried on a log whose records are indexed. Prints per rule the
// time from the click to the last hit, as the screen shows it, first and second time, and checks the hits against the
// findings of the scan. Needs dist/ (npm run build) and a log: node --import ./scripts/typescript.mjs bench/rule-trial.ts LOG

import { resolve } from 'node:path';
import { scanOver, startApp } from '../tests/e2e/app-page.ts';

const [log] = process.argv.slice(2);
if (log === undefined) {
  process.stderr.write('usage: bench/rule-trial.ts LOG\n');
  process.exit(2);
}
/** The worst there is: any event of any log may hold the word, so every byte is read. */
const WORST = `title: A word anywhere
id: 0f0f0f0f-1111-4222-8333-444444444444
status: experimental
logsource: { product: windows }
detection: { words: [zzqqyy], condition: words }
`;
/** Rules tried: those with the most findings, and as many without any. */
const RULES = 3;

const app = await startApp();
try {
  const { page } = await app.open();
  page.setDefaultTimeout(120_000);
  await page.getByLabel('Event logs', { exact: true }).setInputFiles(resolve(log));
  await scanOver(page);
  await page.goto(`${app.address}#/rules`);
  await page.getByRole('grid', { name: 'Rules' }).waitFor();
  const found = await page.evaluate(async () => {
    const rows: [id: string, title: string, hits: number][] = [];
    const grid = document.querySelector('[role="grid"]')!;
    for (let top = 0; ; top += 300) {
      grid.scrollTop = top;
      await new Promise((done) => setTimeout(done, 30));
      for (const row of grid.querySelectorAll('[role="row"]')) {
        const link = row.querySelector('a');
        const hits = row.querySelector('.number')?.textContent.replace(/\D/g, '') ?? '';
        if (link !== null) rows.push([link.hash.split('/').at(-1) ?? '', link.textContent, Number(hits)]);
      }
      if (grid.scrollTop + grid.clientHeight >= grid.scrollHeight - 2) return rows;
    }
  });
  const rules = [...new Map(found.map((row) => [row[0], row])).values()].sort((a, b) => b[2] - a[2]);
  for (const [id, title, hits] of [...rules.slice(0, RULES), ...rules.slice(-RULES)]) {
    await page.goto(`${app.address}#/workbench/${id}`);
    await page.getByText('The rule compiles.').waitFor();
    const lines: string[] = [];
    for (let time = 0; time < 2; time++) {
      await page.getByRole('button', { name: 'Run on the case' }).click();
      const line = page.getByText(/event(s)? match(es)?\s+in [\d.]+ s/);
      await line.waitFor();
      lines.push(await line.innerText());
    }
    const matched = Number(/^[\d,]+/.exec(lines[0]!)![0].replaceAll(',', ''));
    // A rule that is only counted by others has no findings. Records found by joins count as findings and are not tried; copies of a record are one finding.
    const verdict = matched === hits ? '' : `  (findings of the scan: ${hits})`;
    process.stdout.write(`${title.slice(0, 60).padEnd(62)}${lines.join(' / ')}${verdict}\n`);
  }
  await page.goto(`${app.address}#/workbench`);
  await page.getByText('The rule compiles.').waitFor();
  await page.getByRole('textbox', { name: 'Rule text' }).click();
  await page.keyboard.press('Control+a');
  await page.keyboard.insertText(WORST);
  await page.getByText('The rule compiles.').waitFor();
  await page.getByRole('button', { name: 'Run on the case' }).click();
  const line = page.getByText(/events match\s+in [\d.]+ s/);
  await line.waitFor();
  process.stdout.write(`${'A word in any event'.padEnd(62)}${await line.innerText()}\n`);
} finally {
  await app.close();
}
