// What the policy of a page does not reach: WebRTC speaks to any address whatever `connect-src` says (Chromium and
// Firefox). Workers have none.

const WAYS_OUT = ['RTCPeerConnection', 'webkitRTCPeerConnection'];

/** Takes WebRTC away from the page for as long as it lives. */
export function closeConnections(scope: object): void {
  for (const name of WAYS_OUT) {
    Object.defineProperty(scope, name, { value: undefined, writable: false, configurable: false });
  }
}
