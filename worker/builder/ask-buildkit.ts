import { readFile } from 'node:fs/promises';
import { isIP } from 'node:net';
import { connect } from 'node:tls';
import type { Trial } from '../../lib/job/probe-result.ts';
import type { TlsFiles } from './builder.ts';
import { awaitGreeting } from './speaks-http2.ts';

const LIMIT_MS = 15_000;
const LONGEST_DETAIL = 300;

/**
 * Checks whether a remote BuildKit accepts these TLS files. It waits for the server's greeting,
 * since with TLS 1.3 a server may refuse a client after the client's side of the handshake. TLS
 * must negotiate HTTP/2, since Copa's client requires it (grpc-go, `credentials/tls.go`).
 */
export async function askBuildkit(address: string, files: TlsFiles): Promise<Trial> {
  const { hostname: host, port } = new URL(address);
  const [ca, cert, key] = await Promise.all(
    [files.ca, files.cert, files.key].map((file) => readFile(file, 'utf8')),
  );
  try {
    const socket = connect({
      host,
      port: Number(port),
      ...(isIP(host) === 0 && { servername: host }),
      ca,
      cert,
      key,
      ALPNProtocols: ['h2'],
    });
    let agreed: string | false | null = null;
    socket.once('secureConnect', () => {
      agreed = socket.alpnProtocol;
    });
    const greeting = await awaitGreeting(socket, LIMIT_MS);
    if (!greeting.greeted) return refused(greeting.why);
    return agreed === 'h2' ? { ok: true, detail: '' } : refused('TLS did not negotiate HTTP/2');
  } catch (error) {
    // OpenSSL rejects the certificate or key.
    return refused(error instanceof Error ? error.message : 'failed');
  }
}

function refused(why: string): Trial {
  return { ok: false, detail: why.slice(0, LONGEST_DETAIL) };
}
