/** Part of the stand-in for Copa: for tests and the demo, never shipped. */
import { digestOf } from '../../../lib/image/digest.ts';
import type { UpdateManifest } from './updates.ts';

/** OpenVEX in the form of Copa 0.14.2 (pkg/vex/openvex.go): one statement for each vulnerability. */
export function vexDocument(
  manifest: UpdateManifest,
  patchedName: string,
  now: Date,
): Record<string, unknown> {
  const type = manifest.os.family === 'alpine' ? 'apk' : 'deb';
  const ids = [...new Set(manifest.updates.map(({ id }) => id))];
  const statements = ids.map((id) => ({
    vulnerability: { name: id },
    products: [
      {
        '@id': `pkg:oci/${patchedName}`,
        subcomponents: manifest.updates
          .filter((update) => update.id === id)
          .map(({ name, installed }) => ({
            '@id': `pkg:${type}/${manifest.os.family}/${name}@${installed}?arch=${manifest.architecture}`,
          })),
      },
    ],
    status: 'fixed',
  }));
  return {
    '@context': 'https://openvex.dev/ns/v0.2.0',
    '@id': `https://openvex.dev/docs/public/vex-${digestOf(JSON.stringify(statements)).slice(7)}`,
    author: "Patchwright's stand-in for Copa",
    timestamp: now.toISOString(),
    version: 1,
    statements,
  };
}
