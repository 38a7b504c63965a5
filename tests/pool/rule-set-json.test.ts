import { expect, test } from 'vitest';
import { fieldKeyOf } from '../../src/model/field-key.ts';
import { PLAIN_VIEW } from '../../src/model/field-view.ts';
import type { RuleSet } from '../../src/model/rule-set.ts';
import { formatRuleSet, parseRuleSet } from '../../src/pool/rule-set-json.ts';

test('a rule set survives being written as JSON, maps and sets of its views included', () => {
  const image = fieldKeyOf('Image');
  const ruleSet: RuleSet = {
    rules: [],
    predicates: [{ kind: 'literal', field: image, anchor: 'suffix', text: '\\whoami.exe', cased: false }],
    views: [
      PLAIN_VIEW,
      {
        id: 1,
        name: 'security-4688',
        sources: new Map([[image, [{ inputs: [fieldKeyOf('NewProcessName')], transform: undefined }]]]),
        hides: new Set([fieldKeyOf('ProcessId')]),
        joined: new Set(),
      },
    ],
    eventViews: [{ channel: 'security', provider: undefined, eventIds: [4688], view: 1 }],
  };
  const again = parseRuleSet(formatRuleSet(ruleSet));
  expect(again).toEqual(ruleSet);
  expect(again.views[1]?.sources.get(image)?.[0]?.inputs).toEqual(['newprocessname']);
});
