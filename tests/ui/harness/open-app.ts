// The app with nothing behind its ports, for tests of components in a browser.

import type { Component } from 'svelte';
import { render } from 'vitest-browser-svelte';
import type { AppPorts } from '../../../src/app/ports.ts';
import { WinnowApp } from '../../../src/app/winnow-app.svelte.ts';
import type { RuleInfo } from '../../../src/model/rule-set.ts';
import { fakePorts } from '../../app/fake-ports.ts';
import { FakeScanner } from '../../app/fake-scanner.ts';
import { FakeStore } from '../../app/fake-store.ts';
import AppHarness from './AppHarness.svelte';
import '../../../src/ui/shared/tokens.css';
import '../../../src/ui/shared/base.css';

export async function openApp(
  infos: readonly RuleInfo[],
  more: Partial<AppPorts> = {},
): Promise<{ app: WinnowApp; scanner: FakeScanner; store: FakeStore }> {
  const scanner = new FakeScanner();
  const store = new FakeStore();
  const app = new WinnowApp(store, scanner, fakePorts(infos, more));
  await app.start();
  return { app, scanner, store };
}

/** Shows a component that takes the app from its context. */
export function showView(app: WinnowApp, view: Component<never>, props: Record<string, unknown> = {}) {
  return render(AppHarness, { props: { app, view: view as Component<Record<string, unknown>>, props } });
}
