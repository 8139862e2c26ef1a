import { useState } from 'preact/hooks';
import type { ImageStory } from '../../lib/history/image-story.ts';
import { shortDigest } from '../model/format.ts';
import { Name } from './name.tsx';

/** From the source's digest to the digest of its patch, and the patch to deploy. */
export function Lineage({ image }: { readonly image: ImageStory }) {
  const { patchTag, patchDigest, repository } = image;
  const source = image.sourceDigest ?? image.digest;
  return (
    <section class="card" aria-labelledby="lineage">
      <h2 id="lineage">Patch</h2>
      {patchTag === null ? (
        <p class="quiet">There is no patch of this image.</p>
      ) : (
        <>
          <p class="deploy">
            <Name text={`${repository}:${patchTag}`} />
          </p>
          <Copy text={`${repository}:${patchTag}`} label="Copy the name" />
          {patchDigest !== null && (
            <Copy text={`${repository}@${patchDigest}`} label="Copy with the digest" />
          )}
        </>
      )}
      <h3>Lineage</h3>
      <ol class="lineage">
        {image.previousDigest !== null && (
          <Step label="before it was pushed again" digest={image.previousDigest} />
        )}
        <Step label="source" digest={source} />
        {patchDigest !== null && <Step label="patch" digest={patchDigest} />}
      </ol>
    </section>
  );
}

function Step({ label, digest }: { readonly label: string; readonly digest: string | null }) {
  return (
    <li>
      <span class="quiet">{label}</span>{' '}
      <code title={digest ?? ''}>{digest === null ? 'not known' : shortDigest(digest)}</code>
    </li>
  );
}

function Copy({ text, label }: { readonly text: string; readonly label: string }) {
  const [said, setSaid] = useState('');
  const copy = () => {
    navigator.clipboard.writeText(text).then(
      () => setSaid('copied'),
      () => setSaid('the browser refuses to copy'),
    );
  };
  return (
    <span class="copy">
      <button type="button" onClick={copy}>
        {label}
      </button>{' '}
      <span class="quiet" role="status">
        {said}
      </span>
    </span>
  );
}
