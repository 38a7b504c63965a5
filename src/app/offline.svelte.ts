// Working without a network: the service worker is registered, and a new version waits until the user asks for it,
// because taking over reloads the page and another tab may be scanning.

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
  const workbox = new Workbox(address);
  workbox.addEventListener('waiting', () => offer());
  workbox.addEventListener('controlling', (event) => {
    if (event.isUpdate === true) reload();
  });
  function offer(): void {
    notices.show('info', 'A new version of Winnow is ready.', {
      hint: 'Updating reloads this page. Kept cases stay.',
      action: {
        label: 'Update',
        run: () => {
          if (!isBusy()) workbox.messageSkipWaiting();
          else notices.show('warning', 'A scan is running. Update when it is done: reload the page then.');
        },
      },
    });
  }
  // Registration fails on file: addresses and where a policy forbids it; the app works the same, only not offline.
  await workbox.register().catch(() => undefined);
}
