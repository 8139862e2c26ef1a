import { render } from 'preact';
import { App } from './view/app.tsx';

const root = document.getElementById('app');
if (root === null) throw new Error('the page lacks its element "app"');
render(<App />, root);
