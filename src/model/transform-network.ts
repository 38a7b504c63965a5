// Transforms for Security 5156 read as a network connection (reference: logsource mapping 4.3).

import type { Transform } from './transform.ts';

const PROTOCOL_NAMES: ReadonlyMap<string, string> = new Map([
  ['1', 'icmp'],
  ['6', 'tcp'],
  ['17', 'udp'],
  ['58', 'icmpv6'],
]);

/** Name of an IP protocol number as Sysmon writes it; other numbers stay. */
const protocolName: Transform = ([numbers = []]) => numbers.map((number) => PROTOCOL_NAMES.get(number) ?? number);

/** Sysmon's Initiated: `true` for outbound, `false` for inbound connections. */
const initiated: Transform = ([directions = []]) =>
  directions.flatMap((direction) => {
    if (direction === '%%14593') return ['true'];
    if (direction === '%%14592') return ['false'];
    return [];
  });

/** Whether an address is written as IPv6, as Sysmon's `…IsIpv6` tells it. */
const isIpv6: Transform = ([addresses = []]) =>
  addresses.flatMap((address) => (address === '' || address === '-' ? [] : [address.includes(':') ? 'true' : 'false']));

export const NETWORK_TRANSFORMS: ReadonlyMap<string, Transform> = new Map([
  ['protocolName', protocolName],
  ['initiated', initiated],
  ['isIpv6', isIpv6],
]);
