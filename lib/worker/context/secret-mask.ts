import { maskCredentialShapes } from '../../text/credential-shapes.ts';

const MASKED = '***';

/** A shorter text occurs by chance: hiding it would spoil the log and protect nothing. */
const SHORTEST_SECRET = 8;

/** Hides what was learned as secret, and what is shaped like one, in any text. */
export class SecretMask {
  readonly #secrets = new Set<string>();

  /** Hides this text from now on, as it is and as it looks inside a URL. */
  learn(secret: string): void {
    for (const form of [secret, encodeURIComponent(Buffer.from(secret).toString())]) {
      if (form.length >= SHORTEST_SECRET) this.#secrets.add(form);
    }
  }

  /** Hides each line of a key in PEM: a tool may print it in other breaks, or escaped. */
  learnLines(pem: string): void {
    for (const line of pem.split('\n')) if (!line.startsWith('-----')) this.learn(line.trim());
  }

  /** Hides the query of an address: there a SAS keeps its signature. And a password before the host. */
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

  /** Length of the longest secret: a cut through a text may leave at most that much of one. */
  get longest(): number {
    return Math.max(0, ...[...this.#secrets].map((secret) => secret.length));
  }

  mask(text: string): string {
    let masked = text;
    // The longest first: one secret may be part of another.
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
