// Makes the pictures of the documents from the built app and a made-up case (tests/builders/sample-case.ts), so that
// they can be made again when a screen changes: npm run build, then node --import ./scripts/typescript.mjs scripts/make-pictures.ts

import { mkdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { sampleCase } from '../tests/builders/sample-case.ts';
import { createEvidenceFolder, scanFiles, startApp } from '../tests/e2e/app-page.ts';
import { listScreens, RULE } from '../tests/e2e/screens.ts';

/** Screens by name, and the files of their pictures. */
const PICTURES = [
  ['findings', 'findings'],
  ['overview', 'overview'],
  ['logon session', 'logon-session'],
  ['rule', 'rule'],
] as const;

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
  const screens = new Map(listScreens(page).map(({ name, open }) => [name, open]));
  for (const [name, file] of PICTURES) {
    await screens.get(name)?.(page);
    if (name === 'findings') {
      // A finding opened in the whole list.
      await page.getByRole('grid', { name: 'Findings' }).getByText(RULE).click();
      await page.getByText('Why it fired').waitFor();
    }
    await page.screenshot({ path: `${target}${file}.png` });
  }
} finally {
  await folder.remove();
  await app.close();
}
