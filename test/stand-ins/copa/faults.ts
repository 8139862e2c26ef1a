/** Part of the stand-in for Copa: for tests and the demo, never shipped. */
import * as z from 'zod';
import type { ImageConfig } from '../../../lib/image/manifest.ts';

import type { LayerEntry } from '../filesystem/layer.ts';
import { textFile, withParentFolders } from '../filesystem/parent-folders.ts';
import { DPKG_STATUS } from '../packages/dpkg-database.ts';
import type { AddedLayer } from './patched-image.ts';

/**
 * The label of an image that makes the stand-in misbehave, so that tests can check that it is noticed.
 */
export const COPA_FAULT_LABEL = 'io.patchwright.test.copa';

export const CopaFault = z.enum([
  /** apt can't reach its mirror: exit status 1. */
  'fail-apt',
  /** Never ends. */
  'hang',
  /** Claims to have patched, but pushes nothing. */
  'lie',
  /** Claims that there is nothing to do. */
  'nothing-to-do',
  /** Pushes a patch that upgrades nothing: `not-fixed`. */
  'no-op',
  /** The package database has new versions, but the files are old. */
  'paper-only',
  /** Adds four layers instead of one to three: `too-many-layers`. */
  'extra-layer',
  /** Omits the last layer of the source: `layers-changed`. */
  'drop-layer',
  /** Changes the config's entry point: `config-changed`. */
  'tamper',
  /** Installs one more package, an outdated one: `new-findings`. */
  'new-finding',
  /** Removes one package from the database: `packages-lost`. */
  'lose-package',
  /** Adds a setuid program that no package owns: `layer-suspicious`. */
  'setuid',
  /** Converts an OCI image to Docker schema 2: `media-type-changed`. */
  'media-type',
]);
export type CopaFault = z.infer<typeof CopaFault>;

/** The fault in the image's label. Throws if it is unknown. */
export function faultOf(config: ImageConfig): CopaFault | undefined {
  const label = config.config?.Labels?.[COPA_FAULT_LABEL];
  return label === undefined ? undefined : CopaFault.parse(label);
}

/** Applies a fault to the layers. */
export function faultyLayers(
  fault: CopaFault | undefined,
  added: readonly AddedLayer[],
): readonly AddedLayer[] {
  switch (fault) {
    case 'paper-only':
      return mapEntries(added, (entry) => (entry.path.startsWith('var/') ? [entry] : []));
    case 'extra-layer':
      return [...added, ...[1, 2, 3].map((number) => extraLayer(`var/cache/extra-${number}`))];
    case 'new-finding':
      return mapEntries(added, (entry) => [changedStatus(entry, (text) => `${text}\n${EXPAT}`)]);
    case 'lose-package':
      return mapEntries(added, (entry) => [changedStatus(entry, withoutLastPackage)]);
    case 'setuid':
      return [...added.slice(0, -1), ...added.slice(-1).map(withSetuidProgram)];
    default:
      return added;
  }
}

/** A version of expat that the advisories of tests and demo call vulnerable. */
const EXPAT = `Package: libexpat1
Status: install ok installed
Priority: optional
Section: libs
Maintainer: Debian Maintainers <maintainers@debian.example>
Architecture: amd64
Multi-Arch: same
Source: expat
Version: 2.5.0-1
Description: XML parsing C library - runtime library
`;

function changedStatus(entry: LayerEntry, change: (text: string) => string): LayerEntry {
  return entry.type === 'file' && entry.path === DPKG_STATUS
    ? textFile(entry.path, change(Buffer.from(entry.content).toString('utf8')))
    : entry;
}

function withoutLastPackage(status: string): string {
  return `${status.trimEnd().split('\n\n').slice(0, -1).join('\n\n')}\n`;
}

function withSetuidProgram({ command, entries }: AddedLayer): AddedLayer {
  const program = textFile('usr/local/bin/helper', '#!/bin/sh\nexec "$@"\n', 0o4755);
  return { command, entries: withParentFolders([...entries, program]) };
}

function extraLayer(path: string): AddedLayer {
  return { command: 'cache', entries: withParentFolders([textFile(path, path)]) };
}

function mapEntries(
  added: readonly AddedLayer[],
  change: (entry: LayerEntry) => readonly LayerEntry[],
): readonly AddedLayer[] {
  return added.map(({ command, entries }) => ({ command, entries: entries.flatMap(change) }));
}
