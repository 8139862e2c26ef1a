/** Part of the stand-ins for Trivy and Copa: for tests and the demo, never shipped. */

/** The parts of `HOST/repository@sha256:…` or `HOST/repository:tag`. */
export interface ImageReference {
  readonly host: string;
  readonly repository: string;
  /** A digest or a tag. */
  readonly reference: string;
}

const FORM =
  /^([a-z0-9][a-z0-9.-]*(?::[0-9]+)?)\/([a-z0-9][a-z0-9._/-]*?)(?:@(sha256:[0-9a-f]{64})|:([a-zA-Z0-9_][a-zA-Z0-9._-]{0,127}))$/;

/** Throws on any other form, because a stand-in has no defaults. */
export function parseImageReference(text: string): ImageReference {
  const [, host, repository, digest, tag] = FORM.exec(text) ?? [];
  const reference = digest ?? tag;
  if (host === undefined || repository === undefined || reference === undefined) {
    throw new Error(`could not parse reference: ${text}`);
  }
  return { host, repository, reference };
}
