// What becomes of rule files in a drop: a pack of their own, or, where they lie among logs, a question.

import type { EvidenceFile } from '../intake/evidence.ts';
import type { RulePack } from '../model/rule-pack.ts';
import type { AddressParams } from './address.ts';
import { sayRulesAmongLogs } from './intake-words.ts';
import type { Notices } from './notices.svelte.ts';
import type { Router } from './router.svelte.ts';
import type { RulePacks } from './rule-packs.svelte.ts';

const NO_PARAMS: AddressParams = new Map();

export class RuleIntake {
  readonly #packs: RulePacks;
  readonly #router: Router;
  readonly #notices: Notices;

  constructor(packs: RulePacks, router: Router, notices: Notices) {
    this.#packs = packs;
    this.#router = router;
    this.#notices = notices;
  }

  /** Compiles rules into a pack and shows what became of them. */
  async take(files: readonly EvidenceFile[]): Promise<void> {
    this.#router.go({ view: 'rules', params: NO_PARAMS });
    const packs = await this.#packs.add(files);
    const [first] = packs;
    // The report says everything, unless there are several, or the user went elsewhere meanwhile.
    if (packs.length === 1 && first !== undefined && this.#router.address.view === 'rules') {
      this.#router.go({ view: 'pack', packId: first.id, params: NO_PARAMS });
    } else {
      this.#sayPacks(packs);
    }
  }

  /** Rules that lie among logs may be part of the evidence, and a filter in them could silence rules: the user decides. */
  offer(files: readonly EvidenceFile[], take: () => void): void {
    this.#notices.show('info', sayRulesAmongLogs(files.length), {
      hint: 'If they are yours, take them as a rule pack when the scan is over, then scan again.',
      action: { label: 'Take them as rules', run: take },
    });
  }

  #sayPacks(packs: readonly RulePack[]): void {
    const idle = packs.filter((pack) => !pack.enabled);
    if (idle.length < packs.length) this.#notices.show('info', 'Your rules are in use from the next scan on.');
    for (const { name } of idle) {
      this.#notices.show('warning', `No rule in ${name} can run on Windows event logs, so it is not kept.`, {
        hint: 'Drop it alone to read why, document by document.',
      });
    }
  }
}
