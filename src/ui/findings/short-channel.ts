// Channel names as lists show them: the vendor's prefix says nothing and pushes the telling part out of sight.

/** `Microsoft-Windows-Sysmon/Operational` → `Sysmon/Operational`; anything else stays. */
export function shortChannel(channel: string): string {
  return channel.replace(/^Microsoft-Windows-(?=.)/, '');
}
