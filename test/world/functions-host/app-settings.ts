import type { TokenCredential } from '@azure/core-auth';
import { BlobServiceClient } from '@azure/storage-blob';
import { QueueServiceClient } from '@azure/storage-queue';
import * as z from 'zod';

export type AppSettings = Readonly<Record<string, string>>;

/** Replaces `%NAME%` by the setting of that name, as in schedules and queue names. */
export function resolveSettings(text: string, settings: AppSettings): string {
  return text.replace(/%([^%]+)%/g, (_, name: string) => {
    const value = settings[name];
    if (value === undefined) {
      throw new Error(`'%${name}%' does not resolve to a value.`);
    }
    return value;
  });
}

/**
 * The queue service of a connection: a connection string under its name, or
 * `<name>__queueServiceUri` with a managed identity.
 * https://learn.microsoft.com/azure/azure-functions/functions-reference#configure-an-identity-based-connection
 */
export function queueService(
  connection: string | undefined,
  settings: AppSettings,
): QueueServiceClient {
  const found = connectionOf(connection, 'queue', settings);
  return found.kind === 'text'
    ? QueueServiceClient.fromConnectionString(found.text)
    : new QueueServiceClient(found.uri, found.credential);
}

/** The blob service in which the host keeps its own notes. */
export function hostBlobService(settings: AppSettings): BlobServiceClient {
  const found = connectionOf(undefined, 'blob', settings);
  return found.kind === 'text'
    ? BlobServiceClient.fromConnectionString(found.text)
    : new BlobServiceClient(found.uri, found.credential);
}

type Connection =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'identity'; readonly uri: string; readonly credential: TokenCredential };

function connectionOf(
  connection: string | undefined,
  service: 'queue' | 'blob',
  settings: AppSettings,
): Connection {
  const name = connection || 'AzureWebJobsStorage';
  for (const prefix of [name, `AzureWebJobs${name}`]) {
    const text = settings[prefix];
    if (text !== undefined) return { kind: 'text', text };
    const uri = settings[`${prefix}__${service}ServiceUri`];
    if (uri === undefined) continue;
    const credential = identityCredential(settings[`${prefix}__clientId`], settings);
    return { kind: 'identity', uri, credential };
  }
  throw new Error(`the connection '${name}' is in no app setting`);
}

/** Whether a setting disables the function: `AzureWebJobs.NAME.Disabled`, or with `_`; `true` or `1`. */
export function isDisabled(functionName: string, settings: AppSettings): boolean {
  const values = ['.', '_'].map(
    (dot) => settings[`AzureWebJobs${dot}${functionName}${dot}Disabled`],
  );
  return values.some((value) => value === '1' || value?.toLowerCase() === 'true');
}

const IdentityAnswer = z.object({ access_token: z.string(), expires_on: z.string() });

/** The app's identity as the host uses it: from the same endpoint as the app itself. */
function identityCredential(clientId: string | undefined, settings: AppSettings): TokenCredential {
  return {
    async getToken(scopes) {
      const scope = typeof scopes === 'string' ? scopes : (scopes[0] ?? '');
      const url = new URL(settings.IDENTITY_ENDPOINT ?? '');
      url.searchParams.set('api-version', '2019-08-01');
      url.searchParams.set('resource', scope.replace(/\/\.default$/, ''));
      url.searchParams.set('client_id', clientId ?? '');
      const header = { 'x-identity-header': settings.IDENTITY_HEADER ?? '' };
      const response = await fetch(url, { headers: header });
      if (!response.ok) {
        throw new Error(`the identity endpoint answered ${response.status}`);
      }
      const answer = IdentityAnswer.parse(await response.json());
      return {
        token: answer.access_token,
        expiresOnTimestamp: Number(answer.expires_on) * 1000,
      };
    },
  };
}
