// Entity references (F39): the five of XML, numeric ones (seen in audit logs of storage appliances), and unknown names,
// which are kept as they were written so that nothing is lost.

const NAMED: ReadonlyMap<string, string> = new Map([
  ['amp', '&'],
  ['lt', '<'],
  ['gt', '>'],
  ['quot', '"'],
  ['apos', "'"],
]);
const NUMERIC = /^#(?:[xX]([0-9a-fA-F]{1,6})|([0-9]{1,7}))$/;

/** Text that an entity reference stands for; an unknown one gives `&name;`. */
export function entityText(name: string): string {
  const named = NAMED.get(name);
  if (named !== undefined) return named;
  const match = NUMERIC.exec(name);
  if (match !== null) {
    const code = match[1] === undefined ? Number.parseInt(match[2] ?? '', 10) : Number.parseInt(match[1], 16);
    if (code <= 0x10_ffff) return String.fromCodePoint(code);
  }
  return `&${name};`;
}
