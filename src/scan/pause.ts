// Lets the event loop run once, so that a worker in the middle of a slice sees the message that cancels it. A message
// channel, because timers are clamped to 4 ms once they are nested.

let channel: MessageChannel | undefined;
const waiting: (() => void)[] = [];

/** Settles after everything that waits in the event loop has had its turn. */
export function pause(): Promise<void> {
  return new Promise((resolve) => {
    if (channel === undefined) {
      channel = new MessageChannel();
      channel.port1.onmessage = () => {
        waiting.shift()?.();
        // An open port keeps a Node process alive.
        if (waiting.length === 0) {
          channel?.port1.close();
          channel = undefined;
        }
      };
    }
    waiting.push(resolve);
    channel.port2.postMessage(undefined);
  });
}
