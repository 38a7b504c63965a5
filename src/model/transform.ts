// The named value transforms of field views: how a value that Windows wrote one way is also readable the way rules
// write it. Pure functions over texts, run on a memo miss in the engine and on every read in the reference
// interpreter, so both agree by construction. Which field uses which transform is data of src/sigma/views.

import { ACCOUNT_TRANSFORMS } from './transform-account.ts';
import { BLOCK_TRANSFORMS } from './transform-block.ts';
import { LIST_TRANSFORMS } from './transform-list.ts';
import { NETWORK_TRANSFORMS } from './transform-network.ts';
import { PATH_TRANSFORMS } from './transform-path.ts';
import { REGISTRY_TRANSFORMS } from './transform-registry.ts';

/**
 * Makes the values of a derived field. `inputs` has one list per input field of the source, in its order, with all
 * values of that field (empty list = absent, '' = present and empty). An empty result means the derived field has no
 * value from this source. Never throws, never looks at anything but its inputs, linear in their length.
 */
export type Transform = (inputs: readonly (readonly string[])[]) => readonly string[];

/** Every transform by the name that field sources use. */
export const TRANSFORMS: ReadonlyMap<string, Transform> = new Map<string, Transform>([
  ...ACCOUNT_TRANSFORMS,
  ...BLOCK_TRANSFORMS,
  ...LIST_TRANSFORMS,
  ...NETWORK_TRANSFORMS,
  ...PATH_TRANSFORMS,
  ...REGISTRY_TRANSFORMS,
]);
