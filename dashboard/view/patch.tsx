import { useState } from 'preact/hooks';
import type { ImageStory } from '../../lib/history/image-story.ts';
import { Name } from './name.tsx';

/** The patch to deploy. */
export function Patch({ image }: { readonly image: ImageStory }) {
  const { patchTag, patchDigest, repository } = image;
  return (
    <section class="card" aria-labelledby="patch">
      <h2 id="patch">Patch</h2>
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
    </section>
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
