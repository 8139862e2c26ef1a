import { connect as connectHttp2 } from 'node:http2';
import { connect } from 'node:net';

const LIMIT_MS = 2000;

/**
 * Whether a server behind this unix socket greets with HTTP/2 settings, as every gRPC server does at
 * once. A bare connection would not do: buildkitd listens before it can serve (BuildKit 0.28.1,
 * `cmd/buildkitd/main.go`, "listeners have to be initialized before the controller").
 */
export function speaksHttp2(socketPath: string): Promise<boolean> {
  return new Promise((resolve) => {
    const session = connectHttp2('http://localhost', {
      createConnection: () => connect({ path: socketPath }),
    });
    session.once('remoteSettings', () => finish(true));
    session.once('close', () => finish(false));
    session.on('error', () => finish(false));
    session.setTimeout(LIMIT_MS, () => finish(false));

    function finish(answer: boolean): void {
      resolve(answer);
      session.destroy();
    }
  });
}
