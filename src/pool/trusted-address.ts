// Addresses of scripts. The page's policy lets no text become a script (Trusted Types); the one policy named in it is
// made here, and knows the two kinds of script that the app starts: workers from blobs and its service worker.

interface ScriptAddressPolicy {
  createScriptURL(address: string): unknown;
}

interface TrustedTypesFactory {
  createPolicy(name: string, rules: { createScriptURL(address: string): string }): ScriptAddressPolicy;
}

const SERVICE_WORKER = './sw.js';

function allow(address: string): string {
  if (address === SERVICE_WORKER || address.startsWith('blob:')) return address;
  throw new TypeError('Winnow starts no such script.');
}

// At once, so that nothing else can make a policy of this name first.
const factory = (globalThis as { trustedTypes?: TrustedTypesFactory }).trustedTypes;
const policy = factory?.createPolicy('winnow-scripts', { createScriptURL: allow });

/**
 * Gives the address of a worker's blob or of the service worker in the form that this browser wants of it; the text
 * itself where the browser knows no Trusted Types. Throws for every other address.
 */
export function trustedAddress(address: string): string {
  // The declarations of the library know texts only; a trusted address is accepted wherever a text is.
  return policy === undefined ? allow(address) : (policy.createScriptURL(address) as string);
}
