import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type BuildOptions, build } from 'esbuild';

export interface BundledPage {
  /** The whole page, with script and style. */
  readonly html: string;
  /** The paths of the files in it, relative to the root. */
  readonly inputs: readonly string[];
}

/** Bundles `dashboard/` into one page. esbuild itself prints errors and warnings. */
export async function bundlePage(root: string): Promise<BundledPage> {
  const [template, script, style] = await Promise.all([
    readFile(join(root, 'dashboard/index.html'), 'utf8'),
    bundle(root, 'dashboard/main.tsx'),
    bundle(root, 'dashboard/style.css'),
  ]);
  // A function as the replacement, since `$&` in the code would be a pattern.
  const html = template
    .replace('/*STYLE*/', () => style.text)
    .replace('/*SCRIPT*/', () => script.text);
  return { html, inputs: script.inputs };
}

async function bundle(root: string, entry: string) {
  const { outputFiles, metafile } = await build({
    absWorkingDir: root,
    entryPoints: [entry],
    bundle: true,
    write: false,
    format: 'iife',
    platform: 'browser',
    // Browsers of 2024: `Map.groupBy`, `light-dark` and `search` need them.
    target: 'es2024',
    minify: true,
    metafile: true,
    tsconfig: 'dashboard/tsconfig.json',
    legalComments: 'none',
    // The page has no other encoding, and text between the tags must not end them.
    charset: 'utf8',
    logLevel: 'warning',
  } satisfies BuildOptions);
  const [output] = outputFiles;
  if (output === undefined) throw new Error(`${entry}: esbuild made no output`);
  const text = output.text.trim();
  if (/<\/(?:script|style)|<!--/i.test(text)) {
    throw new Error(`${entry}: its bundle has text that ends its element early`);
  }
  return { text, inputs: Object.keys(metafile.inputs) };
}
