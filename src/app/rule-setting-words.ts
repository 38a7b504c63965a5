// The words of the log of actions for a rule's setting.

import type { RuleSetting } from '../model/suppression.ts';

/** A clause on what was set and what it was before. */
export function describeSetting(title: string, before: RuleSetting, now: RuleSetting | undefined): string {
  const say = (setting: RuleSetting | undefined): string =>
    `${setting?.off === true ? 'off' : 'on'}, level ${setting?.level ?? 'its own'}`;
  return `${title} (${before.ruleId}): ${say(now)}; was ${say(before)}`;
}
