import { connect as connectHttp2 } from 'node:http2';
import { connect, type Socket } from 'node:net';

const LIMIT_MS = 2000;

/**
 * True if the server at this unix socket sends HTTP/2 settings, as every gRPC server does at once.
 * A successful connection proves too little: buildkitd listens before it can serve (BuildKit
 * 0.34.2, `cmd/buildkitd/main.go`, "listeners have to be initialized before the controller").
 */
export async function speaksHttp2(socketPath: string): Promise<boolean> {
  return (await awaitGreeting(connect({ path: socketPath }), LIMIT_MS)).greeted;
}

export type Greeting =
  | { readonly greeted: true }
  /** An error code of the system or TLS, or a message. */
  | { readonly greeted: false; readonly why: string };

/**
 * Waits for the server's HTTP/2 settings on this connection, and closes it. It also listens to the
 * socket: if a server aborts after the handshake, the session emits no event (seen with Node
 * 22.23.3 and a buildkitd that did not trust the client's authority).
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
      one.once('close', () => finish({ greeted: false, why: 'the server closed the connection' }));
    }

    function finish(greeting: Greeting): void {
      resolve(greeting);
      clearTimeout(timer);
      session.destroy();
      socket.destroy();
    }
  });
}
