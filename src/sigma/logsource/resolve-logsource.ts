// From the logsource of a rule to the events that it means. Lists mean any of their members; category and service
// together mean events that are both. What is unknown is never dropped silently: it widens the rule to every channel,
// because such rules usually name channel and event id themselves, and says so.

import { foldText } from '../../base/fold.ts';
import type { Diagnostic } from '../../model/diagnostic.ts';
import { fieldKeyOf } from '../../model/field-key.ts';
import type { Logsource, LogsourceResolution, LogsourceRoute } from '../../model/logsource.ts';
import type { NotEvaluableReason } from '../../model/rule-set.ts';
import { ViewId } from '../views/field-views.ts';
import type { CategoryRoute } from './categories.ts';
import { CATEGORY_ROUTES, ETW_ONLY_CATEGORIES } from './categories.ts';
import { nearestName } from './nearest-name.ts';
import { SERVICE_CHANNELS } from './services.ts';

const ANY_EVENT: LogsourceRoute = {
  channel: undefined,
  provider: undefined,
  eventIds: undefined,
  view: ViewId.Plain,
  requires: [],
};

/**
 * Resolves a logsource to routes. Texts may be in any case and may hold comma lists. Either `routes` has at least one
 * entry, or `notEvaluable` says why no Windows event log can hold such events. Never throws.
 */
export function resolveLogsource(logsource: Logsource): LogsourceResolution {
  const products = namesOf(logsource.product);
  const categories = namesOf(logsource.category);
  const services = namesOf(logsource.service);
  const diagnostics = listDiagnostics([products, categories, services]);

  const windows = products.includes('windows');
  if (products.includes('mssql') && !windows) {
    // SQL Server writes its errors and its audit to the Application log of the host.
    return { routes: [channelRoute('Application')], notEvaluable: undefined, diagnostics };
  }
  const implied = products.length === 0 && isKnownToWindows(categories, services);
  if (!windows && !implied) {
    return products.length === 0 && categories.length === 0 && services.length === 0
      ? { routes: [ANY_EVENT], notEvaluable: undefined, diagnostics: [...diagnostics, emptyLogsource()] }
      : nothing('other-product', diagnostics);
  }

  const knownCategories = categories.filter((name) => CATEGORY_ROUTES.has(name));
  const traced = categories.filter((name) => ETW_ONLY_CATEGORIES.has(name));
  const knownServices = services.filter((name) => SERVICE_CHANNELS.has(name));
  for (const name of categories) {
    if (!CATEGORY_ROUTES.has(name) && !ETW_ONLY_CATEGORIES.has(name)) {
      diagnostics.push(
        unknownName('category', name, CATEGORY_ROUTES.keys(), knownCategories.length + knownServices.length),
      );
    }
  }
  for (const name of services) {
    if (!SERVICE_CHANNELS.has(name)) {
      diagnostics.push(
        unknownName('service', name, SERVICE_CHANNELS.keys(), knownCategories.length + knownServices.length),
      );
    }
  }

  const ofCategories = knownCategories.flatMap((name) => (CATEGORY_ROUTES.get(name) ?? []).map(routeOf));
  const ofServices = knownServices.flatMap((name) => (SERVICE_CHANNELS.get(name) ?? []).map(channelRoute));
  if (ofCategories.length === 0 && traced.length > 0) return nothing('etw-only', diagnostics);
  return { routes: distinct(combine(ofCategories, ofServices, diagnostics)), notEvaluable: undefined, diagnostics };
}

function combine(
  ofCategories: readonly LogsourceRoute[],
  ofServices: readonly LogsourceRoute[],
  diagnostics: Diagnostic[],
): readonly LogsourceRoute[] {
  if (ofCategories.length === 0 && ofServices.length === 0) return [ANY_EVENT];
  if (ofCategories.length === 0) return ofServices;
  if (ofServices.length === 0) return ofCategories;
  const channels = new Set(ofServices.map((route) => route.channel));
  const both = ofCategories.filter((route) => channels.has(route.channel));
  if (both.length > 0) return both;
  diagnostics.push({
    code: 'logsource-conflict',
    severity: 'warning',
    message: 'The service does not log events of this category; the service alone is used.',
    hint: 'Remove the category or the service.',
  });
  return ofServices;
}

/** Members of a list, folded, comma lists taken apart, without repeats. */
function namesOf(texts: readonly string[]): readonly string[] {
  const names = texts.flatMap((text) => text.split(',').map((part) => foldText(part.trim())));
  return [...new Set(names.filter((name) => name !== ''))];
}

function isKnownToWindows(categories: readonly string[], services: readonly string[]): boolean {
  return (
    categories.some((name) => CATEGORY_ROUTES.has(name) || ETW_ONLY_CATEGORIES.has(name)) ||
    (categories.length === 0 && services.some((name) => SERVICE_CHANNELS.has(name)))
  );
}

function channelRoute(channel: string): LogsourceRoute {
  return { ...ANY_EVENT, channel: foldText(channel) };
}

function routeOf(route: CategoryRoute): LogsourceRoute {
  return {
    channel: foldText(route.channel),
    provider: undefined,
    eventIds: route.eventIds,
    view: route.view,
    requires: (route.requires ?? []).map(([field, anyOf]) => ({
      field: fieldKeyOf(field),
      anyOf: anyOf.map(foldText),
    })),
  };
}

function distinct(routes: readonly LogsourceRoute[]): readonly LogsourceRoute[] {
  const seen = new Map<string, LogsourceRoute>();
  for (const route of routes) seen.set(JSON.stringify(route), route);
  return [...seen.values()];
}

function nothing(reason: NotEvaluableReason, diagnostics: readonly Diagnostic[]): LogsourceResolution {
  return { routes: [], notEvaluable: reason, diagnostics };
}

function listDiagnostics(parts: readonly (readonly string[])[]): Diagnostic[] {
  if (parts.every((names) => names.length < 2)) return [];
  return [
    {
      code: 'logsource-list',
      severity: 'info',
      message: 'The logsource holds a list; any of its members counts.',
      hint: 'Other Sigma tools refuse lists here.',
    },
  ];
}

function emptyLogsource(): Diagnostic {
  return {
    code: 'logsource-empty',
    severity: 'warning',
    message: 'The logsource names nothing, so the rule is tried on every event.',
    hint: 'Add at least `product: windows`.',
  };
}

function unknownName(kind: 'category' | 'service', name: string, known: Iterable<string>, others: number): Diagnostic {
  const nearest = nearestName(name, known);
  return {
    code: kind === 'category' ? 'logsource-unknown-category' : 'logsource-unknown-service',
    severity: 'warning',
    message:
      others > 0
        ? `The ${kind} "${name}" is unknown and is left out.`
        : `The ${kind} "${name}" is unknown, so the rule is tried on every channel.`,
    ...(nearest === undefined ? {} : { hint: `Did you mean "${nearest}"?` }),
  };
}
