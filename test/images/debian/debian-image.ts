/** Part of the images that tests and the demo work on; never shipped. */
import { textFile, withParentFolders } from '../../stand-ins/filesystem/parent-folders.ts';
import { buildImage, type LayerSpec } from '../build-image.ts';
import type { LayoutContent } from '../oci-layout.ts';
import { debianBase, debianInstall } from './debian-layers.ts';
import { bookwormPackages } from './debian-packages.ts';

const BOOKWORM = { version: '12.5', codename: 'bookworm' } as const;

/** Versions of early 2024, by source, as in an image that was not rebuilt. */
export const EARLY_2024: Readonly<Record<string, string>> = {
  curl: '7.88.1-10+deb12u5',
  glibc: '2.36-9+deb12u4',
  gnutls28: '3.7.9-2+deb12u2',
  krb5: '1.20.1-2+deb12u1',
  'libtasn1-6': '4.19.0-2',
  nghttp2: '1.52.0-1+deb12u1',
  openssl: '3.0.11-1~deb12u2',
  perl: '5.36.0-7+deb12u1',
  systemd: '252.22-1~deb12u1',
  'util-linux': '2.38.1-5',
};

/** Versions of mid 2025, by source: a few updates behind. */
export const MID_2025: Readonly<Record<string, string>> = {
  curl: '7.88.1-10+deb12u9',
  glibc: '2.36-9+deb12u9',
  gnutls28: '3.7.9-2+deb12u4',
  openssl: '3.0.15-1~deb12u1',
  systemd: '252.36-1~deb12u1',
};

export interface DebianImageOptions {
  /** Sources with an older version than the newest; none if everything is up to date. */
  readonly older?: Readonly<Record<string, string>>;
  /** True to install curl, openssl and their dependencies on the minimal system. */
  readonly curl?: boolean;
  /** The purpose of the image, written into its last layer. */
  readonly app: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly mediaTypes?: 'oci' | 'docker';
  readonly annotations?: Readonly<Record<string, string>>;
}

/** A Debian 12 image with the layers of a typical Dockerfile: system, packages, program. */
export function debianImage(options: DebianImageOptions): Promise<LayoutContent> {
  const { minimal, curl } = bookwormPackages(options.older);
  const install: LayerSpec = {
    entries: debianInstall(minimal, curl),
    createdBy: 'RUN apt-get update && apt-get install -y ca-certificates curl openssl',
  };
  return buildImage({
    layers: [
      { entries: debianBase(BOOKWORM, minimal), createdBy: 'ADD rootfs.tar /' },
      ...(options.curl === false ? [] : [install]),
      appLayer(options.app),
    ],
    config: appConfig(options.app, options.labels),
    ...(options.mediaTypes ? { mediaTypes: options.mediaTypes } : {}),
    ...(options.annotations ? { annotations: options.annotations } : {}),
  });
}

export function appLayer(app: string): LayerSpec {
  const script = `#!/bin/sh\n# ${app}: a program of the stand-in images\nexec sleep infinity\n`;
  return {
    entries: withParentFolders([textFile('opt/app/start', script, 0o755)]),
    createdBy: 'COPY start /opt/app/start',
  };
}

export function appConfig(app: string, labels: Readonly<Record<string, string>> = {}) {
  return {
    Env: ['PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin', 'LANG=C.UTF-8'],
    Entrypoint: ['/opt/app/start'],
    User: '65534',
    WorkingDir: '/opt/app',
    ExposedPorts: { '8080/tcp': {} },
    Labels: { 'org.opencontainers.image.title': app, ...labels },
  };
}
