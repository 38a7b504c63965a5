// IP addresses and networks as bytes. Events write IPv4 addresses also as `::ffff:a.b.c.d` (Kerberos events of domain
// controllers do); those count as IPv4 on both sides.

export interface Network {
  /** 4 or 16 bytes. */
  readonly bytes: readonly number[];
  /** Leading bits that count. */
  readonly bits: number;
}

export type NetworkProblem = 'address' | 'prefix' | 'host-bits';

/** Bytes of an address (blanks and a zone such as `%12` do not count), or undefined. Mapped IPv4 gives four bytes. */
export function parseAddress(text: string): number[] | undefined {
  let plain = text.trim();
  const zone = plain.indexOf('%');
  if (zone >= 0) plain = plain.slice(0, zone);
  if (!plain.includes(':')) return parseV4(plain);
  const bytes = parseV6(plain);
  return bytes !== undefined && isMapped(bytes) ? bytes.slice(12) : bytes;
}

/** A network `address/bits`, `address/mask` (IPv4) or a lone address; a problem where it is none or has host bits set. */
export function parseNetwork(text: string): Network | NetworkProblem {
  const slash = text.indexOf('/');
  const address = slash < 0 ? text : text.slice(0, slash);
  const bytes = address.includes(':') ? parseV6(address) : parseV4(address);
  if (bytes === undefined) return 'address';
  const bits = slash < 0 ? bytes.length * 8 : parsePrefix(text.slice(slash + 1), bytes.length);
  if (bits === undefined) return 'prefix';
  for (let bit = bits; bit < bytes.length * 8; bit++) {
    if ((bytes[bit >> 3]! & (0x80 >> (bit & 7))) !== 0) return 'host-bits';
  }
  return isMapped(bytes) && bits >= 96 ? { bytes: bytes.slice(12), bits: bits - 96 } : { bytes, bits };
}

/** Whether the text is an address inside the network; another family or no address is outside. */
export function matchNetwork(network: Network, text: string): boolean {
  const bytes = parseAddress(text);
  if (bytes?.length !== network.bytes.length) return false;
  for (let at = 0, left = network.bits; left > 0; at++, left -= 8) {
    const mask = left >= 8 ? 0xff : (0xff << (8 - left)) & 0xff;
    if (((bytes[at]! ^ network.bytes[at]!) & mask) !== 0) return false;
  }
  return true;
}

function isMapped(bytes: readonly number[]): boolean {
  return (
    bytes.length === 16 && bytes[10] === 0xff && bytes[11] === 0xff && bytes.slice(0, 10).every((byte) => byte === 0)
  );
}

function parsePrefix(text: string, size: number): number | undefined {
  if (/^\d{1,3}$/.test(text)) return Number(text) <= size * 8 ? Number(text) : undefined;
  const mask = size === 4 ? parseV4(text) : undefined;
  if (mask === undefined) return undefined;
  const bits = mask.map((byte) => byte.toString(2).padStart(8, '0')).join('');
  return /^1*0*$/.test(bits) ? bits.lastIndexOf('1') + 1 : undefined;
}

function parseV4(text: string): number[] | undefined {
  if (text.length > 15) return undefined;
  const parts = text.split('.');
  if (parts.length !== 4) return undefined;
  const bytes = parts.map((part) => (/^(?:0|[1-9]\d{0,2})$/.test(part) ? Number(part) : 256));
  return bytes.every((byte) => byte < 256) ? bytes : undefined;
}

function parseV6(text: string): number[] | undefined {
  if (text.length > 45) return undefined;
  const halves = text.split('::');
  if (halves.length > 2) return undefined;
  const head = parseGroups(halves[0]!);
  const tail = halves.length === 2 ? parseGroups(halves[1]!) : [];
  if (head === undefined || tail === undefined) return undefined;
  if (halves.length === 1) return head.length === 16 ? head : undefined;
  const gap = 16 - head.length - tail.length;
  return gap >= 2 ? [...head, ...new Array<number>(gap).fill(0), ...tail] : undefined;
}

/** Bytes of colon-separated groups, the last of which may be an IPv4 address. */
function parseGroups(text: string): number[] | undefined {
  if (text === '') return [];
  const bytes: number[] = [];
  const groups = text.split(':');
  for (const [index, group] of groups.entries()) {
    if (/^[0-9a-fA-F]{1,4}$/.test(group)) {
      const value = Number.parseInt(group, 16);
      bytes.push(value >> 8, value & 0xff);
      continue;
    }
    const last = index === groups.length - 1 ? parseV4(group) : undefined;
    if (last === undefined) return undefined;
    bytes.push(...last);
  }
  return bytes;
}
