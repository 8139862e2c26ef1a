import { createServer as createHttpsServer } from 'node:https';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { Webhook } from 'standardwebhooks';
import * as z from 'zod';
import type { IssuedCertificate } from '../tls/certificates.ts';

const Event = z.looseObject({ id: z.string(), type: z.string(), subject: z.string() });

/** A receiver of events on this machine, which accepts what is signed with its secret. */
export interface WebhookInbox {
  /** The app's settings for it. The query of the address is as secret as a credential. */
  readonly settings: Readonly<Record<string, string>>;
  /** What must be in no log and in no row. */
  readonly secrets: readonly string[];
  readonly events: readonly z.infer<typeof Event>[];
  /** Answers from now on. Until then connections wait. */
  serve(certificate: IssuedCertificate): void;
  close(): void;
}

/** The port is known before the certificate is. */
export async function startWebhookInbox(): Promise<WebhookInbox> {
  const secret = `whsec_${Buffer.alloc(32, 9).toString('base64')}`;
  const hidden = 'a-word-that-only-the-receiver-knows';
  const events: z.infer<typeof Event>[] = [];
  const waiting: Socket[] = [];
  let take = (socket: Socket) => void waiting.push(socket);
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    take(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = z.custom<AddressInfo>().parse(server.address());
  return {
    settings: {
      PATCHWRIGHT_WEBHOOK_URL: `https://localhost:${port}/events?sig=${hidden}`,
      PATCHWRIGHT_WEBHOOK_SECRETS: secret,
    },
    secrets: [secret, hidden],
    events,
    serve({ certPem, keyPem }) {
      const https = createHttpsServer({ cert: certPem, key: keyPem }, (request, response) => {
        void text(request).then((body) => {
          const headers = Object.entries(request.headers).map(([key, value]) => [key, `${value}`]);
          events.push(Event.parse(new Webhook(secret).verify(body, Object.fromEntries(headers))));
          response.end();
        });
      });
      take = (socket) => void https.emit('connection', socket);
      for (const socket of waiting.splice(0)) take(socket);
    },
    close() {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}
