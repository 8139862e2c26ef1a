import * as z from 'zod';
import { httpsFetch } from '../http/https-fetch.ts';

export interface PullCredential {
  readonly server: string;
  readonly username: string;
  readonly password: string;
}

const IMAGE =
  /^(?<host>[^/]+)\/(?<repository>[^@:]+)(?:@(?<digest>sha256:[a-f0-9]{64})|:(?<tag>[\w.-]+))$/;
const MANIFESTS = [
  'application/vnd.oci.image.manifest.v1+json',
  'application/vnd.oci.image.index.v1+json',
  'application/vnd.docker.distribution.manifest.v2+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
].join(', ');
const Token = z.object({ access_token: z.string() });

/**
 * Checks whether the image can be pulled with the credential. Requests the manifest like a container
 * runtime, with a token from the realm in the registry's challenge.
 */
export async function canPull(
  image: string,
  credentials: readonly PullCredential[],
  ca: string,
): Promise<boolean> {
  const parts = IMAGE.exec(image)?.groups;
  const { host, repository } = parts ?? {};
  const reference = parts?.digest ?? parts?.tag;
  if (!host || !repository || !reference) {
    return false;
  }
  const credential = credentials.find((one) => one.server === host);
  const url = `https://${host}/v2/${repository}/manifests/${reference}`;
  try {
    const first = await httpsFetch({ url, method: 'HEAD', ca, headers: { accept: MANIFESTS } });
    if (first.status !== 401) {
      return first.status === 200;
    }
    const token = await fetchToken(String(first.headers['www-authenticate']), credential, ca);
    if (token === undefined) {
      return false;
    }
    const headers = { accept: MANIFESTS, authorization: `Bearer ${token}` };
    const second = await httpsFetch({ url, method: 'HEAD', ca, headers });
    return second.status === 200;
  } catch {
    return false;
  }
}

async function fetchToken(
  challenge: string,
  credential: PullCredential | undefined,
  ca: string,
): Promise<string | undefined> {
  const field = (name: string) => new RegExp(`${name}="([^"]*)"`).exec(challenge)?.[1];
  const realm = field('realm');
  if (realm === undefined || credential === undefined) {
    return undefined;
  }
  const url = new URL(realm);
  url.searchParams.set('service', field('service') ?? '');
  url.searchParams.set('scope', field('scope') ?? '');
  const basic = Buffer.from(`${credential.username}:${credential.password}`).toString('base64');
  const headers = { authorization: `Basic ${basic}` };
  const response = await httpsFetch({ url: url.href, method: 'GET', ca, headers });
  if (response.status !== 200) {
    return undefined;
  }
  return Token.parse(JSON.parse(response.body.toString('utf8'))).access_token;
}
