// The rules of this build as the app's catalogue.

import type { RuleInfo } from '../model/rule-set.ts';
import type { ShippedRules } from '../pool/shipped-rules.ts';
import type { RuleCatalogue } from './ports.ts';

/** Gives the catalogue; a rule's text is cut out of its file, which may hold several documents. */
export function createShippedCatalogue(rules: ShippedRules): RuleCatalogue {
  return {
    loadInfos: () => rules.loadInfos(),
    loadRuleSet: () => rules.loadRuleSet(),
    loadSource: async (info) => {
      const texts = await rules.loadTexts();
      const found = texts.find(({ pack, file }) => pack === info.pack && file === info.file);
      return found === undefined ? undefined : cutDocument(found.text, info);
    },
  };
}

function cutDocument(text: string, info: RuleInfo): string {
  const documents = text.split(/^---[ \t]*$/m).filter((document) => document.trim() !== '');
  return (documents.length > 1 ? documents[info.document] : text)?.trim() ?? text;
}
