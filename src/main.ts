// The only composition root: builds the store, the scanner and the state, and puts the app on the page. Nothing else
// knows which implementation stands behind a port. What the first screen does not need is loaded when it is used.

import './ui/shared/tokens.css';
import './ui/shared/base.css';
import { mount } from 'svelte';
import { version } from '../package.json';
import { createAddressBar, createSettings } from './app/browser-ports.ts';
import { closeConnections } from './app/close-connections.ts';
import { formatEventText } from './app/event-text.ts';
import { takeLaunchedFiles } from './app/launched-files.ts';
import { keepOffline } from './app/offline.svelte.ts';
import type { AppPorts, ExplainFinding, ExportFindings, WorkbenchTools } from './app/ports.ts';
import { RulesInUse } from './app/rules-in-use.ts';
import { WinnowApp } from './app/winnow-app.svelte.ts';
import type { EventCatalogue } from './model/event-catalogue.ts';
import { createCollector, type IntakeOptions } from './intake/collect.ts';
import type { Intake } from './intake/evidence.ts';
import { readDrop } from './intake/read-drop.ts';
import { readFiles } from './intake/read-files.ts';
import { readHandles } from './intake/read-handles.ts';
import { createLazyEventIndex } from './pool/lazy-event-index.ts';
import { createLazyScanner } from './pool/lazy-scanner.ts';
import { createRenewableScanner } from './pool/renewable-scanner.ts';
import { compileRulesInWorker } from './pool/rule-compiler.ts';
import { createShippedRules, type ShippedRules } from './pool/shipped-rules.ts';
import {
  startEventsWorker,
  startHashWorker,
  startRulesWorker,
  startScanWorker,
  startUnpackWorker,
} from './pool/shipped-workers.ts';
import { workersOfThisMachine } from './pool/worker-count.ts';
import { openStores } from './store/open-stores.ts';
import { askToKeepStorage, estimateStorage } from './store/quota.ts';
import App from './ui/shell/App.svelte';

/** Hash over the sources of the build; not every build has one. */
declare const __WINNOW_BUILD__: string | undefined;

function createExplain(rules: RulesInUse): ExplainFinding {
  return async (finding) => {
    if (finding.correlation !== undefined) return [];
    const [{ matchedParts }, ruleSet, sources] = await Promise.all([
      import('./sigma/interpret/explain.ts'),
      rules.loadRuleSet(),
      rules.loadSources(),
    ]);
    const number = ruleSet.rules.findIndex(
      (rule) => rule.info.id === finding.ruleId && rule.info.hash === finding.ruleHash,
    );
    const rule = ruleSet.rules[number];
    const source = sources.find((each) => each.rule === number);
    // A finding of an older version of the rule is not explained by the new one.
    if (rule?.kind !== 'event' || source === undefined) return [];
    return matchedParts(ruleSet, rule, finding.event, source, new Map(finding.joinedValues));
  };
}

const exportFindings: ExportFindings = async function* (format, findings, context) {
  const [{ exportFindings: write }, { formatEvtxDumpJson }] = await Promise.all([
    import('./export/export-formats.ts'),
    import('./evtx/render/evtx-dump-json.ts'),
  ]);
  yield* write(format, findings, {
    ...context,
    renderEventJson: formatEvtxDumpJson,
    // Excel takes a CSV for Latin-1 without it.
    byteOrderMark: true,
  });
};

async function openWorkbench(shipped: ShippedRules): Promise<WorkbenchTools> {
  const [{ createWorkbenchTools }, { explainMatch }, { silenceRules: silenceProgram }, { listRoutes }] =
    await Promise.all([
      import('./pool/workbench-tools.ts'),
      import('./sigma/interpret/explain.ts'),
      import('./engine/silence-rules.ts'),
      import('./engine/list-routes.ts'),
    ]);
  const tools = { explainMatch, silenceProgram, listRoutes };
  return createWorkbenchTools(startRulesWorker, () => shipped.loadTexts(), tools);
}

/** The rules for a scanner, of which those that are off make no findings; what silences them is loaded when there are any. */
function partsWithout(off: ReadonlySet<string>, parts: RulesInUse['parts']) {
  if (off.size === 0) return parts;
  const silent = Promise.all([import('./pool/silenced-parts.ts'), import('./engine/silence-rules.ts')]).then(
    ([{ silenceParts }, { silenceRules }]) => silenceParts(parts, ({ id }) => off.has(id), silenceRules),
  );
  silent.catch(() => undefined);
  return {
    loadProgram: async () => (await silent).loadProgram(),
    loadCorrelations: async () => (await silent).loadCorrelations(),
    loadJoins: async () => (await silent).loadJoins(),
  };
}

async function loadEventCatalogue(): Promise<EventCatalogue> {
  const [{ createEventCatalogueInSteps }, events, values] = await Promise.all([
    import('./model/event-catalogue.ts'),
    import('../rules/events/events.tsv?raw'),
    import('../rules/events/values.tsv?raw'),
  ]);
  const pause = (): Promise<void> => new Promise((resolve) => setTimeout(resolve));
  return createEventCatalogueInSteps(events.default, values.default, pause);
}

/** Takes the sample's logs in as if their folder had been dropped. */
async function loadSample(): Promise<Intake> {
  const { loadSampleLogs } = await import('./pool/shipped-sample.ts');
  const collector = createCollector();
  for (const { path, bytes } of await loadSampleLogs()) {
    const name = path.slice(path.lastIndexOf('/') + 1);
    await collector.add({ path, chosen: false, load: () => new File([bytes], name, { lastModified: 0 }) });
  }
  return collector.finish();
}

/** Asks for each handle's permission first: the click that led here allows the question. */
async function reopen(handles: readonly FileSystemHandle[], options: IntakeOptions): ReturnType<typeof readHandles> {
  type Asking = FileSystemHandle & { requestPermission?: (mode: { mode: 'read' }) => Promise<PermissionState> };
  for (const handle of handles as readonly Asking[]) await handle.requestPermission?.({ mode: 'read' });
  return readHandles(handles, options);
}

async function start(target: HTMLElement): Promise<void> {
  const build = typeof __WINNOW_BUILD__ === 'string' ? __WINNOW_BUILD__ : undefined;
  const shipped = createShippedRules();
  const rules = new RulesInUse(shipped);
  const { cases: store, packs: packStore, tuning: tuningStore, tabs } = await openStores();
  const scanner = createRenewableScanner(() => {
    // Of one moment: a scan that runs must not meet the numbers of rules that came into use after it began.
    const { loadProgram, loadCorrelations, loadJoins } = partsWithout(app.tuning.off, rules.parts);
    return createLazyScanner(async () =>
      (await import('./pool/worker-scanner.ts')).createWorkerScanner({
        startWorker: startScanWorker,
        startUnpacker: startUnpackWorker,
        loadProgram,
        loadCorrelations,
        loadJoins,
      }),
    );
  });
  // The app that asks is built from these ports; nothing is read before it is there.
  const packed: IntakeOptions = {
    openZip: async (blob) => (await import('./intake/open-zip.ts')).openZip(blob),
    askPassword: (question) => app.passwords.ask(question),
  };
  const ports: AppPorts = {
    catalogue: rules,
    ownRules: {
      compile: (files) => compileRulesInWorker(startRulesWorker, files),
      build,
      loadCoreTexts: () => shipped.loadTexts(),
      use: (combined) => rules.use(combined),
    },
    openWorkbench: () => openWorkbench(shipped),
    packStore,
    tuningStore,
    ...(tabs && { tabs }),
    ...(store.durable && { estimateStorage }),
    evidence: {
      // A drop or a choice of files is the moment at which a browser may ask whether the case is to be kept.
      readDrop: (transfer) => {
        void askToKeepStorage();
        return readDrop(transfer, packed);
      },
      readFiles: (files) => {
        void askToKeepStorage();
        return readFiles(files, packed);
      },
      readHandles: (handles) => reopen(handles, packed),
    },
    events: createLazyEventIndex(async () => {
      const { createEventIndex } = await import('./pool/event-index-client.ts');
      return createEventIndex({ startWorker: startEventsWorker, searchers: workersOfThisMachine() });
    }),
    renderers: {
      text: formatEventText,
      xml: async (event) => (await import('./evtx/render/event-xml.ts')).formatEventXml(event),
      json: async (event) => (await import('./evtx/render/evtx-dump-json.ts')).formatEvtxDumpJson(event),
    },
    explain: createExplain(rules),
    exportFindings,
    saveFile: async (...file) => (await import('./app/export-save.ts')).saveFile(...file),
    loadAttackTable: async () => (await import('../rules/attack/attack.json')).default,
    loadEventCatalogue,
    addressBar: createAddressBar(),
    settings: createSettings(),
    now: () => Date.now(),
    version,
    loadSample,
    ...(build !== undefined && { build }),
    startHasher: async () => {
      const { createFileHasher } = await import('./pool/file-hasher.ts');
      return createFileHasher(startHashWorker);
    },
  };
  const app = new WinnowApp(store, scanner, ports);
  const report = (error: unknown): void => {
    app.notices.show('error', `A fault in Winnow: ${error instanceof Error ? error.message : String(error)}`, {
      hint: 'Findings on screen stay. If something looks wrong, reload the page.',
    });
  };
  window.addEventListener('error', (event) => report(event.error ?? event.message));
  window.addEventListener('unhandledrejection', (event) => report(event.reason));
  mount(App, { target, props: { app } });
  // What a drop shows first, ready before it; a failed load is tried again when the view is shown.
  void import('./ui/findings/FindingsScreen.svelte').catch(() => undefined);
  takeLaunchedFiles((handles) => app.run('Reading the files', app.take(reopen(handles, packed))));
  await app.start();
  // The reader of zips, for a drop that comes later; a failed load is tried again with it.
  for (const load of [
    () => import('./intake/packed.ts'),
    () => import('./intake/open-zip.ts'),
    () => import('./intake/zip-library.ts'),
  ]) {
    void load().catch(() => undefined);
  }
  if (import.meta.env.PROD && location.protocol !== 'file:') {
    await keepOffline(
      './sw.js',
      app.notices,
      () => app.scanning,
      () => location.reload(),
    );
  }
}

closeConnections(window);
const target = document.getElementById('app');
if (target === null) throw new Error('the page has no place for the app');
void start(target);
