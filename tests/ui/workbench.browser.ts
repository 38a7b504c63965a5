import { expect, test, vi } from 'vitest';
import { page, userEvent } from 'vitest/browser';
import type { WorkbenchTools } from '../../src/app/ports.ts';
import { compileProgram } from '../../src/engine/compile/compile-program.ts';
import { listRoutes } from '../../src/engine/list-routes.ts';
import type { EventElement } from '../../src/model/event.ts';
import type { EventSearch } from '../../src/model/event-search.ts';
import type { EventIndex, EventView } from '../../src/pool/event-index.ts';
import type { RuleText } from '../../src/pool/rule-compiler.ts';
import { encodeCompiled, openCompiled } from '../../src/pool/compiled-pack.ts';
import { formatCorrelations, formatRuleSet } from '../../src/pool/rule-set-json.ts';
import { compileRules } from '../../src/sigma/compile-rules.ts';
import { explainMatch } from '../../src/sigma/interpret/explain.ts';
import WorkbenchScreen from '../../src/ui/workbench/WorkbenchScreen.svelte';
import { FakeEvents } from '../app/fake-events.ts';
import { madeEvent } from '../app/memory-events.ts';
import { accessFaults } from './harness/check-access.ts';
import { openApp, showView } from './harness/open-app.ts';

function compile(files: readonly RuleText[]) {
  const { ruleSet, sources, verdicts } = compileRules(files);
  const bytes = encodeCompiled({
    program: new Uint8Array(compileProgram(ruleSet)),
    correlations: formatCorrelations(ruleSet),
    joins: 'null',
    infos: JSON.stringify(ruleSet.rules.map(({ info }) => info)),
    ruleSet: formatRuleSet(ruleSet),
    sources: JSON.stringify(sources),
    verdicts: JSON.stringify(verdicts),
  });
  return { pack: openCompiled(bytes), verdicts, bytes };
}

/** The compiler in this thread. */
const tools: WorkbenchTools = {
  check: (text) => Promise.resolve(compile([{ pack: 'workbench', file: 'rule.yml', text }])),
  async loadTrial(pack) {
    const { rules } = await pack.loadRuleSet();
    const program = await pack.loadProgram();
    return { trial: { program, routes: listRoutes(program), correlations: await pack.loadCorrelations() }, rules };
  },
  async explain(pack, event) {
    const [set, sources] = await Promise.all([pack.loadRuleSet(), pack.loadSources()]);
    return set.rules.flatMap((rule, at) =>
      rule.kind === 'event' ? [{ info: rule.info, explanation: explainMatch(set, rule, event, sources[at]) }] : [],
    );
  },
  dispose: () => undefined,
};

const hit = madeEvent(3, { channel: 'Security' }, { NewProcessName: 'C:\\Tools\\example.exe', Evil: '<img src=x>' });

/** An index that answers every trial with one record. */
function eventsOf(asked: unknown[]): EventIndex {
  const progress = { matched: 1, bytesDone: 65_536, bytesTotal: 65_536, isComplete: true };
  const view: EventView = {
    diagnostics: Promise.resolve([]),
    done: Promise.resolve(progress),
    rows: () => Promise.resolve([{ ...hit.row, number: 0, fields: [] }]),
    groups: () => Promise.resolve([]),
    facet: () => Promise.resolve({ values: [], others: 0, isComplete: true }),
    histogram: () => Promise.resolve({ start: 0, width: 1, counts: [] }),
    positionOf: () => Promise.resolve(0),
    cancel: () => undefined,
    close: () => undefined,
  };
  class TrialEvents extends FakeEvents {
    override get count(): number {
      return 40;
    }
    override loadEvent(): Promise<EventElement | undefined> {
      return Promise.resolve(hit.event);
    }
    override search(search: EventSearch): EventView {
      if ((search.rules?.routes.length ?? 0) > 0) asked.push(search.rules?.routes);
      return view;
    }
  }
  return new TrialEvents();
}

async function openWorkbench(withCase: boolean) {
  const asked: unknown[] = [];
  const { app, scanner } = await openApp([], {
    openWorkbench: () => Promise.resolve(tools),
    ownRules: {
      compile: (files) => Promise.resolve(compile(files)),
      build: undefined,
      loadCoreTexts: () => Promise.resolve([]),
      use: () => undefined,
    },
    ...(withCase && { events: eventsOf(asked) }),
  });
  if (withCase) {
    const files = [{ path: 'a.evtx', blob: new Blob(['x']), size: 1, lastModified: 0 }];
    await app.take(Promise.resolve({ files, problems: [], skipped: new Map() }));
    await vi.waitFor(() => scanner.listener);
    scanner.finish();
    await app.session!.scan!.done;
  }
  const screen = await showView(app, WorkbenchScreen, { ruleId: undefined });
  const editor = page.getByRole('textbox', { name: 'Rule text' });
  await expect.element(editor).toBeVisible();
  await expect.element(page.getByText('The rule compiles.')).toBeVisible();
  return { app, screen, editor, asked };
}

test('a broken rule is told at its place, a mended one runs and each hit explains itself; axe finds nothing', async () => {
  const { editor, asked, screen } = await openWorkbench(true);
  await userEvent.click(editor);
  await userEvent.keyboard('{Control>}{Home}{/Control}level: [[{Enter}');
  await expect.element(page.getByRole('button', { name: /^Line \d+, column \d+ error/ }).first()).toBeVisible();
  expect(await accessFaults(screen.container)).toEqual([]);
  await userEvent.keyboard('{Control>}zz{/Control}');
  await expect.element(page.getByText('The rule compiles.')).toBeVisible();
  await page.getByRole('button', { name: 'Run on the case' }).click();
  await expect.element(page.getByText('1 event matches')).toBeVisible();
  // Only events of the kinds that a process creation rule looks at are asked for.
  expect(JSON.stringify(asked[0])).toContain('4688');
  await page.getByRole('list', { name: 'Hits' }).getByRole('button').click();
  await expect.element(page.getByRole('region', { name: 'Why it matches' })).toBeVisible();
  await expect.element(page.getByText('C:\\Tools\\example.exe').first()).toBeVisible();
  expect(await accessFaults(screen.container)).toEqual([]);
});

test('what is typed and not saved waits while the page lasts, and the app says so', async () => {
  const { app, editor, screen } = await openWorkbench(false);
  await expect.element(page.getByText(/Open a case, or drop event logs/)).toBeVisible();
  await userEvent.click(editor);
  await userEvent.keyboard('{Control>}{Home}{/Control}# mine{Enter}');
  await expect.element(page.getByText('Not saved')).toBeVisible();
  await screen.unmount();
  expect(app.notices.list.at(-1)?.message).toBe('The rule in the workbench is not saved.');
  await showView(app, WorkbenchScreen, { ruleId: undefined });
  await expect.element(page.getByText('# mine')).toBeVisible();
  await page.getByRole('button', { name: 'Save', exact: true }).click();
  await expect.element(page.getByText('Saved', { exact: true })).toBeVisible();
  expect(app.packs.packs).toMatchObject([{ name: 'My rules', files: 1, enabled: true, counts: { compiled: 1 } }]);
  const [pack] = app.packs.packs!;
  const content = await app.ports.packStore.loadPack(pack!.id);
  expect(new TextDecoder().decode(content!.files[0]!.bytes)).toMatch(/^# mine\ntitle: New rule\n/);
});
