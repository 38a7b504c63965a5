import { beforeEach, expect, test, vi } from 'vitest';
import type { MatchedPart } from '../../src/analysis/event-fields.ts';
import FindingPane from '../../src/ui/findings/FindingPane.svelte';
import { event, row, ruleInfo } from '../app/fake-findings.ts';
import { accessFaults } from './harness/check-access.ts';
import { openApp, showView } from './harness/open-app.ts';

/** Texts that would do something if any of them were taken for markup, style, an address or a template. */
const HOSTILE = [
  '<img src=x onerror="globalThis.harmed=1">',
  '<script>globalThis.harmed=2</script>',
  '"><svg onload=globalThis.harmed=3>',
  "javascript:globalThis.harmed=4//'",
  '{@html "<img src=x onerror=globalThis.harmed=5>"}${globalThis.harmed=6}',
  '</style><style>*{display:none}</style>',
  '\u202Etxt.exe\u0000\u200B\uD800',
];
const ALL = HOSTILE.join(' ');

beforeEach(() => {
  Object.assign(globalThis, { harmed: undefined });
});

async function openPane(hostile: string) {
  const rule = ruleInfo('rule', 'high', {
    title: `Title ${hostile}`,
    description: hostile,
    falsePositives: [hostile],
    tags: [`attack.${hostile}`, 'attack.t1059'],
  });
  const parts: MatchedPart[] = [
    { selection: hostile, field: hostile, modifier: 'contains', value: hostile, actual: hostile },
  ];
  const { app, scanner } = await openApp([rule], { explain: () => Promise.resolve(parts) });
  const files = [{ path: `Logs/${hostile}.evtx`, blob: new Blob(['x']), size: 1, lastModified: 0 }];
  await app.take(Promise.resolve({ files, problems: [], skipped: new Map() }));
  await vi.waitFor(() => scanner.listener);
  const fields = { CommandLine: hostile, [hostile]: hostile, Long: `${'a'.repeat(5_000)}${hostile}` };
  const hit = row(0, 1, { computer: hostile, channel: hostile, provider: hostile, event: event(fields) });
  scanner.listener.found({ file: 0, rows: [hit] });
  scanner.finish();
  await app.session!.scan!.done;
  const screen = await showView(app, FindingPane, {
    session: app.session!,
    row: 0,
    position: 0,
    onclose: () => undefined,
    onstep: () => undefined,
    onjudge: () => undefined,
    onask: () => undefined,
  });
  await vi.waitFor(() => expect(screen.container.querySelector('#event-title')).not.toBeNull());
  await vi.waitFor(() => expect(screen.container.querySelector('#matched-title')).not.toBeNull());
  return screen;
}

test('nothing in a hostile finding is executed, loaded or taken for markup', async () => {
  const before = document.querySelectorAll('img, script, svg[onload]').length;
  const { container } = await openPane(ALL);
  // A frame and a task: an image that was made would have failed to load by then.
  await new Promise((resolve) => setTimeout(resolve, 100));
  expect((globalThis as { harmed?: unknown }).harmed).toBeUndefined();
  expect(document.querySelectorAll('img, script, svg[onload]').length).toBe(before);
  expect(container.querySelector('style, iframe, object, [onerror], [onload], [style*="none"]')).toBeNull();
  for (const link of container.querySelectorAll('a')) expect(link.getAttribute('href')).toMatch(/^#\//);
  // It is all there, as text; what hides or reorders is written out.
  expect(container.textContent).toContain('<img src=x onerror="globalThis.harmed=1">');
  expect(container.textContent).toContain('⟨U+202E⟩txt.exe⟨U+0000⟩⟨U+200B⟩⟨U+D800⟩');
  for (const hidden of ['\u0000', '\u200B', '\u202E']) expect(container.textContent).not.toContain(hidden);
});

test('a value of many letters is cut until it is asked for', async () => {
  const { container, getByRole } = await openPane(ALL);
  expect(container.textContent).not.toContain('a'.repeat(4_500));
  await getByRole('button', { name: /^Show all/ }).click();
  expect(container.textContent).toContain('a'.repeat(5_000));
});

test('axe finds nothing wrong with it', async () => {
  const { container } = await openPane('plain words');
  expect(await accessFaults(container)).toEqual([]);
});
