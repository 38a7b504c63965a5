// What axe-core finds wrong with the page, in lines that say where.

import axe from 'axe-core';

/** Gives one line per fault; none is what a test wants. */
export async function accessFaults(element: Element): Promise<string[]> {
  const { violations } = await axe.run(element, {
    // A component is not a page: it has no title and no landmarks of its own.
    rules: { region: { enabled: false } },
  });
  return violations.flatMap(({ id, help, nodes }) => nodes.map(({ html }) => `${id}: ${help}: ${html.slice(0, 200)}`));
}
