// A check of a Navigator layer, written from the description of layer format 4.5: required properties, their types and
// allowed values, and no property that the format does not have.

import { expect } from 'vitest';

export interface CheckedLayer {
  readonly name: string;
  readonly techniques: readonly { readonly techniqueID: string; readonly score?: number }[];
}

type Kind = 'string' | 'number' | 'boolean' | 'object' | 'array';

const LAYER: Readonly<Record<string, Kind>> = {
  versions: 'object',
  name: 'string',
  description: 'string',
  domain: 'string',
  customDataURL: 'string',
  filters: 'object',
  sorting: 'number',
  layout: 'object',
  hideDisabled: 'boolean',
  techniques: 'array',
  gradient: 'object',
  legendItems: 'array',
  showTacticRowBackground: 'boolean',
  tacticRowBackground: 'string',
  selectTechniquesAcrossTactics: 'boolean',
  selectSubtechniquesWithParent: 'boolean',
  selectVisibleTechniques: 'boolean',
  metadata: 'array',
  links: 'array',
};
const VERSIONS: Readonly<Record<string, Kind>> = { attack: 'string', navigator: 'string', layer: 'string' };
const LAYOUT: Readonly<Record<string, Kind>> = {
  layout: 'string',
  showID: 'boolean',
  showName: 'boolean',
  showAggregateScores: 'boolean',
  countUnscored: 'boolean',
  aggregateFunction: 'string',
  expandedSubtechniques: 'string',
};
const TECHNIQUE: Readonly<Record<string, Kind>> = {
  techniqueID: 'string',
  tactic: 'string',
  comment: 'string',
  enabled: 'boolean',
  score: 'number',
  color: 'string',
  metadata: 'array',
  links: 'array',
  showSubtechniques: 'boolean',
};
const GRADIENT: Readonly<Record<string, Kind>> = { colors: 'array', minValue: 'number', maxValue: 'number' };

/** Fails the test where the value is not a layer; gives it back as one. */
export function checkNavigatorLayer(value: unknown): CheckedLayer {
  const layer = checkObject(value, LAYER, ['name', 'domain']);
  expect(['enterprise-attack', 'mobile-attack', 'ics-attack']).toContain(layer['domain']);
  const versions = checkObject(layer['versions'], VERSIONS, ['navigator', 'layer']);
  expect(versions['layer']).toBe('4.5');
  expect(versions['attack'] ?? '1').toMatch(/^\d+$/);
  const [major = 0, minor = 0] = String(versions['navigator']).split('.').map(Number);
  expect(major * 100 + minor).toBeGreaterThanOrEqual(409);
  expect([0, 1, 2, 3]).toContain(layer['sorting'] ?? 0);
  if (layer['layout'] !== undefined) {
    const layout = checkObject(layer['layout'], LAYOUT, []);
    expect(['side', 'flat', 'mini']).toContain(layout['layout'] ?? 'side');
    expect(['none', 'all', 'annotated']).toContain(layout['expandedSubtechniques'] ?? 'none');
  }
  if (layer['gradient'] !== undefined) {
    const gradient = checkObject(layer['gradient'], GRADIENT, ['colors', 'minValue', 'maxValue']);
    expect((gradient['colors'] as unknown[]).length).toBeGreaterThanOrEqual(2);
    for (const colour of gradient['colors'] as unknown[]) expect(colour).toMatch(/^#[0-9a-f]{6}$/i);
    expect(gradient['maxValue']).toBeGreaterThan(gradient['minValue'] as number);
  }
  const seen = new Set<unknown>();
  for (const each of (layer['techniques'] ?? []) as unknown[]) {
    const technique = checkObject(each, TECHNIQUE, ['techniqueID']);
    expect(technique['techniqueID']).toMatch(/^T\d{4}(\.\d{3})?$/);
    expect(seen.has(technique['techniqueID'])).toBe(false);
    seen.add(technique['techniqueID']);
  }
  return value as CheckedLayer;
}

function checkObject(
  value: unknown,
  kinds: Readonly<Record<string, Kind>>,
  required: readonly string[],
): Record<string, unknown> {
  expect(kindOf(value)).toBe('object');
  const object = value as Record<string, unknown>;
  for (const name of required) expect(Object.keys(object)).toContain(name);
  for (const [name, each] of Object.entries(object)) {
    expect(Object.keys(kinds)).toContain(name);
    expect(`${name}: ${kindOf(each)}`).toBe(`${name}: ${kinds[name]!}`);
  }
  return object;
}

function kindOf(value: unknown): string {
  return Array.isArray(value) ? 'array' : typeof value;
}
