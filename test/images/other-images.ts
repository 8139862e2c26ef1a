/** Part of the images that tests and the demo work on; never shipped. */
import { textFile, withParentFolders } from '../stand-ins/filesystem/parent-folders.ts';
import { packageFileContent } from '../stand-ins/packages/package-content.ts';
import { buildArtifact, buildImage, buildIndex } from './build-image.ts';
import { appConfig, debianImage, MID_2025 } from './debian/debian-image.ts';
import type { LayoutContent } from './oci-layout.ts';

/** One static program without a package database or `os-release`, as built from scratch. */
export function busyboxImage(): Promise<LayoutContent> {
  const content = packageFileContent('busybox', '1.37.0', '/bin/busybox');
  return buildImage({
    layers: [
      {
        entries: withParentFolders([
          { type: 'file', path: 'bin/busybox', mode: 0o755, content },
          { type: 'link', path: 'bin/sh', target: 'bin/busybox' },
          textFile('etc/passwd', 'root:x:0:0:root:/root:/bin/sh\n'),
        ]),
        createdBy: 'ADD busybox.tar.gz /',
      },
    ],
    config: { Cmd: ['sh'] },
  });
}

export function windowsImage(): Promise<LayoutContent> {
  return buildImage({
    layers: [
      {
        entries: withParentFolders([
          textFile('Files/Windows/System32/license.rtf', 'a stand-in for a Windows image\n'),
        ]),
        createdBy: 'Apply image 10.0.20348.2402',
      },
    ],
    config: { Cmd: ['c:\\windows\\system32\\cmd.exe'] },
    os: 'windows',
    osVersion: '10.0.20348.2402',
  });
}

/** One index for two architectures. */
export async function multiArchImage(): Promise<LayoutContent> {
  const entries = ['amd64', 'arm64'].map(async (architecture) => ({
    content: await buildImage({
      layers: [
        {
          entries: withParentFolders([textFile('etc/architecture', `${architecture}\n`)]),
          createdBy: 'COPY architecture /etc/',
        },
      ],
      config: appConfig('multi'),
      architecture,
    }),
    platform: { os: 'linux', architecture },
  }));
  return buildIndex(await Promise.all(entries));
}

/** The default output of buildx: an index of the image and its provenance, which is not an image. */
export async function attestedImage(): Promise<LayoutContent> {
  const image = await debianImage({ app: 'web', older: MID_2025 });
  const { digest } = image.descriptor;
  const statement = {
    _type: 'https://in-toto.io/Statement/v0.1',
    predicateType: 'https://slsa.dev/provenance/v0.2',
    subject: [{ name: 'web', digest: { sha256: digest.slice('sha256:'.length) } }],
    predicate: {},
  };
  const attestation = buildArtifact({
    configType: 'application/vnd.oci.image.config.v1+json',
    layers: [
      {
        mediaType: 'application/vnd.in-toto+json',
        bytes: Buffer.from(JSON.stringify(statement)),
      },
    ],
  });
  return buildIndex([
    { content: image, platform: { os: 'linux', architecture: 'amd64' } },
    {
      content: attestation,
      platform: { os: 'unknown', architecture: 'unknown' },
      annotations: {
        'vnd.docker.reference.digest': digest,
        'vnd.docker.reference.type': 'attestation-manifest',
      },
    },
  ]);
}
