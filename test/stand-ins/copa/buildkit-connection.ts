/** Part of the stand-in for Copa: for tests and the demo, never shipped. */
import { connect } from 'node:net';
import { parseImageReference } from '../registry/image-reference.ts';

/** Checks that BuildKit's address answers. Throws with gRPC's text if it does not. */
export function reachBuildkit(address: string): Promise<void> {
  const unix = /^unix:\/\/(.+)$/.exec(address)?.[1];
  const tcp = /^tcp:\/\/([^:]+):([0-9]+)$/.exec(address);
  const target = unix
    ? { path: unix }
    : { host: tcp?.[1] ?? 'localhost', port: Number(tcp?.[2] ?? 0) };
  return new Promise((resolve, reject) => {
    const socket = connect(target, () => {
      socket.destroy();
      resolve();
    });
    socket.on('error', (error) => {
      const reason = `connection error: desc = "transport: Error while dialing: ${error.message}"`;
      reject(new Error(`failed to list workers: Unavailable: ${reason}`));
    });
  });
}

/** `HOST/repository` and tag of the reference to which the patch is pushed. */
export function parsePatchTarget(text: string): {
  readonly host: string;
  readonly repository: string;
  readonly tag: string;
} {
  const { host, repository, reference } = parseImageReference(text);
  if (reference.startsWith('sha256:')) {
    throw new Error(`the patched image needs a tag: ${text}`);
  }
  return { host, repository, tag: reference };
}
