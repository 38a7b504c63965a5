// Makes the pictures of the documents from the built app and a made-up case (tests/builders/sample-case.ts), so that
// they can be made again when a screen changes: npm run build, then node --import ./scripts/typescript.mjs scripts/make-pictures.ts

import { mkdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { sampleCase } from '../tests/builders/sample-case.ts';
import { createEvidenceFolder, scanFiles, startApp } from '../tests/e2e/app-page.ts';

const target = fileURLToPath(new URL('../docs/images/', import.meta.url));
mkdirSync(target, { recursive: true });

const app = await startApp();
const folder = await createEvidenceFolder();
try {
  const paths: string[] = [];
  for (const [path, bytes] of sampleCase()) paths.push(await folder.write(path.replace('/', ' '), bytes));
  const { page } = await app.open();
  await page.setViewportSize({ width: 1_440, height: 860 });
  await page.emulateMedia({ colorScheme: 'light' });
  await page.screenshot({ path: `${target}start.png` });
  await scanFiles(page, paths);
  await page.getByRole('link', { name: /^Findings/ }).click();
  await page.getByText('DCOM lateral movement (via MMC20)').last().click();
  await page.getByText('Why it fired').waitFor();
  await page.screenshot({ path: `${target}findings.png` });
  await page.getByRole('link', { name: /^Overview/ }).click();
  await page.getByRole('heading', { name: 'ATT&CK' }).waitFor();
  await page.screenshot({ path: `${target}overview.png` });
  await page.getByRole('link', { name: /^Rules/ }).click();
  await page.getByText('DCOM lateral movement (via MMC20)').first().click();
  await page.getByRole('heading', { name: 'DCOM lateral movement (via MMC20)' }).waitFor();
  await page.screenshot({ path: `${target}rule.png` });
} finally {
  await folder.remove();
  await app.close();
}
