// The regexes of the search bar on the product's own engine: the same dialect and folding as in rules, and no pattern
// can hang the tab. In a file of its own, because it brings the linear engine into the bundle.

import { compileRegex, translateRegex } from '../base/linear-regex.ts';
import { failure, success } from '../base/result.ts';
import type { RegexCompiler } from './lower-query.ts';

/** Compiles patterns in bounded time for any text. */
export const linearMatcher: RegexCompiler = (source, flags) => {
  const translated = translateRegex(source, flags);
  if (!translated.ok) return failure(translated.problem.message);
  const regex = compileRegex(translated.value.source);
  return success((value) => regex.test(value));
};
