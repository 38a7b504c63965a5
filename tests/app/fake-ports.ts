// Ports of the app with nothing behind them, for tests of its state.

import type { Notices } from '../../src/app/notices.svelte.ts';
import type { AddressBar, AppPorts, Settings } from '../../src/app/ports.ts';
import { RuleTuning } from '../../src/app/rule-tuning.svelte.ts';
import { MemoryRulePacks } from '../../src/store/memory-rule-packs.ts';
import { MemoryTuning } from '../../src/store/tuning-store.ts';
import type { RuleInfo } from '../../src/model/rule-set.ts';
import { FakeEvents } from './fake-events.ts';

export class FakeAddressBar implements AddressBar {
  readonly steps: string[] = ['#/'];
  #changed: (() => void) | undefined;

  read(): string {
    return this.steps.at(-1) ?? '';
  }
  push(hash: string): void {
    this.steps.push(hash);
  }
  replace(hash: string): void {
    this.steps[this.steps.length - 1] = hash;
  }
  listen(changed: () => void): () => void {
    this.#changed = changed;
    return () => {
      this.#changed = undefined;
    };
  }
  back(): void {
    this.steps.pop();
    this.#changed?.();
  }
  /** What happens when the user edits the address. */
  type(hash: string): void {
    this.steps.push(hash);
    this.#changed?.();
  }
}

export function fakeSettings(kept: Map<string, string> = new Map()): Settings {
  return {
    read: (name) => kept.get(name),
    write: (name, value) => {
      kept.set(name, value);
    },
  };
}

export function fakePorts(infos: readonly RuleInfo[], more: Partial<AppPorts> = {}): AppPorts {
  return {
    catalogue: {
      verdicts: [],
      loadInfos: () => Promise.resolve(infos),
      loadRuleSet: () => Promise.resolve({ rules: [], predicates: [], views: [], eventViews: [] }),
      loadSource: () => Promise.resolve(undefined),
    },
    ownRules: {
      compile: () => Promise.reject(new Error('no compiler')),
      build: 'build',
      loadCoreTexts: () => Promise.resolve([]),
      use: () => undefined,
    },
    openWorkbench: () => Promise.reject(new Error('no workbench')),
    packStore: new MemoryRulePacks(),
    tuningStore: new MemoryTuning(),
    loadEventCatalogue: () => Promise.reject(new Error('no tables')),
    evidence: {
      readDrop: () => Promise.resolve({ files: [], problems: [], skipped: new Map() }),
      readHandles: () => Promise.resolve({ files: [], problems: [], skipped: new Map() }),
      readFiles: () => Promise.resolve({ files: [], problems: [], skipped: new Map() }),
    },
    events: new FakeEvents(),
    renderers: { text: () => '', xml: () => '', json: () => '' },
    explain: () => Promise.resolve([]),
    exportFindings: async function* (_format, findings) {
      for await (const block of findings)
        yield new TextEncoder().encode(block.map((finding) => `${finding.recordId}\n`).join(''));
    },
    saveFile: async (_name, _type, parts) => {
      const reader = parts[Symbol.asyncIterator]();
      while ((await reader.next()).done !== true);
    },
    loadAttackTable: () => Promise.resolve({ version: '0', tactics: [], techniques: [], retired: [] }),
    addressBar: new FakeAddressBar(),
    settings: fakeSettings(),
    now: () => 1_700_000_000_000,
    version: '0.0.0',
    ...more,
  };
}

/** The analyst's settings of rules, kept nowhere. */
export function tuningOf(notices: Notices): RuleTuning {
  return new RuleTuning({ store: new MemoryTuning(), notices, now: () => 1_000 });
}
