import { expect, test, vi } from 'vitest';
import { userEvent } from 'vitest/browser';
import type { Intake } from '../../src/intake/evidence.ts';
import StartScreen from '../../src/ui/start/StartScreen.svelte';
import { ruleInfo } from '../app/fake-findings.ts';
import { accessFaults } from './harness/check-access.ts';
import { openApp, showView } from './harness/open-app.ts';

const infos = [ruleInfo('one', 'high'), ruleInfo('two', 'low')];

async function openStart(more: Parameters<typeof openApp>[1] = {}) {
  const opened = await openApp(infos, more);
  const screen = await showView(opened.app, StartScreen);
  return { ...opened, screen };
}

test('says what it takes and that nothing leaves, and axe finds nothing wrong with it', async () => {
  const { screen, app } = await openStart();
  await vi.waitFor(() => expect(app.rules.infos).toHaveLength(2));
  await expect.element(screen.getByRole('heading', { name: 'Drop Windows event logs here' })).toBeVisible();
  await expect.element(screen.getByText('Nothing leaves this machine.')).toBeVisible();
  await expect.element(screen.getByText('2 rules loaded')).toBeVisible();
  expect(await accessFaults(screen.container)).toEqual([]);
});

test('both ways to choose evidence are reached with the keyboard, in order', async () => {
  await openStart();
  const reached: string[] = [];
  for (let step = 0; step < 3; step++) {
    await userEvent.keyboard('{Tab}');
    const element = document.activeElement;
    reached.push(element instanceof HTMLInputElement ? element.type : (element?.textContent.trim() ?? ''));
  }
  expect(reached).toEqual(['Choose files', 'Choose a folder', 'checkbox']);
});

test('while a drop is read it says so and takes no other', async () => {
  let finish: (intake: Intake) => void = () => undefined;
  const { screen, app } = await openStart();
  const taking = app.take(new Promise((resolve) => (finish = resolve)));
  await expect.element(screen.getByRole('heading', { name: /Looking through/ })).toBeVisible();
  expect(screen.getByRole('button', { name: 'Choose files' }).element().hasAttribute('disabled')).toBe(true);
  finish({ files: [], problems: [], skipped: new Map() });
  await taking;
  await expect.element(screen.getByRole('heading', { name: 'Drop Windows event logs here' })).toBeVisible();
});

test('kept cases are listed with hostile names as text', async () => {
  const { screen, app, store } = await openStart();
  await store.createCase('<img src=x onerror=globalThis.harmed=1> case');
  await app.cases.load();
  await expect.element(screen.getByText('<img src=x onerror=globalThis.harmed=1> case')).toBeVisible();
  expect(screen.container.querySelector('img')).toBeNull();
  expect(await accessFaults(screen.container)).toEqual([]);
});

test('the sample case is offered and opened as a drop is; axe finds nothing wrong with it', async () => {
  const files = [{ path: 'Sample case/A.evtx', blob: new Blob(['x']), size: 1, lastModified: 0 }];
  const loadSample = vi.fn(() => Promise.resolve({ files, problems: [], skipped: new Map<string, number>() }));
  const { screen, app } = await openStart({ loadSample });
  const button = screen.getByRole('button', { name: 'Try it with a sample case' });
  await expect.element(button).toBeVisible();
  expect(await accessFaults(screen.container)).toEqual([]);
  expect(loadSample).not.toHaveBeenCalled();
  await userEvent.click(button);
  await vi.waitFor(() => expect(app.session?.name).toMatch(/^Sample case, /));
  expect(app.session?.files.map((file) => file.path)).toEqual(['Sample case/A.evtx']);
});
