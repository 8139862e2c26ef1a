import { maskCredentialShapes } from '../../lib/text/credential-shapes.ts';

const MASKED = '***';

/** A shorter text occurs by chance, so masking it would only garble the log. */
const SHORTEST_SECRET = 8;

/** Masks registered secrets, and text in the form of a credential. */
export class SecretMask {
  readonly #secrets = new Set<string>();

  /** Masks this text from now on, plain and URL-encoded. */
  learn(secret: string): void {
    for (const form of [secret, encodeURIComponent(Buffer.from(secret).toString())]) {
      if (form.length >= SHORTEST_SECRET) this.#secrets.add(form);
    }
  }

  /** Masks each line of a PEM key, since a tool may print it with other line breaks, or escaped. */
  learnLines(pem: string): void {
    for (const line of pem.split('\n')) if (!line.startsWith('-----')) this.learn(line.trim());
  }

  /** Masks the query of a URL, which contains a SAS signature, and the password before the host. */
  learnUrl(address: string): void {
    if (!URL.canParse(address)) return;

    const url = new URL(address);
    this.learn(decodeURIComponentOrSame(url.password));
    this.learn(url.search.slice(1));
    const signature = /[?&]sig=([^&]+)/.exec(url.search)?.[1];
    if (signature === undefined) return;
    this.learn(signature);
    this.learn(decodeURIComponentOrSame(signature));
  }

  /** Length of the longest secret: a cut through a text leaves at most this much of one. */
  get longest(): number {
    return Math.max(0, ...[...this.#secrets].map((secret) => secret.length));
  }

  mask(text: string): string {
    let masked = text;
    // Longest first, because one secret may contain another.
    for (const secret of [...this.#secrets].sort((a, b) => b.length - a.length)) {
      masked = masked.replaceAll(secret, MASKED);
    }
    return maskCredentialShapes(masked);
  }
}

function decodeURIComponentOrSame(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
