// Working without a network: the service worker is registered, and a new version waits until the user asks for it,
// because taking over reloads the page and another tab may be scanning.

import { trustedAddress } from '../pool/trusted-address.ts';
import type { Notices } from './notices.svelte.ts';

/** Registers the service worker at `address`; says when a new version is ready. Does nothing where there is none to be had. */
export async function keepOffline(
  address: string,
  notices: Notices,
  isBusy: () => boolean,
  reload: () => void,
): Promise<void> {
  if (!('serviceWorker' in navigator)) return;
  const { Workbox } = await import('workbox-window');
  const workbox = new Workbox(trustedAddress(address));
  workbox.addEventListener('waiting', () => offer());
  let asked = false;
  let isControlled = navigator.serviceWorker.controller !== null;
  workbox.addEventListener('controlling', () => {
    const isFirst = !isControlled;
    isControlled = true;
    if (isFirst && !asked) return;
    if (asked && !isBusy()) reload();
    // Another tab was updated, or a scan began meanwhile. The files of the version before are kept, so this tab goes on.
    else
      notices.show('info', 'Winnow was updated; this tab goes on with the version before.', {
        hint: 'Reload the page when no scan is running.',
      });
  });
  function offer(): void {
    notices.show('info', 'A new version of Winnow is ready.', {
      hint: 'Updating reloads this page. Kept cases stay.',
      action: {
        label: 'Update',
        run: () => {
          asked = !isBusy();
          if (asked) workbox.messageSkipWaiting();
          else notices.show('warning', 'A scan is running. Update when it is done: reload the page then.');
        },
      },
    });
  }
  // Registration fails on file: addresses and where a policy forbids it; the app works the same, only not offline.
  await workbox.register().catch(() => undefined);
}
