import { connect as connectHttp2 } from 'node:http2';
import { connect, type Socket } from 'node:net';

const LIMIT_MS = 2000;

/**
 * Whether a server behind this unix socket greets with HTTP/2 settings, as every gRPC server does at
 * once. A bare connection would not do: buildkitd listens before it can serve (BuildKit 0.34.2,
 * `cmd/buildkitd/main.go`, "listeners have to be initialized before the controller").
 */
export async function speaksHttp2(socketPath: string): Promise<boolean> {
  return (await awaitGreeting(connect({ path: socketPath }), LIMIT_MS)).greeted;
}

export type Greeting =
  | { readonly greeted: true }
  /** A code of the system's or of TLS's, or words. */
  | { readonly greeted: false; readonly why: string };

/**
 * Waits for the server's HTTP/2 settings on this connection, and ends it. The socket is listened to as
 * well: where a server breaks off behind a handshake, the session says nothing, not even that it closed
 * (seen with Node 22.23.3 and a buildkitd that did not know the client's authority).
 */
export function awaitGreeting(socket: Socket, limitMs: number): Promise<Greeting> {
  return new Promise((resolve) => {
    const session = connectHttp2('http://localhost', { createConnection: () => socket });
    const timer = setTimeout(() => finish({ greeted: false, why: 'no answer in time' }), limitMs);
    const fail = (error: NodeJS.ErrnoException) =>
      finish({ greeted: false, why: error.code ?? error.message });
    session.once('remoteSettings', () => finish({ greeted: true }));
    for (const one of [session, socket]) {
      one.on('error', fail);
      one.once('close', () => finish({ greeted: false, why: 'closed without a word' }));
    }

    function finish(greeting: Greeting): void {
      resolve(greeting);
      clearTimeout(timer);
      session.destroy();
      socket.destroy();
    }
  });
}
