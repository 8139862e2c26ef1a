/** Part of the images that tests and the demo work on; never shipped. */
import { createHash } from 'node:crypto';
import type { LayerEntry } from '../../stand-ins/filesystem/layer.ts';
import { textFile, withParentFolders } from '../../stand-ins/filesystem/parent-folders.ts';
import { packageFileContent, packageFileMode } from '../../stand-ins/packages/package-content.ts';
import type { AlpinePackage } from './alpine-packages.ts';

/** The root file system of an Alpine with these packages and their database. */
export function alpineBase(
  release: string,
  packages: readonly AlpinePackage[],
): readonly LayerEntry[] {
  const [major = '', minor = ''] = release.split('.');
  const branch = `v${major}.${minor}`;
  const sorted = [...packages].sort((a, b) => (a.name < b.name ? -1 : 1));
  return withParentFolders([
    ...packages.flatMap(packageFiles),
    textFile('etc/alpine-release', `${release}\n`),
    textFile(
      'etc/os-release',
      `NAME="Alpine Linux"\nID=alpine\nVERSION_ID=${release}\nPRETTY_NAME="Alpine Linux ${branch}"\n`,
    ),
    textFile(
      'etc/apk/repositories',
      `https://mirror.example/alpine/${branch}/main\nhttps://mirror.example/alpine/${branch}/community\n`,
    ),
    textFile(
      'etc/apk/world',
      'alpine-baselayout\nalpine-keys\nalpine-release\napk-tools\nbusybox\ncurl\nnginx\n',
    ),
    textFile('etc/apk/arch', 'x86_64\n'),
    textFile(
      'etc/passwd',
      'root:x:0:0:root:/root:/bin/sh\nnginx:x:100:101::/var/lib/nginx:/sbin/nologin\n',
    ),
    textFile('lib/apk/db/installed', sorted.map((one) => `${stanza(one)}\n\n`).join('')),
    textFile('lib/apk/db/triggers', ''),
    { type: 'symlink', path: 'bin/sh', target: '/bin/busybox' },
  ]);
}

const OWN_CONTENT = new Set(['/etc/alpine-release']);

function packageFiles(one: AlpinePackage): readonly LayerEntry[] {
  return one.files
    .filter((path) => !OWN_CONTENT.has(path))
    .map((path) => ({
      type: 'file' as const,
      path: path.slice(1),
      mode: packageFileMode(path),
      content: packageFileContent(one.name, one.version, path),
    }));
}

/** The package's part of `lib/apk/db/installed`. Format: apk-tools, `apk-db(5)`. */
function stanza(one: AlpinePackage): string {
  const files = one.files.flatMap((path) => {
    const [folder, name] = [
      path.slice(1, path.lastIndexOf('/')),
      path.slice(path.lastIndexOf('/') + 1),
    ];
    return [`F:${folder}`, `R:${name}`, 'a:0:0:755', `Z:${checksum(path + one.version)}`];
  });
  return [
    `C:${checksum(one.name + one.version)}`,
    `P:${one.name}`,
    `V:${one.version}`,
    'A:x86_64',
    `S:${one.files.length * 4096}`,
    `I:${one.files.length * 8192}`,
    `T:${one.summary}`,
    `U:https://${one.origin}.example`,
    `L:${one.license}`,
    `o:${one.origin}`,
    'm:Alpine Maintainers <maintainers@alpine.example>',
    't:1748000000',
    `D:${one.depends.join(' ')}`,
    ...(one.provides ? [`p:${one.provides.join(' ')}`] : []),
    ...files,
  ].join('\n');
}

function checksum(text: string): string {
  return `Q1${createHash('sha1').update(text).digest('base64')}`;
}
